"""Operators on runs against each other: a row each, every run as a point, a panel a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from colorcore.results.files import AUDIT
from colorcore.results.measures import bounds
from colorcore.writeup import style
from colorcore.writeup.document import Document
from colorcore.writeup.figures.conditions import HEAD, ROW, draw_row, finish_panel, name_rows
from colorcore.writeup.operators import Rows, check_rows, experiments_of
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ()
READS_OF = (AUDIT,)
PANELS = {
    "score_r2": ("score $R^2$", "linear"),
    "target": ("error", "linear"),
    "harm": ("damage", "log"),
    "nearest": ("nearest", "linear"),
    "long decoder": ("decoder", "linear"),
}
SMALLEST = 1e-5  # on a logarithmic axis: damage below it is as good as none


class Data(NamedTuple):
    """The runs under each operator by what it is called, and whether it is an anchor's.

    `marks` are errors of the concept's colour when it is taken for a colour unlike it, and for one
    drawn evenly from all.
    """

    concept: str
    runs: dict[str, pd.DataFrame]
    anchored: dict[str, bool]
    marks: tuple[float, float]


def reads_of(document: Document, rows: Rows) -> list[str]:
    """The experiments whose audits are read."""
    return experiments_of(rows)


def check(document: Document, rows: Rows) -> None:
    """Every row is of an operator that there is.

    Raises: InputError for another.
    """
    check_rows(document, rows, part="figures")


def gather(subject: Subject, rows: Rows) -> Data:
    runs, anchored = {}, {}
    for label, (name, operator) in rows.items():
        audit = subject.results_of(name).audit()
        runs[label] = audit[audit["operator"] == operator]
        anchored[label] = bool(subject.document.load(name).anchored)
    found = bounds(subject.deletion)
    return Data(subject.concept, runs, anchored, (found.unlike, found.even))


def draw(data: Data, theme: Theme) -> Figure:
    """A row an operator, a point a run, a bar at the median; those with an anchor in red."""
    figure = style.new(HEAD + 0.75 * ROW * len(data.runs))
    panels = figure.subplots(1, len(PANELS), sharey=True)
    for axes, (column, (label, scale)), mark in zip(panels, PANELS.items(), "abcde", strict=True):
        for row, (name, runs) in enumerate(data.runs.items()):
            color = theme.lines[1] if data.anchored[name] else theme.lines[0]
            values = runs[column].clip(lower=SMALLEST if scale == "log" else None)
            draw_row(axes, values, row, color)
        if column != "score_r2" and scale == "linear":
            for bound in data.marks:
                axes.axvline(bound, color=theme.text, lw=0.7, ls=":", zorder=0)
        finish_panel(axes, theme, mark, label=label, scale=scale)
    name_rows(panels[0], list(data.runs))
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    rows = "; ".join(
        f"{name}: score {runs['score_r2'].median():.2f}, {data.concept} "
        f"{runs['target'].median():.2f}, damage {runs['harm'].median():.1g}, nearest "
        f"{runs['nearest'].median():.2g}, fresh decoder {runs['long decoder'].median():.2g}"
        for name, runs in data.runs.items()
    )
    return (
        f"Five panels with a row of points for each of {len(data.runs)} operators, a point a run: "
        f"score, error of {data.concept}, largest damage to colours unlike it, and its errors when "
        f"it is read off the nearest latents and by a fresh decoder. Medians: {rows}."
    )
