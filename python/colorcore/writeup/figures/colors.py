"""Predicted colours over four slices of saturation, the true colour as an inner patch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject, Variant

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

FRACTIONS = {0.0: "0", 1 / 3: "⅓", 2 / 3: "⅔", 1.0: "1"}


READS = ("color_slices.nc",)


class Data(NamedTuple):
    variant: str
    grid: xr.Dataset


def gather(subject: Subject, variant: Variant) -> Data:
    return Data(variant, subject.results.grid("color_slices").sel(variant=variant))


def draw(data: Data, theme: Theme) -> Figure:
    """A panel a saturation: hue across, value up."""
    figure = style.new(1.75)
    panels = figure.subplots(1, data.grid.sizes["saturation"], sharey=True)
    for axes, saturation in zip(panels, data.grid["saturation"].values, strict=True):
        part = data.grid.sel(saturation=saturation).transpose("value", "hue", "channel", ...)
        style.show_patches(axes, part["recon"].values, part["color"].values, part["hue"].values)
        axes.set_title(f"saturation {FRACTIONS.get(float(saturation), f'{saturation:.2g}')}")
        axes.set_xticks([0, 1 / 3, 2 / 3], ["red", "green", "blue"])
        axes.set_xlabel("hue")
    levels = data.grid["value"].values
    panels[0].set_yticks(np.arange(len(levels)) + 0.5, [f"{level:g}" for level in levels])
    panels[0].set_ylabel("value")
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    worst = data.grid["mse"].stack(point=("hue", "saturation", "value"))
    hue, saturation, value = worst.point.values[np.argmax(worst.values)]
    return (
        f"Four grids of colour patches, {data.variant} model: hue across, value up, a grid for "
        "each saturation from 0 to 1. Each patch has the reconstructed colour around the true one. "
        f"The largest error, {float(worst.max()):.2g}, is at hue {360 * hue:.0f}°, saturation "
        f"{saturation:.2g}, value {value:.2g}; the median error is {float(worst.median()):.1g}."
    )
