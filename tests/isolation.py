"""Figures and tables made in a folder that holds only what they say they read."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pandas as pd

from colorcore.experiment.folder import KEPT, SETTINGS, files
from colorcore.results.records import FOLDER as RECORDS
from colorcore.results.records import record_of
from colorcore.writeup import drawing, making, tabulating
from colorcore.writeup.subject import Subject
from colorcore.writeup.written import Written
from paper import published, transformer

_opened: list[Path] | None = None


def _listen(event: str, arguments: tuple) -> None:
    if _opened is not None and event == "open" and isinstance(arguments[0], str):
        is_read = not (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"))
        if is_read:
            _opened.append(Path(arguments[0]).resolve())


sys.addaudithook(_listen)


@contextmanager
def listening():
    """The files that are opened for reading meanwhile."""
    global _opened
    _opened = opened = []

    def read_parquet(path: Path):  # which Python opens nothing for
        opened.append(path.resolve())
        return whole(path)

    whole = pd.read_parquet
    try:
        with patch.object(pd, "read_parquet", read_parquet):
            yield opened
    finally:
        _opened = None


def make(subject: Subject, kind: making.Kind, name: str, folder: Path) -> tuple[Subject, set, set]:
    """Draw a figure or write a table from nothing but the results that it says it reads.

    Returns what it was made of, all that it says it reads, and all that it did read: results below
    the folder with their records, and files of searches and publications.
    """
    folder, build = folder.resolve(), subject.results.folder.parent
    said = set(making.files(subject.document, kind, name))
    deletion = subject.results.deletion
    for experiment, patterns in making.reads(subject.document, kind, name, deletion).items():
        place = Path(experiment)
        for pattern in patterns:
            found = list((build / place).glob(pattern))
            assert found, f"{place}/{pattern}: nobody makes that"
            own = [record_of(file) for file in found if file.parent.name != RECORDS]
            for file in (*found, *own):
                copy = folder / file.relative_to(build)
                copy.parent.mkdir(parents=True, exist_ok=True)
                said.add(Path(shutil.copy(file, copy)))
    results = replace(subject.results, folder=folder / subject.experiment.name)
    alone = replace(subject, results=results)
    with listening() as opened:
        (drawing.draw if kind == "figures" else tabulating.tabulate)(alone, name)
    told = [subject.experiment.name, *making.reads(subject.document, kind, name)]
    folders = [subject.document.experiments / experiment for experiment in told]
    known = {file.parent for folder in folders for file in files(folder).settings}
    settings = {path.parent for path in opened if path.name == SETTINGS}
    assert settings <= known, f"{name} reads settings of {settings - known} without saying so"
    made = {results.judged / kind, Written.of(alone).part(kind, name, alone).record.parent}
    read = {
        path
        for path in opened
        if (path.is_relative_to(folder) and path.parent not in made)
        or path.name in KEPT
        or any(
            path.is_relative_to(data)
            for data in (published.REFERENCE, transformer.TABLES.resolve())
        )
    }
    return alone, {path.resolve() for path in said}, read
