"""Ablation beside interventions as the model runs: error against similarity to the concept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from colorcore.results.distribution import band_of
from colorcore.results.interventions import ABLATED, label
from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ("interventions.nc",)
SHOWN = (
    ABLATED,
    label("suppression", 90, 1),
    label("suppression", 60, 1),
    label("repulsion", 90, 1),
    label("repulsion", 60, 1),
    label("repulsion", 30, 1),
)
COLUMNS = 3


class Data(NamedTuple):
    """By intervention, a row a bin of similarity: low, median and high error over runs."""

    concept: str
    bands: dict[str, pd.DataFrame]


def gather(subject: Subject) -> Data:
    grid = subject.results.grid("interventions")
    return Data(subject.concept, {name: band_of(grid, intervention=name) for name in SHOWN})


def draw(data: Data, theme: Theme) -> Figure:
    """A panel an intervention: the median over runs in front of the band of nine tenths."""
    figure = style.new(3.6)
    rows = len(data.bands) // COLUMNS
    panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True)
    for axes, (name, band), mark in zip(panels.flat, data.bands.items(), "abcdef", strict=True):
        axes.fill_between(band.index, band["low"], band["high"], color=theme.panel, lw=0)
        axes.plot(band.index, band["median"], color=theme.lines[0])
        axes.grid(axis="y", color=theme.faint, lw=0.4)
        axes.set_axisbelow(True)
        style.letter(axes, mark, name)
    # Limits of an axis that panels share hold for those drawn later, too.
    panels.flat[0].set(xlim=(-0.02, 1.02), ylim=(-0.01, None))
    figure.supxlabel(f"similarity to {data.concept}", fontsize=8)
    figure.supylabel("MSE", fontsize=8)
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    said = "; ".join(
        f"{name}: median {band['median'].iloc[-1]:.2g} for the most similar colours, nine runs of "
        f"ten between {band['low'].iloc[-1]:.2g} and {band['high'].iloc[-1]:.2g}"
        for name, band in data.bands.items()
    )
    return (
        f"Six panels of error against similarity to {data.concept}, each with the median over runs "
        f"and a band that holds nine tenths of runs and colours. {said}."
    )
