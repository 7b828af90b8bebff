"""Every run as a point: score, validation error, ablated concept, its cosine to its anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ("runs.csv",)
PANELS = (
    ("ablated target", "score_r2", "MSE of {concept}, ablated", "score $R^2$"),
    ("target_cosine", "score_r2", "cosine to the anchor", "score $R^2$"),
    ("val_mse", "score_r2", "validation MSE", "score $R^2$"),
)


class Data(NamedTuple):
    concept: str
    runs: pd.DataFrame
    marked: int


def gather(subject: Subject) -> Data:
    return Data(subject.concept, subject.results.runs(), subject.experiment.representative_seed)


def draw(data: Data, theme: Theme) -> Figure:
    """The score against three other measures; the representative run is ringed."""
    figure = style.new(2.5)
    panels = figure.subplots(1, len(PANELS), sharey=True)
    look = style.dots(len(data.runs), 4, 0.65)
    one = data.runs[data.runs["seed"] == data.marked]
    for axes, (x, y, xlabel, ylabel), mark in zip(panels, PANELS, "abc", strict=True):
        axes.plot(data.runs[x], data.runs[y], "o", color=theme.lines[0], **look)
        axes.plot(
            one[x], one[y], "o", ms=8, mfc="none", mec=theme.lines[1], mew=1.4,
            label=f"seed {data.marked}",
        )  # fmt: skip
        axes.set_xlabel(xlabel.format(concept=data.concept))
        style.letter(axes, mark)
        if axes is panels[0]:
            axes.set_ylabel(ylabel)
            axes.legend(loc="best")
    panels[2].set_xscale("log")
    style.whole_powers(panels[2])
    panels[0].set_ylim(-0.03, 1.03)
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    runs = data.runs
    corr = np.corrcoef(runs["ablated target"], runs["score_r2"])[0, 1]
    return (
        f"Three scatter plots with a point for each of {len(runs)} runs: score R² against the "
        f"ablated error of {data.concept}, against its cosine to its anchor, and against "
        f"validation error. Scores run from {runs['score_r2'].min():.2f} to "
        f"{runs['score_r2'].max():.2f}, "
        f"errors of {data.concept} from {runs['ablated target'].min():.2g} to "
        f"{runs['ablated target'].max():.2g}; "
        f"the two correlate with {corr:.2f}."
    )
