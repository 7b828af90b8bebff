"""Operators beside each other: what each does to the concept and the rest, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from colorcore.errors import InputError, unknown
from colorcore.experiment.loading import Experiment
from colorcore.results.audited import LEFT
from colorcore.results.distribution import summary
from colorcore.results.files import AUDIT
from colorcore.results.measures import HARMED
from colorcore.writeup.document import FILE, Document
from colorcore.writeup.markdown import pipe_table, plain
from colorcore.writeup.numerals import fixed, significant
from colorcore.writeup.operators import Rows, check_rows, experiments_of
from colorcore.writeup.subject import Subject

READS = ()
READS_OF = (AUDIT,)

DECIMALS = partial(fixed, decimals=2)


def _spread(values: pd.Series) -> str:
    found = summary(values)
    low, high = DECIMALS(found["low"]), DECIMALS(found["high"])
    return f"{DECIMALS(found['median'])} ({low} to {high})"


def _worst(values: pd.Series) -> str:
    return f"{DECIMALS(values.median())} ({DECIMALS(values.min())})"


MEASURES: dict[str, tuple[str, str, Callable[[pd.Series], str]]] = {
    "score": ("score (worst)", "score_r2", _worst),
    "target": ("error", "target", _spread),
    "damage": ("damage", "harm", lambda harm: significant(harm.median(), 1)),
    "harmed": ("harmed", "harm", lambda harm: str((harm > HARMED).sum())),
    **{name: (name, name, _spread) for name in LEFT},
}
"""What a table can show: the head of its column, the measure, and how it is told."""


def reads_of(document: Document, rows: Rows, show: tuple[str, ...]) -> list[str]:
    """The experiments whose audits are read."""
    return experiments_of(rows)


def check(document: Document, rows: Rows, show: tuple[str, ...]) -> None:
    """Every row is of an operator that there is, every column of a measure.

    Raises: InputError for another.
    """
    check_rows(document, rows, part="tables")
    for measure in show:
        if measure not in MEASURES:
            place = f"{document.folder / FILE}: tables"
            raise InputError(f"{place}: {unknown('measure', measure, MEASURES)}")


def write(subject: Subject, rows: Rows, show: tuple[str, ...]) -> str:
    """A row an operator: what labels it goes by, and the median and spread of each measure."""
    lines = []
    for label, (name, operator) in rows.items():
        table = subject.results_of(name).audit()
        runs = table[table["operator"] == operator]
        cells = [MEASURES[m][2](runs[MEASURES[m][1]]) for m in show]
        lines.append([plain(label), labels(subject.document.load(name), operator), *cells])
    header = ["operator", "labels", *(MEASURES[m][0] for m in show)]
    return pipe_table(header, lines, align="ll" + "r" * len(show))


def labels(experiment: Experiment, operator: str) -> str:
    """How many labels an operator goes by that a run is expected to see, or that it knows all.

    Those of training count too, where its terms or its routing go by some.
    """
    chosen = experiment.operators.get(operator)
    told = getattr(chosen, "labels", None)
    trained = experiment.routing or any(term.labels for term in experiment.regularizers.values())
    if told == "perfect":
        return "all"
    if not trained and told is None:
        return "none"
    seen = sum(experiment.seen_labels[target.name] for target in experiment.deletion.targets)
    return f"{seen:.0f}"
