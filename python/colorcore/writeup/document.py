"""A document: which experiments, figures and tables a text is about."""

from __future__ import annotations

import importlib.util
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from colorcore.errors import InputError, unknown
from colorcore.experiment.concepts import NAME, NAMED, Deletion, tell_apart
from colorcore.experiment.fields import Settings
from colorcore.experiment.folder import SETTINGS, ExperimentError, check_name
from colorcore.experiment.loading import Experiment, load

FILE = "document.yaml"
TYPESET = Path(__file__).parent / "typeset"  # what both renderers need besides the text
OF_EACH_DELETION = {
    "figures": ("stack-ablated", "colors-ablated", "error-similarity", "named", "sweep"),
    "tables": ("named-sweep",),
}
"""What is shown of a deletion that is not the experiment's first, as far as the text shows it."""

OWN = {"numbers": {"numbers"}, "claims": {"CLAIMS", "gather"}}
"""The modules that a document brings beside its text, and what is in them."""

Names = Annotated[dict[str, str], Field(min_length=1)]


class Group(Settings):
    """Experiments that are compared with one another, by what they are called.

    `base` is the one that the others are compared with: the main one where nothing is said.
    """

    base: Annotated[dict[str, str], Field(min_length=1, max_length=1)] | None = None
    conditions: Names


class Entry(Settings):
    """How a figure or a table is made: by which module, told what."""

    model_config = ConfigDict(extra="allow")

    by: str | None = None

    @property
    def options(self) -> dict[str, Any]:
        return self.model_extra or {}


class Contents(Settings):
    """What document.yaml holds.

    `main` is the experiment that the text is about, and what it is called; `groups` are compared,
    `others` are there besides. `terms` has what figures call terms of the objective that settings
    call otherwise. Figures and tables are made by the module of their name or by
    another one; what else an entry says is told to that. Of fewer runs than `least_seeds` its
    numbers have no value.
    """

    main: Annotated[dict[str, str], Field(min_length=1, max_length=1)]
    groups: dict[str, Group] = Field(default_factory=dict)
    others: dict[str, str] = Field(default_factory=dict)
    terms: dict[str, str] = Field(default_factory=dict)
    figures: dict[str, Entry]
    tables: dict[str, Entry]
    least_seeds: Annotated[int, Field(ge=2)] = 2


class Document(Contents):
    """A document: a folder of its own, or an experiment's, of which it then is the report.

    `experiments` is the folder of the experiments' folders.
    """

    folder: Path
    experiments: Path

    @property
    def is_report(self) -> bool:
        """Whether it is about one experiment, and its text written by the package."""
        return not (self.folder / FILE).is_file()

    def out(self, build: Path) -> Path:
        """Where its HTML and PDF lie."""
        return build if self.is_report else build / self.folder.name

    def shown(self, kind: str, deletion: Deletion, first: Deletion) -> list[str]:
        """The figures or tables of a deletion of the main experiment."""
        names: dict[str, Entry] = getattr(self, kind)
        return [name for name in names if deletion == first or name in OF_EACH_DELETION[kind]]

    @property
    def names(self) -> dict[str, str]:
        """What each of its experiments is called, the main one first."""
        groups = [{**(g.base or {}), **g.conditions} for g in self.groups.values()]
        return {k: v for names in (self.main, *groups, self.others) for k, v in names.items()}

    @property
    def main_name(self) -> str:
        return next(iter(self.main))

    def group(self, name: str) -> dict[str, str]:
        """The experiments of a group by their names, the one that is compared with first.

        Raises: InputError when there is no such group.
        """
        if name not in self.groups:
            raise unknown("group", name, self.groups)
        found = self.groups[name]
        return {**(found.base or self.main), **found.conditions}

    @classmethod
    def of(cls, contents: Contents, folder: Path, experiments: Path) -> Self:
        """A document in its folder, whose experiments are there.

        Raises: ExperimentError naming one that is not; for a group that has an experiment twice, or
        calls two by one name.
        """
        found = cls(**dict(contents), folder=folder.resolve(), experiments=experiments.resolve())
        for path in (folder, *(experiments / name for name in found.names)):
            check_name(path)
        found._check_names()
        for name in found.groups:
            found._check_group(name)
        return found

    def _check_names(self) -> None:
        known = sorted(path.parent.name for path in self.experiments.glob(f"*/{SETTINGS}"))
        own, place = self.folder.name, f"{self.folder / FILE}: experiments"
        for name in self.names:
            if name not in known:
                raise ExperimentError(
                    f"{self.folder / FILE}: {unknown('experiments', name, known)}"
                )
        tell_apart(place, self.names)
        if self.is_report:
            return
        if own in self.names:
            raise ExperimentError(
                f"{place}.{own}: wanted another name than the document's; rename one"
            )
        if not own.isidentifier():
            raise ExperimentError(
                f"{self.folder}: wanted a name of letters, digits and underscores, by which Python "
                f"imports its modules, got {own!r}; rename the folder"
            )

    def _check_group(self, name: str) -> None:
        base, conditions = self.groups[name].base or self.main, self.groups[name].conditions
        place = f"{self.folder / FILE}: groups.{name}.conditions"
        (first, called), *_ = base.items()
        if first in conditions:
            raise ExperimentError(
                f"{place}: wanted others than the one they are compared with, got {first}; leave "
                "it out"
            )
        known = {called: first}
        for one, label in conditions.items():
            if label.startswith("_") or not label.strip():
                raise ExperimentError(
                    f"{place}.{one}: wanted a name that legends show, got {label!r}; rename it"
                )
            if known.setdefault(label, one) != one:
                raise ExperimentError(
                    f"{place}.{one}: wanted a name of its own, got {label!r}, that of "
                    f"{known[label]}; rename one"
                )

    def load(self, name: str) -> Experiment:
        """One of its experiments."""
        return load(self.experiments / name)

    def module(self, kind: str, name: str) -> ModuleType:
        """A module of the document's own, or else of the package's `writeup`; `kind` is a folder.

        Raises: InputError when neither has it.
        """
        if not NAME.fullmatch(name) or " " in name:
            place = f"{self.folder / FILE}: {kind}"
            raise InputError(f"{place}: wanted {NAMED}, but no space, got {name!r}; rename it")
        file = name.replace("-", "_")
        if (self.folder / kind / f"{file}.py").is_file():
            return self.own(f"{kind}.{file}")
        if importlib.util.find_spec(f"colorcore.writeup.{kind}.{file}") is None:
            raise InputError(
                f"{self.folder / FILE}: {kind}.{name}: wanted a module {file}.py in "
                f"{self.folder / kind} or in the package, got none; write it, or name another as by"
            )
        return import_module(f"colorcore.writeup.{kind}.{file}")

    @property
    def modules(self) -> list[str]:
        """The modules of its own that its numbers and claims are made by."""
        return [] if self.is_report else [f"{self.folder.name}.{name}" for name in OWN]

    @property
    def package(self) -> dict[str, Path]:
        """The folder of its own modules, by the name that they are imported by."""
        return {self.folder.name: self.folder}

    def own(self, name: str) -> ModuleType:
        """A module of the document's folder, which is a package under the folder's name."""
        package = self.folder.name
        if package not in sys.modules:
            spec = importlib.util.spec_from_file_location(
                package,
                self.folder / "__init__.py",
                submodule_search_locations=[str(self.folder)],
            )
            assert spec is not None
            assert spec.loader is not None
            sys.modules[package] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[package])
        return import_module(f"{package}.{name}")
