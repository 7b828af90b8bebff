"""Colour cubes, and conversions between RGB and HSV."""

from __future__ import annotations

from numpy.typing import ArrayLike

from colorcore.kernels import arguments, reference
from colorcore.kernels.arguments import Array
from colorcore.kernels.native import BACKEND, native_for


def rgb_cube(r: ArrayLike, g: ArrayLike, b: ArrayLike) -> Array:
    """Every combination of red, green and blue.

    Shapes: (R,), (G,), (B,), in [0, 1] → (R, G, B, 3), RGB in [0, 1], of the axes' float type.

    Raises: TypeError for axes that are not one float type; ValueError for other shapes or ranges.

    Example:

        >>> cube = rgb_cube([0.0, 1.0], [0.0, 0.5, 1.0], [0.25])
        >>> cube.shape
        (2, 3, 1, 3)
        >>> cube[1, 1, 0].tolist()
        [1.0, 0.5, 0.25]
    """
    names = ("r", "g", "b")
    axes = arguments.axes(names, (r, g, b))
    if BACKEND == "reference":
        for name, axis in zip(names, axes, strict=True):
            arguments.unit(name, axis)
        return reference.rgb_cube(*axes)
    return native_for("rgb_cube", axes[0])(*axes)


def hsv_cube(h: ArrayLike, s: ArrayLike, v: ArrayLike) -> Array:
    """RGB of every combination of hue, saturation and value.

    Shapes: (H,) in turns, wrapping around; (S,), (V,), in [0, 1] → (H, S, V, 3), RGB in [0, 1].

    Raises: TypeError for axes that are not one float type; ValueError for other shapes or ranges.

    Example:

        >>> hsv_cube([0.0, 0.5, 1.0], [1.0], [1.0])[:, 0, 0].tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]
    """
    axes = arguments.axes(("h", "s", "v"), (h, s, v))
    if BACKEND == "reference":
        arguments.hues(axes[0])
        arguments.unit("s", axes[1])
        arguments.unit("v", axes[2])
        return reference.hsv_cube(*axes)
    return native_for("hsv_cube", axes[0])(*axes)


def rgb_to_hsv(rgb: ArrayLike) -> Array:
    """Hue, saturation and value of RGB colours, equal to Python's `colorsys` to the last bit.

    Shapes: (…, 3), in [0, 1] → (…, 3): hue in turns in [0, 1], saturation and value in [0, 1].

    Raises: TypeError for other types; ValueError for other shapes or ranges.

    Example:

        >>> rgb_to_hsv([0.0, 0.5, 0.5]).tolist()
        [0.5, 1.0, 0.5]
    """
    colors = arguments.colors("rgb", rgb)
    if BACKEND == "reference":
        arguments.unit("rgb", colors)
        return reference.rgb_to_hsv(colors)
    return native_for("rgb_to_hsv", colors)(colors)


def hsv_to_rgb(hsv: ArrayLike) -> Array:
    """RGB of colours given by hue, saturation and value, equal to `colorsys` to the last bit.

    Shapes: (…, 3) → (…, 3) in [0, 1]; hue in turns, wrapping around, the others in [0, 1].

    Raises: TypeError for other types; ValueError for other shapes or ranges.

    Example:

        >>> hsv_to_rgb([[0.5, 1.0, 0.5], [-0.5, 1.0, 0.5]]).tolist()
        [[0.0, 0.5, 0.5], [0.0, 0.5, 0.5]]
    """
    colors = arguments.colors("hsv", hsv)
    if BACKEND == "reference":
        arguments.hues(colors[..., 0])
        arguments.unit("saturation and value", colors[..., 1:])
        return reference.hsv_to_rgb(colors)
    return native_for("hsv_to_rgb", colors)(colors)
