"""A whole build, checked against what its steps noted of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from colorcore.errors import InputError, suggest
from colorcore.experiment.concepts import key
from colorcore.experiment.folder import SETTINGS
from colorcore.experiment.loading import load
from colorcore.results import records
from colorcore.results.files import Results
from colorcore.results.records import Record

SUFFIXES = (".safetensors", ".parquet", ".csv", ".nc", ".json")  # of results


class Findings(NamedTuple):
    """What made a build, a line an experiment, and what in it is not as it is to be."""

    made: list[str]
    wrong: list[str]


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
    found = Findings([], [])
    for name in names:
        if name not in known:
            near = suggest(name, known, otherwise="name the folder that has it by --experiments")
            found.wrong.append(
                f"{build / name}: wanted results of an experiment in {experiments}, got those of "
                f"{name!r}, which is not there; {near}, or delete them"
            )
            continue
        results = Results(build / name, load(experiments / name))
        wrong = list(dict.fromkeys(_mistakes(results)))
        found.wrong.extend(wrong)
        if not wrong:
            found.made.append(_made(name, results.trained()))
    return found


def _made(name: str, trained: list[Record]) -> str:
    seeds = [seed for record in trained for seed in record["seeds"]]
    machines = {(r["hardware"]["processor"], r["versions"]["torch"]) for r in trained}
    how = "; ".join(f"{processor}, torch {torch}" for processor, torch in sorted(machines))
    shards = "1 shard" if len(trained) == 1 else f"{len(trained)} shards"
    return f"{name}: seeds {seeds[0]} to {seeds[-1]} in {shards}; {how}"


def _mistakes(results: Results) -> Iterator[str]:
    """What is wrong with the results of an experiment, and of its deletions."""
    known: set[Path] = set()
    told: set[Path] = set()  # records of which all is said already
    noted = sorted(results.folder.rglob(f"{records.FOLDER}/*.json"))
    for path in noted:
        try:
            record = records.check_origin(path, results.origin(records.step_of(path)))
        except InputError as error:
            yield str(error)
            told.add(path)
            continue
        place = path.parent.parent
        wanted = "" if place == results.folder else place.name
        if key(record["deletion"]) != wanted:
            yield f"{path}: wanted a record of the deletion in {place}, got another's; build it"
        known.update(place / name for name in record["made"])
        yield from _changed(place, record["made"], f"what {path} says that it made")
        yield from _changed(results.folder, record["of"], f"what {path} says that it read")
    try:
        results.trained()
    except InputError as error:
        yield str(error)
    for file in sorted(results.folder.rglob("*")):
        if file.parent.name == records.FOLDER:
            continue
        is_known = file in known or records.record_of(file) in told
        if file.suffix in SUFFIXES and not is_known:
            yield f"{file}: wanted only what a record says was made, got this as well; delete it"


def _changed(folder: Path, digests: dict[str, str], wanted: str) -> Iterator[str]:
    for name, digest in digests.items():
        try:
            is_same = records.digest(folder / name) == digest
        except InputError as error:
            yield str(error)
            continue
        if not is_same:
            yield f"{folder / name}: wanted {wanted}, got something else; {records.AGAIN}"
