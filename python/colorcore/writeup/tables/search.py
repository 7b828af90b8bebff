"""What a search varied, where in the dopesheet, between which bounds, and what it found."""

from __future__ import annotations

from pathlib import Path

from colorcore.experiment.folder import SEARCH, TRIALS
from colorcore.search import settings
from colorcore.search.log import best, read_log
from colorcore.writeup.document import Document
from colorcore.writeup.markdown import pipe_table
from colorcore.writeup.numerals import significant
from colorcore.writeup.subject import Subject

READS = ()
READS_OF = ()  # its settings alone


def check(document: Document, of: str) -> None:
    """There is a search, and a log of it."""
    settings.read(document.experiments / of)
    read_log(document.experiments / of / TRIALS)


def reads_of(document: Document, of: str) -> list[str]:
    """The experiment whose search is read, and whose dopesheet that varies."""
    return [of]


def searches(document: Document, of: str) -> list[Path]:
    """The files of the search that are read."""
    return [document.experiments / of / SEARCH, document.experiments / of / TRIALS]


def write(subject: Subject, of: str) -> str:
    """A row a value that was varied."""
    folder = subject.document.experiments / of
    winner = best(read_log(folder / TRIALS))
    rows = []
    for name, bounds in settings.read(folder).space.items():
        steps = ", ".join(str(step) for step, _ in bounds.cells)
        values = (bounds.low, bounds.high, winner[name])
        rows.append([f"`{bounds.cells[0][1]}`", steps, *(significant(v, 3) for v in values)])
    header = ["column", "step", "lowest", "highest", "found"]
    return pipe_table(header, rows, align="llrrr")
