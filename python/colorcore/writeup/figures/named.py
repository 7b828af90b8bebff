"""What ablation does to each named colour, in every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from colorcore.colors.named import NAMES, named_rgb
from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ("runs.csv",)


def gather(subject: Subject) -> pd.DataFrame:
    runs = subject.results.runs()
    return pd.DataFrame({name: runs[f"ablated {name}"] for name in NAMES})


def draw(data: pd.DataFrame, theme: Theme) -> Figure:
    """A row a colour, a point a run, a bar at the median."""
    figure = style.new(4.2)
    axes = figure.subplots()
    for row, name in enumerate(data.columns):
        look = {**style.dots(len(data), 3.6, 1.0), "mec": theme.text, "mew": 0.35}
        if len(data) > style.MANY:  # or there would be nothing but rims
            look |= {"mew": 0.1, "ms": 1.5, "alpha": 0.6}
        axes.plot(data[name], row + style.strays(len(data)), "o", color=named_rgb(name), **look)
        median = data[name].median()
        axes.plot([median, median], [row - 0.42, row + 0.42], color=theme.text, lw=1.6)
    axes.set_xscale("log")
    axes.set_yticks(range(len(data.columns)), data.columns)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(data.columns) - 0.4, -0.6)
    axes.grid(axis="x", color=theme.faint, lw=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("MSE after ablation (a point a run, a bar at the median)")
    return figure


def describe(data: pd.DataFrame) -> str:
    """Alt text."""
    medians = data.median().sort_values(ascending=False)
    listed = ", ".join(f"{name} {value:.1g}" for name, value in medians.items())
    return (
        f"A row of points for each of {data.shape[1]} named colours, a point a run, on a "
        f"logarithmic axis of error after ablation. Medians, largest first: {listed}."
    )
