"""Conditions against one of them: every run as a point, a column of panels a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from colorcore.results.measures import bounds
from colorcore.writeup import style
from colorcore.writeup.document import Document
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

READS = ()
ROW, HEAD = 0.42, 0.75  # inches: a condition; what stands around the rows
PANELS = {
    "score_r2": ("score $R^2$", "linear"),
    "ablated target": ("MSE of {concept}", "linear"),
    "unlike_max": ("MSE unlike {concept}", "log"),
    "val_mse": ("validation MSE", "log"),
}
SMALLEST = 1e-6  # on a logarithmic axis: damage below it is as good as none


class Data(NamedTuple):
    """The runs of each condition by what it is called, the one to compare with first.

    `marks` are errors of the concept's colour when it is taken for a colour unlike it, and for one
    drawn evenly from all.
    """

    concept: str
    runs: dict[str, pd.DataFrame]
    marks: tuple[float, float]


def reads_of(document: Document, group: str) -> list[str]:
    """The experiments whose runs are read."""
    return list(document.group(group))


def gather(subject: Subject, group: str) -> Data:
    found = bounds(subject.deletion)
    return Data(subject.judged_by(group), subject.group(group), (found.unlike, found.even))


def draw(data: Data, theme: Theme) -> Figure:
    """A row a condition, a point a run, a bar at the median; that of the first runs through."""
    figure = style.new(HEAD + ROW * len(data.runs))
    panels = figure.subplots(1, len(PANELS), sharey=True)
    first = next(iter(data.runs))
    for axes, (column, (label, scale)), mark in zip(panels, PANELS.items(), "abcd", strict=True):
        for row, (name, runs) in enumerate(data.runs.items()):
            color = theme.lines[1] if name == first else theme.lines[0]
            draw_row(
                axes, runs[column].clip(lower=SMALLEST if scale == "log" else None), row, color
            )
        axes.axvline(data.runs[first][column].median(), color=theme.lines[1], lw=0.8, zorder=0)
        if column == "ablated target":
            for bound in data.marks:
                axes.axvline(bound, color=theme.text, lw=0.7, ls=":", zorder=0)
        finish_panel(axes, theme, mark, label=label.format(concept=data.concept), scale=scale)
    lowest = min(runs["score_r2"].min() for runs in data.runs.values())
    panels[0].set_xlim(0.485 if lowest > 0.5 else -0.03, 1.02)
    panels[1].set_xlim(left=-0.03)
    name_rows(panels[0], list(data.runs))
    return figure


def draw_row(axes: Axes, values: pd.Series, row: int, color: str) -> None:
    """A point a value, strewn about the row, and a bar at the median."""
    look = style.dots(len(values), 2.6, 0.55)
    axes.plot(values, row + style.strays(len(values)), "o", color=color, **look)
    median = values.median()
    axes.plot([median, median], [row - 0.38, row + 0.38], color=color, lw=1.8)


def finish_panel(axes: Axes, theme: Theme, letter: str, *, label: str, scale: str) -> None:
    """A panel of rows, all points drawn, gets its scale, label, grid and letter."""
    axes.set_xscale(scale)
    if scale == "log":
        style.whole_powers(axes)
    axes.set_xlabel(label)
    axes.grid(axis="x", color=theme.faint, lw=0.4)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    style.letter(axes, letter)


def name_rows(axes: Axes, names: list[str]) -> None:
    """The first of the panels names the rows, from the top."""
    axes.set_yticks(range(len(names)), [style.plain(name) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)


def describe(data: Data) -> str:
    """Alt text."""
    rows = "; ".join(
        f"{name}: score {runs['score_r2'].median():.2f}, {data.concept} "
        f"{runs['ablated target'].median():.2f}, worst damage unlike {data.concept} "
        f"{runs['unlike_max'].median():.1g}, validation error "
        f"{runs['val_mse'].median():.1g}"
        for name, runs in data.runs.items()
    )
    return (
        f"Four panels with a row of points for each of {len(data.runs)} conditions, a point a run: "
        f"score, error of ablated {data.concept}, largest damage to colours unlike "
        f"{data.concept}, validation error. "
        f"Medians: {rows}."
    )
