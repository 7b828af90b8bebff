"""Ablation beside interventions as the model runs: error against similarity to red."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from colorcore.experiment.loading import Experiment
from colorcore.results.distribution import binned
from colorcore.results.falloffs import ABLATED, label
from colorcore.results.files import Results
from colorcore.writeup.figures import style
from colorcore.writeup.figures.style import Theme

BINS = 12  # of similarity
SHOWN = (
    ABLATED,
    label("suppression", 90, 1),
    label("suppression", 60, 1),
    label("repulsion", 90, 1),
    label("repulsion", 60, 1),
    label("repulsion", 30, 1),
)
COLUMNS = 3

Data = dict[str, pd.DataFrame]
"""By intervention, a row a bin of similarity: low, median and high error over runs and colours."""


def gather(experiment: Experiment, results: Results) -> Data:
    grid = results.grid("interventions")
    alike = grid["similarity"].values.ravel()
    found = {}
    for name in SHOWN:
        errors = grid["mse_runs"].sel(intervention=name).values.reshape(grid.sizes["seed"], -1)
        found[name] = binned(alike, errors, bins=BINS)
    return found


def draw(data: Data, theme: Theme) -> Figure:
    """A panel an intervention: the median over runs in front of the band of nine tenths."""
    figure = style.new(3.6)
    rows = len(data) // COLUMNS
    panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True)
    for axes, (name, band), mark in zip(panels.flat, data.items(), "abcdef", strict=True):
        axes.fill_between(band.index, band["low"], band["high"], color=theme.panel, lw=0)
        axes.plot(band.index, band["median"], color=theme.lines[0])
        axes.grid(axis="y", color=theme.faint, lw=0.4)
        axes.set_axisbelow(True)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.01, None))
        style.letter(axes, mark, name)
    figure.supxlabel("similarity to red", fontsize=8)
    figure.supylabel("MSE", fontsize=8)
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    said = "; ".join(
        f"{name}: median {band['median'].iloc[-1]:.2g} for the most similar colours, nine runs of "
        f"ten between {band['low'].iloc[-1]:.2g} and {band['high'].iloc[-1]:.2g}"
        for name, band in data.items()
    )
    return (
        "Six panels of error against similarity to red, each with the median over runs and a band "
        f"that holds nine tenths of runs and colours. {said}."
    )
