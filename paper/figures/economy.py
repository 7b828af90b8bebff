"""What becomes of the deletion with fewer or more labels, and with labels on wrong colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from colorcore.writeup import style
from colorcore.writeup.document import Document
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ()
GROUPS = ("labels", "noise")
MEASURES = {
    "score_r2": "score $R^2$",
    "ablated red": "MSE of red, ablated",
    "red_cosine": "cosine of red",
}
WIDTH = 0.035  # how far points stray across, as a share of the axis


class Data(NamedTuple):
    """Runs by expected number of labels, and by the share of labels that is noise."""

    by_count: dict[float, pd.DataFrame]
    by_noise: dict[float, pd.DataFrame]


def reads_of(document: Document) -> list[str]:
    """The experiments whose runs are read."""
    return [name for group in GROUPS for name in document.group(group)]


def gather(subject: Subject) -> Data:
    return Data(*(_by(subject, group) for group in GROUPS))


def _by(subject: Subject, group: str) -> dict[float, pd.DataFrame]:
    found = {}
    for name in subject.document.group(group):
        runs = subject.results_of(name).runs()
        (concept,) = subject.document.load(name).concepts.values()
        key = runs["labelled_red"].mean() if group == "labels" else 100 * concept.noise
        found[float(key)] = runs
    return dict(sorted(found.items()))


def draw(data: Data, theme: Theme) -> Figure:
    """Above the number of labels, below the share of noise; a point a run, a line of medians."""
    figure = style.new(3.9)
    panels = figure.subplots(2, len(MEASURES), sharey="col")
    for row, (groups, label) in enumerate(
        ((data.by_count, "labels a run, mean"), (data.by_noise, "labels at random, %"))
    ):
        for axes, (column, title), mark in zip(
            panels[row], MEASURES.items(), ("abc", "def")[row], strict=True
        ):
            medians = [runs[column].median() for runs in groups.values()]
            axes.plot(list(groups), medians, color=theme.lines[1], marker="_", ms=13, mew=2)
            for x, runs in groups.items():
                strays = style.strays(len(runs)) * WIDTH
                spread = x * np.exp(4 * strays) if row == 0 else x + 100 * strays
                look = style.dots(len(runs), 2.6, 0.55)
                axes.plot(spread, runs[column], "o", color=theme.lines[0], **look)
            axes.set_xlabel(label)
            axes.set_ylabel(title)
            style.letter(axes, mark)
            axes.grid(axis="y", color=theme.faint, lw=0.4)
            axes.set_axisbelow(True)
            if row == 0:
                axes.set_xscale("log")
                axes.set_xticks(list(groups), [f"{count:.0f}" for count in groups])
                axes.minorticks_off()
            else:
                axes.set_xticks(list(groups))
                axes.xaxis.set_major_formatter("{x:.0f}")
    return figure


def describe(data: Data) -> str:
    """Alt text."""

    def told(groups: dict[float, pd.DataFrame], unit: str) -> str:
        return "; ".join(
            f"{x:.0f} {unit}: score {runs['score_r2'].median():.2f}, red "
            f"{runs['ablated red'].median():.2f}, cosine {runs['red_cosine'].median():.2f}"
            for x, runs in groups.items()
        )

    return (
        "Six panels of points, a point a run, with a line through medians: score, error of ablated "
        "red and cosine of red to its axis, above against the number of labels and below against "
        f"the share of labels on random colours. Medians: {told(data.by_count, 'labels')}; "
        f"{told(data.by_noise, '% noise')}."
    )
