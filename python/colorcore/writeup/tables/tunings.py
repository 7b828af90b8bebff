"""What experiments were tuned by: the settings that were tried, and what did best."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from colorcore.experiment.folder import GRID, TUNED
from colorcore.search import grid as grids
from colorcore.search.grid import Grid
from colorcore.search.tuning import SCORE, TRAINING, Choice, choices
from colorcore.writeup.document import Document
from colorcore.writeup.markdown import pipe_table, plain
from colorcore.writeup.numerals import fixed, significant
from colorcore.writeup.subject import Subject

READS = ()
READS_OF = ()  # their settings alone

DECIMALS = partial(fixed, decimals=2)
HEADER = ("", "of", "tried", "best", "score (worst)", "error", "damage", "harmed")


def check(document: Document, of: dict[str, str]) -> None:
    """There is a grid of each experiment, and all of it was tried."""
    for name in of.values():
        experiment = document.load(name)
        grids.read(experiment)
        choices(experiment)


def searches(document: Document, of: dict[str, str]) -> list[Path]:
    """The files that are read."""
    return [document.experiments / name / file for name in of.values() for file in (GRID, TUNED)]


def reads_of(document: Document, of: dict[str, str]) -> list[str]:
    """The experiments that were tuned."""
    return list(of.values())


def write(subject: Subject, of: dict[str, str]) -> str:
    """A row a training or operator of which settings were tried."""
    rows = []
    for label, name in of.items():
        experiment = subject.document.load(name)
        grid = grids.read(experiment)
        for choice in choices(experiment):
            if choice.best is not None:
                rows.append([plain(label), plain(choice.of), *cells(grid, choice)])
    return pipe_table([*map(plain, HEADER)], rows, align="llllrrrr")


def cells(grid: Grid, choice: Choice) -> list[str]:
    """What was tried, what did best, and how that did."""
    found = choice.measures
    varied = grid.axes if choice.of == TRAINING else grid.operators[choice.of]
    return [
        plain("; ".join(f"{name} {_listed(values)}" for name, values in varied.items())),
        plain(choice.best or ""),
        f"{DECIMALS(found[SCORE])} ({DECIMALS(found['score min'])})",
        DECIMALS(found["target median"]),
        significant(found["harm median"], 1),
        f"{found['harmed']:.0f}",
    ]


def _listed(values: Iterable[float | str]) -> str:
    return ", ".join(v if isinstance(v, str) else format(v, "g") for v in values)
