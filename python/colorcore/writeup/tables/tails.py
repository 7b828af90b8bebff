"""How seldom deletions fail: of many runs of each experiment, the shares that do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from colorcore.experiment.folder import TAIL
from colorcore.results import tails
from colorcore.results.measures import HARMED
from colorcore.writeup.document import Document
from colorcore.writeup.markdown import pipe_table, plain
from colorcore.writeup.numerals import significant
from colorcore.writeup.subject import Subject

READS = ()
READS_OF = ()  # their settings alone

FAILURES: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "error < 0.2": lambda runs: runs["target"] < 0.2,
    "damage > 0.01": lambda runs: runs["harm"] > HARMED,
    "score < 0.85": lambda runs: runs["score_r2"] < 0.85,
    "nearest < 0.2": lambda runs: runs["nearest"] < 0.2,
    "decoder < 0.2": lambda runs: runs["decoder"] < 0.2,
    "unseen < 0.2": lambda runs: runs["long decoder unseen"] < 0.2,
}
"""What counts as a failure, by how it is called."""


def check(document: Document, of: dict[str, str]) -> None:
    """There is a tail of each experiment, of the experiment as it is."""
    for name in of.values():
        tails.read(document.load(name), document.experiments / name / TAIL)


def searches(document: Document, of: dict[str, str]) -> list[Path]:
    """The files that are read."""
    return [document.experiments / name / TAIL for name in of.values()]


def reads_of(document: Document, of: dict[str, str]) -> list[str]:
    """The experiments that the runs are of."""
    return list(of.values())


def write(subject: Subject, of: dict[str, str]) -> str:
    """A row an experiment: how many runs fail in each way, and the interval of their share."""
    rows = []
    for label, name in of.items():
        folder = subject.document.experiments / name
        runs = tails.read(subject.document.load(name), folder / TAIL)
        cells = [tells(int(fails(runs).sum()), len(runs)) for fails in FAILURES.values()]
        rows.append([plain(label), str(len(runs)), *cells])
    return pipe_table(
        ["recipe", "runs", *map(plain, FAILURES)], rows, align="lr" + "r" * len(FAILURES)
    )


def tells(failed: int, runs: int) -> str:
    """How many failed, and the 95 % interval of the share that would, in percent.

    Source: C. Clopper and E. Pearson, 1934, whose interval is never too narrow.
    """
    from scipy.stats import binomtest  # takes half a second to load, and most need none

    found = binomtest(failed, runs).proportion_ci(method="exact")
    low, high = (significant(100 * share) for share in (found.low, found.high))
    return f"{failed} ({low} to {high}\N{NARROW NO-BREAK SPACE}%)"
