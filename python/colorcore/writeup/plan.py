"""What a build of a document makes, and of what: the rules of the workflow ask this."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, Self

from pydantic import Field

from colorcore.experiment.concepts import Deletion, key
from colorcore.experiment.fields import Count, Settings
from colorcore.experiment.folder import Files, files
from colorcore.experiment.loading import Experiment, validate
from colorcore.experiment.origin import digest
from colorcore.results import history
from colorcore.results.records import FOLDER as RECORDS
from colorcore.results.records import record_of
from colorcore.writeup import checking, making, opening, reading
from colorcore.writeup.document import Document
from colorcore.writeup.making import Kind
from colorcore.writeup.origins import Origins


class Configuration(Settings):
    """What a workflow configuration says.

    `document` is the folder of a document, or of an experiment to report; `build` that of all
    results. Each experiment has runs of so many `seeds`, of which one alone would have no spread to
    tell, trained in so many jobs or `shards`. With `check_claims`, a build fails when its results
    do not bear out the text.
    """

    document: str
    build: str
    seeds: Annotated[int, Field(ge=2)]
    shards: Count
    check_claims: bool


@dataclass(frozen=True)
class Plan:
    """A document, its experiments, and where their results will lie.

    All files are named from the folder of the build on, so that a build is the same in another
    place. A `deletion` is where the results of one of the main experiment's deletions lie in that
    experiment's folder: nothing for the first, else a slash and its name.
    """

    document: Document
    build: str
    seeds: int
    shards: int
    experiments: dict[str, Experiment]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """The plan for what a workflow configuration says.

        Raises: InputError for what could not be built, before anything is.
        """
        said = validate("configuration", dict(config), Configuration)
        document = opening.read(Path(said.document))
        with reading.told(document):
            load = cache(document.load)
            checking.check(document, said.seeds, load)
        experiments = {name: load(name) for name in document.names}
        for experiment in experiments.values():
            experiment.seeds(said.seeds)
        shards = min(said.shards, said.seeds)
        return cls(document, said.build, said.seeds, shards, experiments)

    @property
    def main(self) -> Experiment:
        """The experiment that the figures and tables are about."""
        return self.experiments[self.document.main_name]

    @property
    def place(self) -> str:
        """The document's folder, as commands are given it."""
        return quote(os.path.relpath(self.document.folder))

    @property
    def out(self) -> str:
        return self.document.out(Path(self.build)).as_posix()

    @cached_property
    def origins(self) -> Origins:
        """What decides each thing that is written up."""
        return Origins(self.document, self.experiments.__getitem__)

    @cached_property
    def settings(self) -> dict[str, str]:
        """What decides the results of each experiment, as digests."""
        return {name: digest(experiment) for name, experiment in self.experiments.items()}

    @cached_property
    def training(self) -> dict[str, str]:
        """The same of its training alone."""
        return {name: digest(one, "train") for name, one in self.experiments.items()}

    @cached_property
    def files(self) -> dict[str, Files]:
        """What each experiment is read from."""
        return {name: files(experiment.folder) for name, experiment in self.experiments.items()}

    @cached_property
    def deletions(self) -> dict[str, Deletion]:
        return {
            "" if deletion == self.main.deletion else f"/{key(name)}": deletion
            for name, deletion in self.main.deletions.items()
        }

    @property
    def has_explorer(self) -> bool:
        return self.main.leaves_sphere(self.main.deletion)

    def folder(self, name: str) -> str:
        """The folder that an experiment is read from, as commands are given it."""
        return quote(os.path.relpath(self.experiments[name].folder))

    def place_of(self, name: str) -> str:
        """Where the results of an experiment lie, as commands are given it."""
        return quote(f"{self.build}/{name}")

    def settings_files(self, name: str) -> list[str]:
        """The files that an experiment is read from."""
        settings, dopesheet, data = self.files[name]
        return [os.path.relpath(p) for p in (*settings, dopesheet, data) if p is not None]

    def results(self, name: str, *kinds: str) -> list[str]:
        """Result files of an experiment by their names, in which * stands for every shard."""
        return [
            f"{self.build}/{name}/{kind.replace('*', str(shard))}"
            for kind in kinds
            for shard in (range(self.shards) if "*" in kind else [0])
        ]

    @property
    def largest(self) -> str:
        """How much is to be written of what takes by far the most, the histories; else nothing."""
        shards = Counter(
            name
            for name in self.experiments
            for path in self.results(name, "history-*.parquet")
            if not Path(path).exists()
        )
        size = sum(
            history.size(self.experiments[name], math.ceil(self.seeds * missing / self.shards))
            for name, missing in shards.items()
        )
        if not size:
            return ""
        return f"histories to be written: at most {size / 1e9:.2g} GB, in {self.build}"

    def records(self, paths: Iterable[str]) -> list[str]:
        """The records of result files, which their readers check them against."""
        own = [path for path in map(Path, paths) if path.is_relative_to(self.build)]
        found = [record_of(path) for path in own if path.parent.name != RECORDS]
        return list(dict.fromkeys(path.as_posix() for path in found))

    def results_of_all(self, *kinds: str) -> list[str]:
        return [file for name in self.experiments for file in self.results(name, *kinds)]

    @cached_property
    def audits(self) -> list[str]:
        """What is looked for in experiments after their deletion."""
        return [f"{self.build}/{place}" for place in making.audits(self.document)]

    def reads(self, kind: Kind, name: str, deletion: str) -> list[str]:
        """The results that a figure or a table says it reads, and its other files."""
        found = making.reads(self.document, kind, name, deletion[1:]).items()
        results = [file for one, kinds in found for file in self.results(one, *kinds)]
        return [*results, *map(os.path.relpath, self.origins.files(kind, name))]

    def shown(self, kind: Kind, deletion: str) -> list[str]:
        """The figures or tables of a deletion."""
        return self.document.shown(kind, self.deletions[deletion], self.main.deletion)

    def option(self, deletion: str) -> str:
        """The option that names a deletion to a command, which the first needs not."""
        return f" --deletion {quote(self.deletions[deletion].name)}" if deletion else ""
