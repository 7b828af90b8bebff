"""A whole build, checked against what its steps noted of it: the results of experiments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from colorcore.errors import InputError, suggest
from colorcore.experiment.folder import SETTINGS
from colorcore.experiment.loading import load
from colorcore.results import records
from colorcore.results.files import Results
from colorcore.results.records import Record

SUFFIXES = (".safetensors", ".parquet", ".csv", ".nc", ".json")  # of results


@dataclass
class Findings:
    """What made a build, a line an experiment, and what in it is not as it is to be.

    Each file is told of once, by the first that is wrong with it.
    """

    made: list[str] = field(default_factory=list)
    told: dict[Path, str] = field(default_factory=dict)
    known: set[Path] = field(default_factory=set)  # files that a record says were made
    _digests: dict[Path, str] = field(default_factory=dict)

    @property
    def wrong(self) -> list[str]:
        return list(self.told.values())

    def tell(self, path: Path, line: object) -> None:
        self.told.setdefault(path, str(line))

    def check_made(self, record: Path, folder: Path, digests: Mapping[str, str]) -> None:
        """Files of a folder are still what a record says that was made."""
        self.known.update(folder / name for name in digests)
        self._check(folder, digests, f"what {record} says that it made")

    def check_read(self, record: Path, folder: Path, digests: Mapping[str, str]) -> None:
        """Files of a folder are still what a record says that was read."""
        self._check(folder, digests, f"what {record} says that it read")

    def check_strays(self, paths: Iterable[Path]) -> None:
        """All of these were made; of what is wrong already no more is told."""
        for path in paths:
            if path not in self.known:
                self.tell(
                    path,
                    f"{path}: wanted only what a record says was made, got this as well; delete it",
                )

    def _check(self, folder: Path, digests: Mapping[str, str], wanted: str) -> None:
        for path, digest in ((folder / name, digest) for name, digest in digests.items()):
            try:
                if self._digest(path) != digest:
                    self.tell(path, f"{path}: wanted {wanted}, got something else; {records.AGAIN}")
            except InputError as error:
                self.tell(path, error)

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = records.digest(path)
        return self._digests[path]


def verify(build: Path, experiments: Path) -> Findings:
    """Check every result of a build, of experiments whose folders lie in `experiments`.

    Each must be what its step wrote, with the settings and by the code as they are now, of results
    that are still the same; and nothing else may lie beside it.

    Raises: InputError when there are no records.
    """
    names = sorted(path.parent.name for path in build.glob(f"*/{records.FOLDER}"))
    if not names:
        raise InputError(
            f"{build}: wanted a folder that holds results and the records of what made them, got "
            "none; name that of a build"
        )
    known = [path.parent.name for path in experiments.glob(f"*/{SETTINGS}")]
    found = Findings()
    for name in names:
        if name not in known:
            near = suggest(name, known, otherwise="name the folder that has it by --experiments")
            found.tell(
                build / name,
                f"{build / name}: wanted results of an experiment in {experiments}, got those of "
                f"{name!r}, which is not there; {near}, or delete them",
            )
            continue
        results, before = Results(build / name, load(experiments / name)), len(found.told)
        trained = _check(results, found)
        if len(found.told) == before:
            found.made.append(_made(name, trained))
    return found


def _made(name: str, trained: list[Record]) -> str:
    seeds = [seed for record in trained for seed in record["seeds"]]
    machines = {(r["hardware"]["processor"], r["versions"]["torch"]) for r in trained}
    how = "; ".join(f"{processor}, torch {torch}" for processor, torch in sorted(machines))
    shards = "1 shard" if len(trained) == 1 else f"{len(trained)} shards"
    return f"{name}: seeds {seeds[0]} to {seeds[-1]} in {shards}; {how}"


def _check(results: Results, found: Findings) -> list[Record]:
    """Check the results of an experiment, and of its deletions; what trained them."""
    noted = {}
    for path in sorted(results.folder.rglob(f"{records.FOLDER}/*.json")):
        try:
            noted[path] = results.check(path)
        except InputError as error:
            found.tell(path, error)
    for path, record in noted.items():
        found.check_made(path, path.parent.parent, record["made"])
    for path, record in noted.items():
        found.check_read(path, results.folder, record["of"])
    found.check_strays(
        file
        for file in sorted(results.folder.rglob("*"))
        if file.suffix in SUFFIXES
        and file.parent.name != records.FOLDER
        and records.record_of(file) not in found.told
    )
    try:
        return results.trained()
    except InputError as error:
        found.tell(results.train_record_path(0), error)
        return []
