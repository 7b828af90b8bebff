"""Training curves of every term, over all seeds."""

from __future__ import annotations

from itertools import cycle
from string import ascii_lowercase
from typing import TYPE_CHECKING

import pandas as pd

from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ("curves.parquet",)


def gather(subject: Subject) -> dict[str, pd.DataFrame]:
    """For each term its median and 90 % band over seeds and neighbouring steps, index `step`."""
    curves = subject.results.curves().set_index("step")
    terms = ["recon", *subject.experiment.regularizers]
    called = subject.document.terms
    return {called.get(name, name): curves[curves["term"] == name] for name in terms}


def draw(data: dict[str, pd.DataFrame], theme: Theme) -> Figure:
    """A panel a term: median line, band from the 5th to the 95th percentile."""
    figure = style.new(3.9)
    columns = 2
    rows = -(-len(data) // columns)
    panels = list(figure.subplots(rows, columns, sharex=True, squeeze=False).flat)
    for axes, (name, curve), color, mark in zip(
        panels, data.items(), cycle([theme.lines[-1], *theme.lines]), ascii_lowercase, strict=False
    ):
        axes.fill_between(curve.index, curve["low"], curve["high"], color=color, alpha=0.25, lw=0)
        axes.plot(curve.index, curve["median"], color=color)
        axes.set_yscale("log")
        style.letter(axes, mark, "reconstruction (MSE)" if name == "recon" else name)
    for axes in panels[len(data) :]:
        axes.remove()
    for axes in panels[-columns:]:
        axes.set_xlabel("step")
    return figure


def describe(data: dict[str, pd.DataFrame]) -> str:
    """Alt text."""
    ends = "; ".join(
        f"{name} from {curve['median'].iloc[0]:.2g} to {curve['median'].iloc[-1]:.2g}"
        if len(curve)
        else f"{name} nowhere, since nothing has its labels"
        for name, curve in data.items()
    )
    return (
        "Line charts over training steps on logarithmic axes, one for each term of the objective, "
        f"each with the median over seeds and a band that holds 90 % of them. Medians go: {ends}."
    )
