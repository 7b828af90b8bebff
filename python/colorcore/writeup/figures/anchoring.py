"""Where red is through training, in every run: how it reaches its axis, and whether it leaves."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from colorcore.experiment.loading import Experiment
from colorcore.results.comparison import MAIN
from colorcore.results.departures import departures
from colorcore.results.files import Results
from colorcore.writeup.figures import style
from colorcore.writeup.figures.style import Theme

CONDITIONS = {
    "ex-2.10.1-conflict": "constant weights",
    "ex-2.10.1-labels-half": "half the labels",
    "ex-reliable": "reliable deletion",
}
"""Shown beside the main experiment."""


class Data(NamedTuple):
    """The moments of each condition by what it is called, the main experiment first."""

    moments: dict[str, pd.DataFrame]


def gather(experiment: Experiment, results: Results) -> Data:
    others = {label: results.of(name).moments() for name, label in CONDITIONS.items()}
    return Data({MAIN: results.moments(), **others})


def draw(data: Data, theme: Theme) -> Figure:
    """A panel a condition, a line a run; runs in which red leaves its axis stand out."""
    figure = style.new(3.9)
    panels = figure.subplots(2, 2, sharey=True)
    for axes, (name, moments), mark in zip(panels.flat, data.moments.items(), "abcd", strict=True):
        left = departures(moments)
        for seed, run in moments.groupby("seed"):
            leaves = seed in left
            axes.plot(
                run["step"], run["red_cosine"],
                color=theme.lines[1] if leaves else theme.lines[0],
                alpha=0.85 if leaves else 0.3,
                lw=1.1 if leaves else 0.8,
                zorder=2 if leaves else 1,
            )  # fmt: skip
        count = moments["seed"].nunique()
        style.letter(axes, mark, f"{name}: red leaves in {len(left)} of {count}")
        axes.set_ylim(-1.03, 1.03)
        axes.margins(x=0.01)
    for axes in panels[1]:
        axes.set_xlabel("step")
    for axes in panels[:, 0]:
        axes.set_ylabel("cosine of red")
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    parts = []
    for name, moments in data.moments.items():
        last = moments[moments["step"] == moments["step"].max()]["red_cosine"]
        parts.append(
            f"{name}: ends between {last.min():.2f} and {last.max():.2f}, median "
            f"{last.median():.2f}, and leaves the axis on the way in {len(departures(moments))} "
            f"of {len(last)} runs"
        )
    return (
        "Four panels with a line a run: the cosine of pure red to its anchor at snapshots through "
        f"training. {'; '.join(parts)}."
    )
