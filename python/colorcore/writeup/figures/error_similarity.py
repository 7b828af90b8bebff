"""Error after ablation against similarity to the concept: has the damage its shape?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from colorcore.results.distribution import band_of
from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

READS = ("score_grid.nc",)


class Data(NamedTuple):
    """`band` has low, median and high error over runs and colours, index similarity."""

    concept: str
    seed: int
    grid: xr.Dataset
    band: pd.DataFrame


def gather(subject: Subject) -> Data:
    grid = subject.results.grid("score_grid")
    one = grid.sel(variant="ablated")
    seed = subject.experiment.representative_seed
    return Data(subject.concept, seed, one, band_of(grid))


def draw(data: Data, theme: Theme) -> Figure:
    """A dot a colour of one run in front of the band of all runs."""
    figure = style.new(3.0, width=5.2)
    axes = figure.subplots()
    axes.fill_between(
        data.band.index, data.band["low"], data.band["high"], color=theme.panel, lw=0,
        label="90 % of all runs",
    )  # fmt: skip
    axes.plot(data.band.index, data.band["median"], color=theme.lines[-1], label="median of runs")
    axes.scatter(
        data.grid["similarity"].values.ravel(),
        data.grid["mse"].values.ravel(),
        c=data.grid["color"].values.reshape(-1, 3),
        s=16,
        edgecolors=theme.text,
        linewidths=0.3,
        zorder=3,
        label=f"colours of seed {data.seed}",
    )
    axes.set(
        xlabel=f"similarity to {data.concept}", ylabel="MSE after ablation", xlim=(-0.02, 1.02)
    )
    axes.set_ylim(bottom=-0.01)
    axes.legend(loc="upper left")
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    first, last = data.band.iloc[0], data.band.iloc[-1]
    return (
        f"Scatter plot of the {data.grid['mse'].size} colours of the score grid: error after "
        f"ablation against similarity to {data.concept}, each dot in its colour, before a band "
        "that holds 90 % of all runs. The median over runs rises from "
        f"{first['median']:.1g} for the least similar colours to {last['median']:.2g} for the "
        "most similar, where the band spans "
        f"{last['low']:.2g} to {last['high']:.2g}."
    )
