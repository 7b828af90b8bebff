"""Every run as a point: score, validation error, ablated red, cosine of red to its anchor."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from colorcore.experiment.loading import Experiment
from colorcore.results.files import Results
from colorcore.writeup.figures import style
from colorcore.writeup.figures.style import Theme

PANELS = (
    ("ablated red", "score_r2", "MSE of red, ablated", "score $R^2$"),
    ("red_cosine", "score_r2", "cosine of red to its anchor", "score $R^2$"),
    ("val_mse", "score_r2", "validation MSE", "score $R^2$"),
)


VALIDATION_TICKS = [1e-5, 1e-4]


class Data(NamedTuple):
    runs: pd.DataFrame
    marked: int


def gather(experiment: Experiment, results: Results) -> Data:
    return Data(results.runs(), experiment.representative_seed)


def draw(data: Data, theme: Theme) -> Figure:
    """The score against three other measures; the representative run is ringed."""
    figure = style.new(2.5)
    panels = figure.subplots(1, len(PANELS), sharey=True)
    one = data.runs[data.runs["seed"] == data.marked]
    for axes, (x, y, xlabel, ylabel), mark in zip(panels, PANELS, "abc", strict=True):
        axes.plot(data.runs[x], data.runs[y], "o", color=theme.lines[0], ms=4, alpha=0.65, mew=0)
        axes.plot(
            one[x], one[y], "o", ms=8, mfc="none", mec=theme.lines[1], mew=1.4,
            label=f"seed {data.marked}",
        )  # fmt: skip
        axes.set_xlabel(xlabel)
        style.letter(axes, mark)
        if axes is panels[0]:
            axes.set_ylabel(ylabel)
            axes.legend(loc="lower right")
    style.plain_log(panels[2], VALIDATION_TICKS)
    panels[0].set_ylim(-0.03, 1.03)
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    runs = data.runs
    corr = np.corrcoef(runs["ablated red"], runs["score_r2"])[0, 1]
    return (
        f"Three scatter plots with a point for each of {len(runs)} runs: score R² against the "
        "ablated error of red, against the cosine of red to its anchor, and against validation "
        f"error. Scores run from {runs['score_r2'].min():.2f} to {runs['score_r2'].max():.2f}, "
        f"errors of red from {runs['ablated red'].min():.2g} to {runs['ablated red'].max():.2g}; "
        f"the two correlate with {corr:.2f}."
    )
