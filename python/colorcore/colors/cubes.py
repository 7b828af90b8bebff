"""Colour cubes as xarray Datasets, whose axes have names and coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from colorcore.kernels import hsv_cube, rgb_cube

if TYPE_CHECKING:
    import xarray as xr

CHANNELS = ["r", "g", "b"]
RGB_AXES = ("red", "green", "blue")
HSV_AXES = ("hue", "saturation", "value")


def rgb_dataset(
    red: NDArray[np.float64], green: NDArray[np.float64], blue: NDArray[np.float64]
) -> xr.Dataset:
    """A cube with a point for every combination of red, green and blue.

    Shapes: three axes in [0, 1] → variable `color` (red, green, blue, channel), RGB in [0, 1].

    Example:

        >>> levels = np.linspace(0, 1, 3)
        >>> cube = rgb_dataset(levels, levels, np.array([0.0]))
        >>> dict(cube.sizes)
        {'red': 3, 'green': 3, 'blue': 1, 'channel': 3}
        >>> cube["color"].sel(red=1, green=0.5, blue=0).values.tolist()
        [1.0, 0.5, 0.0]
    """
    return _dataset(RGB_AXES, (red, green, blue), rgb_cube(red, green, blue))


def hsv_dataset(
    hue: NDArray[np.float64], saturation: NDArray[np.float64], value: NDArray[np.float64]
) -> xr.Dataset:
    """A cube with a point for every combination of hue, saturation and value.

    Shapes: hue in turns, which may run past 0 and 1 so that curves close; saturation and value in
    [0, 1] → variable `color` (hue, saturation, value, channel), RGB in [0, 1].

    Example:

        >>> cube = hsv_dataset(np.arange(4) / 4, np.array([0.0, 1.0]), np.array([1.0]))
        >>> cube["color"].sel(hue=0.5, saturation=1, value=1).values.tolist()
        [0.0, 1.0, 1.0]
    """
    return _dataset(HSV_AXES, (hue, saturation, value), hsv_cube(hue, saturation, value))


def _dataset(names: tuple[str, ...], axes: tuple[NDArray, ...], colors: NDArray) -> xr.Dataset:
    import xarray as xr  # which plans do without

    coordinates = dict(zip(names, axes, strict=True))
    return xr.Dataset(
        {"color": ((*names, "channel"), colors)}, {**coordinates, "channel": CHANNELS}
    )


def flat_colors(cube: xr.Dataset) -> NDArray[np.float64]:
    """Every colour of a cube as a list, in the order of its axes.

    Shapes: (points, 3), RGB in [0, 1].

    Example:

        >>> flat_colors(regular_rgb(2))[:3].tolist()
        [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    return cube["color"].to_numpy().reshape(-1, len(CHANNELS))


def grid_axes(cube: xr.Dataset) -> tuple[str, ...]:
    """The names of a cube's axes, without the channel.

    Example:

        >>> grid_axes(color_slices())
        ('hue', 'saturation', 'value')
    """
    return tuple(str(name) for name in cube["color"].dims[:-1])


def regular_rgb(points: int) -> xr.Dataset:
    """An RGB cube with `points` evenly spaced levels a channel, corners included.

    Example:

        >>> regular_rgb(3)["red"].values.tolist()
        [0.0, 0.5, 1.0]
    """
    axis = np.linspace(0, 1, points)
    return rgb_dataset(axis, axis, axis)


def score_grid() -> xr.Dataset:
    """RGB 8³, corners included: the colours over which damage is scored."""
    return regular_rgb(8)


def validation_grid() -> xr.Dataset:
    """RGB 7³ on linspace(1/16, 15/16, 7): colours off the training grid, away from the faces."""
    axis = np.linspace(1 / 16, 15 / 16, 7)
    return rgb_dataset(axis, axis, axis)


def color_slices() -> xr.Dataset:
    """HSV, 12 hues × 4 saturations × 5 values: few enough to look at each patch."""
    return hsv_dataset(np.arange(12) / 12, np.linspace(0, 1, 4), np.linspace(0, 1, 5))


def loss_cube() -> xr.Dataset:
    """HSV 150 × 24 × 24, hue running 1/12 past both ends so that error curves close."""
    axis = np.linspace(0, 1, 24)
    return hsv_dataset(np.linspace(-1 / 12, 13 / 12, 150), axis, axis)


def latent_cube() -> xr.Dataset:
    """RGB 20³: dense enough that its latents show as a surface."""
    return regular_rgb(20)
