"""Our runs and the published ones: the same distributions?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from colorcore.results.distribution import agreement
from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject
from paper import published

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ("runs.csv",)
FILES = (published.RUNS,)
PANELS = {
    "ablated red": "MSE of red, ablated",
    "ablated orange": "MSE of orange, ablated",
    "ablated pink": "MSE of pink, ablated",
    "score_r2": "score $R^2$",
    "val_mse": "validation MSE",
    "labelled_red": "samples labelled red",
}
LOGARITHMIC = {
    "ablated red": [1e-2, 1e-1, 1],
    "ablated orange": [1e-2, 1e-1],
    "ablated pink": [1e-2, 1e-1],
    "val_mse": [1e-5, 1e-4],
}


class Data(NamedTuple):
    ours: pd.DataFrame
    published: pd.DataFrame
    tests: pd.DataFrame


def gather(subject: Subject) -> Data:
    ours, theirs = subject.results.runs(), published.runs()
    return Data(ours, theirs, agreement(ours, theirs, PANELS))


def draw(data: Data, theme: Theme) -> Figure:
    """A panel a measure with both empirical distributions."""
    figure = style.new(3.7)
    panels = figure.subplots(2, 3, sharey=True)
    sets = (("colorcore", data.ours, theme.lines[0]), ("published", data.published, theme.lines[1]))
    for axes, (column, label), mark in zip(panels.flat, PANELS.items(), "abcdef", strict=True):
        for name, runs, color in sets:
            values = np.sort(runs[column].to_numpy())
            share = np.arange(1, len(values) + 1) / len(values)
            axes.step(values, share, where="post", color=color, label=name)
        if column in LOGARITHMIC:
            style.plain_log(axes, LOGARITHMIC[column])
        axes.set_xlabel(label)
        style.letter(axes, mark, f"p = {data.tests.loc[column, 'p']:.2g}")
    for axes in panels[:, 0]:
        axes.set_ylabel("share of runs")
    panels[0, 0].legend(loc="upper left")
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    listed = "; ".join(
        f"{column}: medians {row['ours']:.2g} and {row['theirs']:.2g}, p = {row['p']:.2g}"
        for column, row in data.tests.iterrows()
    )
    return (
        f"Six charts of cumulative distributions, {len(data.ours)} runs of colorcore beside "
        f"{len(data.published)} published runs. {listed}."
    )
