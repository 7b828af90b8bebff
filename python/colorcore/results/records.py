"""What a step notes beside its results: for what, by what and of what they were made.

Whoever reads a result checks it against the record of the step that made it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from colorcore import provenance
from colorcore.errors import InputError
from colorcore.experiment.folder import TRIALS
from colorcore.outputs import write_text

FOLDER = "records"  # in the folder of the results that they are about
AGAIN = "delete it and build again"

OF_A_SHARD = re.compile(r"(?:weights|snapshots|history)-(\d+)\.\w+")
OF_A_STEP = {
    "runs.csv": "evaluate",
    "moments.csv": "evaluate",
    "curves.parquet": "evaluate",
    "history.parquet": "evaluate",
    "interventions.csv": "interventions",
    "interventions.nc": "interventions",
    "audit.csv": "audit",
    "recovery.csv": "recover",
    "explorer.json": "explorer",
    TRIALS: "search",
}
ORIGIN = {
    "experiment": ("of {wanted}", "of {got}"),
    "settings": ("of {wanted} as its settings are", "of other settings"),
    "code": ("of {wanted} by the code as it is", "by other code"),
}
"""What an origin and a record must both say, and what is wanted and got when they do not."""

STEPS = ("train", *dict.fromkeys(OF_A_STEP.values()), "cubes")

Record = dict[str, Any]


def record_of(path: Path) -> Path:
    """Where the record of the step that makes a result file lies."""
    shard = OF_A_SHARD.fullmatch(path.name)
    step = f"train-{shard[1]}" if shard else OF_A_STEP.get(path.name, "cubes")
    return path.parent / FOLDER / f"{step}.json"


def step_of(record: Path) -> str:
    """The step that writes a record: `train` for `train-0.json`.

    Raises: InputError when no step writes records of that name.
    """
    step = record.stem.split("-")[0]
    if step not in STEPS:
        raise InputError(
            f"{record}: wanted a record of {', '.join(STEPS)}, got one of another name; delete it"
        )
    return step


def write(
    path: Path, notes: Mapping[str, Any], *, made: Mapping[str, str], of: Mapping[str, str]
) -> None:
    """Note what a step made and of which results, as digests, on what machine, and more `notes`."""
    record = {
        **notes,
        "of": of,
        "made": made,
        "versions": provenance.versions(),
        "hardware": provenance.hardware(),
    }
    whole = {**record, "digest": provenance.digest_of(record)}
    write_text(path, json.dumps(whole, indent=2, sort_keys=True) + "\n")


def digests(paths: Iterable[Path], folder: Path) -> dict[str, str]:
    """SHA-256 of files by their places in a folder.

    Raises: InputError when there is no such file.
    """
    return {path.relative_to(folder).as_posix(): digest(path) for path in paths}


def digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such result; build the step that makes it first") from error
    except OSError as error:
        raise InputError(
            f"{path}: wanted a result that can be read, got {error.strerror}; {AGAIN}"
        ) from error


def read(path: Path) -> Record:
    """A record.

    Raises: InputError when there is none, or it is not what was written.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        is_whole = record.pop("digest") == provenance.digest_of(record)
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: no such record of what made the results beside it; build them again"
        ) from error
    except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
        raise InputError(f"{path}: wanted a whole record, got something else; {AGAIN}") from error
    if not is_whole:
        raise InputError(f"{path}: wanted a record as it was written, got another; {AGAIN}")
    return record


def check(path: Path, name: str, record: Callable[[], Record]) -> None:
    """Check that a file is what its record says was made, which calls it by `name`.

    Raises: InputError, one line, when there is no such file or it is not what was written; and as
    `record`, which is asked for when there is one.
    """
    own = digest(path)
    if record()["made"].get(name) != own:
        raise InputError(f"{path}: wanted the result that was written, got another; {AGAIN}")


def check_origin(path: Path, origin: Mapping[str, str]) -> Record:
    """A record that says this origin.

    Raises: InputError when there is none, or it says another.
    """
    record = read(path)
    for key, (wanted, got) in ORIGIN.items():
        if record.get(key) != origin[key]:
            names = {"wanted": origin["experiment"], "got": record.get("experiment")}
            said = f"wanted results {wanted}, got those {got}".format(**names)
            raise InputError(f"{path}: {said}; build them again, or move them away")
    return record
