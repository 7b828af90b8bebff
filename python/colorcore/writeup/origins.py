"""What decides each thing that is written up, as digests: what makes it, and what there is to tell.

The rules of the workflow are told these, and records keep them: who reads a figure, a table or the
numbers checks that they are of the document as it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

from colorcore import provenance
from colorcore.experiment.folder import KEPT
from colorcore.experiment.loading import Experiment
from colorcore.experiment.origin import told
from colorcore.results import records
from colorcore.writeup import making
from colorcore.writeup.document import TYPESET, Document
from colorcore.writeup.files import data, texts
from colorcore.writeup.making import Kind

COMMANDS: dict[Kind, str] = {"figures": "figure", "tables": "table"}


class Origins:
    """The digests of a document, whose experiments are loaded once, or by whom has them."""

    def __init__(self, document: Document, load: Callable[[str], Experiment] | None = None) -> None:
        self.document = document
        self._load = load or document.load
        self._told: dict[str, str] = {}
        self._files: dict[tuple[Kind, str], list[Path]] = {}

    def of(self, kind: Kind, name: str) -> dict[str, str]:
        """What decides a figure or a table, to be kept with it."""
        return self._origin(COMMANDS[kind], self.shows(kind, name), self.code(kind, name))

    @property
    def of_numbers(self) -> dict[str, str]:
        """The same of the numbers that the text quotes."""
        says = [self.says(*self.document.names), self.content(self.data)]
        return self._origin("numbers", provenance.digest_of(says), self.code_of_numbers)

    @property
    def of_report(self) -> dict[str, str]:
        """The same of the pages."""
        says = [self.says(*self.document.names), self.content(self.text)]
        return self._origin("report", provenance.digest_of(says), self.code_of_report)

    def _origin(self, step: str, says: str, code: str) -> dict[str, str]:
        name = self.document.folder.name
        return {"experiment": name, "settings": says, "code": code, "step": step}

    @cached_property
    def text(self) -> list[str]:
        """The files of the document that are no code."""
        return [os.path.relpath(path) for path in texts(self.document)]

    @property
    def data(self) -> list[str]:
        """Those that numbers may be computed from, and what is kept beside its experiments."""
        folders = [self.document.experiments / name for name in self.document.names]
        kept = [folder / file for folder in folders for file in KEPT]
        found = (path for path in kept if path.is_file())
        return [os.path.relpath(path) for path in (*data(self.document), *found)]

    def content(self, paths: Iterable[str | Path]) -> str:
        """What files say, as a digest, whatever their dates and wherever the document lies."""
        place = self.document.folder
        found = {os.path.relpath(path, place): records.digest(Path(path)) for path in paths}
        return provenance.digest_of(found)

    def settings_read(self, kind: Kind, name: str) -> list[str]:
        """The experiments whose settings a figure or a table may look at."""
        read = making.reads(self.document, kind, name)
        return list(dict.fromkeys([self.document.main_name, *read]))

    def shows(self, kind: Kind, name: str) -> str:
        """What is said of a figure or a table and the experiments that it reads, as a digest."""
        _, options = making.find(self.document, kind, name)
        says = self.says(*self.settings_read(kind, name))
        files = self.content(self.files(kind, name))
        return provenance.digest_of([says, list(options.items()), files])

    def files(self, kind: Kind, name: str) -> list[Path]:
        """The files that a figure or a table reads that are no results."""
        if (kind, name) not in self._files:
            self._files[kind, name] = making.files(self.document, kind, name)
        return self._files[kind, name]

    def says(self, *names: str) -> str:
        """What there is to tell of experiments, as a digest.

        They are called by names, and in a group that has one of them that is not the main one, also
        by others and in an order.
        """
        told = [(self.told(name), self.document.names[name]) for name in names]
        groups = [(name, self.document.group(name)) for name in self.document.groups]
        others = set(names) - {self.document.main_name}
        called = [(name, list(group.items())) for name, group in groups if others & set(group)]
        return provenance.digest_of([told, called, list(self.document.terms.items())])

    def told(self, name: str) -> str:
        """What figures and texts can tell of an experiment, as a digest."""
        if name not in self._told:
            self._told[name] = told(self._load(name))
        return self._told[name]

    def code(self, kind: Kind, name: str) -> str:
        """What makes a figure or a table, as a digest."""
        maker, _ = making.find(self.document, kind, name)
        return provenance.code(COMMANDS[kind], maker.__name__, also=self.document.package)

    @property
    def code_of_numbers(self) -> str:
        """What computes the numbers that the text quotes, as a digest."""
        own = self.document.modules
        return provenance.code("numbers", *own, also=self.document.package)

    @property
    def code_of_report(self) -> str:
        """What typesets the document, as a digest: code, templates, styles and scripts."""
        files = [path for path in sorted(TYPESET.rglob("*")) if path.is_file()]
        typeset = {path.relative_to(TYPESET).as_posix(): records.digest(path) for path in files}
        return provenance.digest({**typeset, "code": provenance.code("report")})
