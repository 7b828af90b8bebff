"""What ablation leaves of red: where it points, and what that makes of the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from colorcore.writeup import style
from colorcore.writeup.document import Document
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject
from paper.measures import ORANGE_SHARE, orange_share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ()
MAIN, BEHIND, RELIABLE = "ex-2.10.1", "ex-2.10.1-behind", "ex-reliable"


class Data(NamedTuple):
    """What three conditions are called, and their runs, by experiment."""

    names: dict[str, str]
    runs: dict[str, pd.DataFrame]


def reads_of(document: Document) -> list[str]:
    """The experiments whose runs are read."""
    return [MAIN, BEHIND, RELIABLE]


def gather(subject: Subject) -> Data:
    runs = {name: subject.results_of(name).runs() for name in (MAIN, BEHIND, RELIABLE)}
    return Data(subject.document.names, runs)


def draw(data: Data, theme: Theme) -> Figure:
    """Error of red against where its remainder points; score against what orange loses."""
    figure = style.new(2.75)
    toward_cyan, toward_neighbors, share = figure.subplots(1, 3)
    colors = dict(zip(data.runs, (theme.lines[1], theme.lines[0], theme.lines[2]), strict=True))
    look = style.dots(max(map(len, data.runs.values())), 3.6, 0.6)
    for axes, column in (
        (toward_cyan, "remainder_opposite"),
        (toward_neighbors, "remainder_neighbors"),
    ):
        for name in (BEHIND, MAIN):
            runs = data.runs[name]
            axes.plot(runs[column], runs["ablated red"], "o", color=colors[name], **look)
        axes.set_xlim(-1.05, 1.05)
        axes.set_ylim(bottom=0)
    for name in (RELIABLE, MAIN):
        runs = data.runs[name]
        share.plot(orange_share(runs), runs["score_r2"], "o", color=colors[name], **look)
    share.axvline(ORANGE_SHARE, color=theme.text, lw=0.7, ls=":", zorder=0)
    style.plain_log(share, [0.01, 0.1, 1])
    share.set_ylim(0, 1.03)
    toward_cyan.set_xlabel("cosine to cyan's remainder")
    toward_neighbors.set_xlabel("cosine to neighbours' remainders")
    share.set_xlabel("orange's error ÷ red's")
    toward_cyan.set_ylabel("MSE of red, ablated")
    share.set_ylabel("score $R^2$")
    for axes, mark in zip((toward_cyan, toward_neighbors, share), "abc", strict=True):
        style.letter(axes, mark)
    handles = [
        toward_cyan.plot([], [], "o", color=color, label=data.names[name], ms=4)[0]
        for name, color in colors.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    from scipy.stats import spearmanr  # takes half a second to load

    main, behind = data.runs[MAIN], data.runs[BEHIND]
    rho = {
        column: spearmanr(main[column], main["ablated red"]).statistic
        for column in ("remainder_opposite", "remainder_neighbors")
    }
    return (
        f"Three scatter plots with a point for each of {len(main)} runs. The error of ablated red "
        "rises with the cosine of what is left of red to what is left of cyan, rank correlation "
        f"{rho['remainder_opposite']:.2f}, and falls with that to what is left of its neighbours, "
        f"{rho['remainder_neighbors']:.2f}; with surgery behind the normalisation it stays between "
        f"{behind['ablated red'].min():.2f} and {behind['ablated red'].max():.2f}. The score "
        "against orange's error as a share of red's: medians "
        + ", ".join(
            f"{orange_share(runs).median():.2f} and {runs['score_r2'].median():.2f} for "
            f"{data.names[name]}"
            for name, runs in data.runs.items()
            if name != BEHIND
        )
        + f"; wanted is {ORANGE_SHARE:.2f}."
    )
