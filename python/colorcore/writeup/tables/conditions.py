"""Conditions beside each other, paired by seed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from colorcore.results.comparison import MEASURES, paired
from colorcore.writeup.document import Document
from colorcore.writeup.markdown import pipe_table
from colorcore.writeup.numerals import fixed, signed
from colorcore.writeup.subject import Subject

READS = ()
SHOWN: dict[str, tuple[str, Callable[[float], str]]] = {
    "score_r2": ("score R²", partial(fixed, decimals=2)),
    "ablated target": ("{concept}", partial(fixed, decimals=2)),
    "unlike_max": (
        "unlike {concept}, ×\N{NO-BREAK SPACE}10³",
        lambda value: fixed(1e3 * value, 1),
    ),
    "val_mse": ("validation, ×\N{NO-BREAK SPACE}10⁶", lambda value: fixed(1e6 * value, 0)),
    "target_cosine": ("cosine", partial(fixed, decimals=2)),
}
"""With as many decimals in every row, so that columns can be read down."""


def reads_of(document: Document, group: str) -> list[str]:
    """The experiments whose runs are read."""
    return list(document.group(group))


def write(subject: Subject, group: str) -> str:
    """Each measure's median in each condition, and in brackets its difference to the first."""
    (name, base), *others = subject.group(group).items()
    rows = [[name, *(SHOWN[m][1](base[m].median()) for m in MEASURES)]]
    for label, runs in others:
        rows.append([label, *(_difference(base, runs, m) for m in MEASURES)])
    header = [SHOWN[m][0].format(concept=subject.judged_by(group)) for m in MEASURES]
    return pipe_table(["condition", *header], rows, align="l" + "r" * len(MEASURES))


def _difference(base: pd.DataFrame, runs: pd.DataFrame, measure: str) -> str:
    """The median alone, of runs of other seeds."""
    show = SHOWN[measure][1]
    if list(runs["seed"]) != list(base["seed"]):
        return show(runs[measure].median())
    found = paired(base, runs, measure)
    low, high = signed(found.low, show), signed(found.high, show)
    return f"{show(found.median)} ({low} to {high})"
