"""Where red is through training, in every run: how it reaches its axis, and whether it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from colorcore.results.departures import departures
from colorcore.writeup import style
from colorcore.writeup.document import Document
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ()
READS_OF = ("moments.csv",)
SHOWN = ("ex-2.10.1", "ex-2.10.1-conflict", "ex-2.10.1-labels-half", "ex-reliable")


class Data(NamedTuple):
    """The moments of each condition by what it is called, the main experiment first."""

    moments: dict[str, pd.DataFrame]


def reads_of(document: Document) -> list[str]:
    """The experiments whose moments are read."""
    return list(SHOWN)


def gather(subject: Subject) -> Data:
    names = subject.document.names
    return Data({names[name]: subject.results_of(name).moments() for name in SHOWN})


def draw(data: Data, theme: Theme) -> Figure:
    """A panel a condition, a line a run; runs in which red leaves its axis stand out."""
    figure = style.new(3.9)
    panels = figure.subplots(2, 2, sharey=True)
    for axes, (name, moments), mark in zip(panels.flat, data.moments.items(), "abcd", strict=True):
        left = departures(moments, "red")
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
        left = len(departures(moments, "red"))
        parts.append(
            f"{name}: ends between {last.min():.2f} and {last.max():.2f}, median "
            f"{last.median():.2f}, and leaves the axis on the way in {left} of "
            f"{len(last)} runs"
        )
    return (
        "Four panels with a line a run: the cosine of pure red to its anchor at snapshots through "
        f"training. {'; '.join(parts)}."
    )
