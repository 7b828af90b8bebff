"""A model at a glance: its latents from two sides, its colours, and its error along hue."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorcore.writeup import style
from colorcore.writeup.numerals import significant
from colorcore.writeup.sphere import draw_latents, flat, order
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject, Variant

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

READS = ("loss_cube.nc", "latent_cube.nc", "color_slices.nc")
VALUES = 5  # lines in the error panel


class Data(NamedTuple):
    """`largest` is the largest error of any variant, so that all three share one axis.

    `views` have the anchored axis up, and then towards the viewer.
    """

    variant: str
    views: tuple[tuple[int, int, int], tuple[int, int, int]]
    latents: xr.Dataset
    slices: xr.Dataset
    errors: xr.Dataset
    largest: float


def gather(subject: Subject, variant: Variant) -> Data:
    loss = subject.results.grid("loss_cube").sel(saturation=1.0)
    rows = np.linspace(0, loss.sizes["value"] - 1, VALUES).round().astype(int)[1:]
    lines = loss.isel(value=rows)
    own, *rest = order(subject)
    # On dimensions that are removed as well, nothing is to be seen afterwards.
    first, second, *_ = sorted(rest, key=lambda dim: dim in subject.deletion.dims)
    return Data(
        variant=variant,
        views=((first, own, second), (first, second, own)),
        latents=subject.results.grid("latent_cube").sel(variant=variant),
        slices=subject.results.grid("color_slices").sel(variant=variant, saturation=1.0),
        errors=lines.sel(variant=variant),
        largest=float(lines["mse"].max()),
    )


def draw(data: Data, theme: Theme) -> Figure:
    """Two views of the latents above, fully saturated colours, and their error below."""
    figure = style.new(5.4, width=5.6)
    grid = figure.add_gridspec(3, 2, height_ratios=[2.5, 1.0, 1.2])
    for i, dims in enumerate(data.views):
        axes = figure.add_subplot(grid[0, i])
        parts = (flat(data.latents[name].values) for name in ("latents", "recon", "color"))
        draw_latents(axes, *parts, dims=dims, theme=theme)
        style.letter(axes, "ab"[i])
    colors = figure.add_subplot(grid[1, :])
    part = _around(data.slices).transpose("value", "hue", "channel", ...).isel(value=slice(1, None))
    style.show_patches(colors, part["recon"].values, part["color"].values, part["hue"].values)
    levels = part["value"].values
    colors.set_yticks(np.arange(len(levels)) + 0.5, [f"{level:g}" for level in levels])
    colors.set_ylabel("value")
    style.letter(colors, "c")
    errors = figure.add_subplot(grid[2, :], sharex=colors)
    _draw_errors(errors, data, theme)
    style.letter(errors, "d")
    return figure


def _around(slices: xr.Dataset) -> xr.Dataset:
    """The hues once around, and on past both ends as far as the errors go."""
    import xarray as xr

    last = slices.isel(hue=[-1])
    first = slices.isel(hue=[0, 1])
    left = last.assign_coords(hue=last["hue"] - 1)
    return xr.concat([left, slices, first.assign_coords(hue=first["hue"] + 1)], dim="hue")


def _draw_errors(axes: Axes, data: Data, theme: Theme) -> None:
    from matplotlib.collections import LineCollection

    hue = data.errors["hue"].values
    for value in data.errors["value"].values:
        line = data.errors.sel(value=value)
        points = np.column_stack([hue, line["mse"].values])
        segments = np.stack([points[:-1], points[1:]], axis=1)
        colors = line["color"].values[:-1]
        # A wider line beneath keeps dark and light colours visible on any page.
        axes.add_collection(LineCollection(list(segments), colors=theme.faint, lw=2.6))
        axes.add_collection(LineCollection(list(segments), colors=colors, lw=1.6))
    axes.set_xlim(hue[0], hue[-1])
    axes.set_ylim(0, data.largest * 1.25)  # above the largest is room to say it
    style.mark_hues(axes)
    largest = significant(float(data.errors["mse"].max()))
    axes.text(0.5, 0.92, f"largest {largest}", transform=axes.transAxes, ha="center", va="top")
    axes.set(xlabel="hue", ylabel="MSE")


def describe(data: Data) -> str:
    """Alt text."""
    vivid = data.errors.isel(value=-1)["mse"]
    peak, least = (float(vivid["hue"][at(vivid.values)]) % 1 for at in (np.argmax, np.argmin))
    return (
        f"The {data.variant} model in four panels. Two views of the colours' latents on a sphere, "
        "first with the anchored axis up, then from its end. Below, patches of every fully "
        "saturated hue as reproduced, true colours inside. At the bottom, error along hue, a "
        f"line for each value: at full value it peaks at hue {360 * peak:.0f}° with "
        f"{float(vivid.max()):.2g} and is least at {360 * least:.0f}° with "
        f"{float(vivid.min()):.1g}."
    )
