"""Time colour cubes and colour conversions beside the libraries that have them too.

    python benches/color.py [--json rows.json]

The peers are scikit-image, matplotlib and colour-science. What they compute is compared first, and
colorcore in double precision with Python's `colorsys`, to the last bit.
"""

from __future__ import annotations

import colorsys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from timing import Arrays, Json, Programs, Row, Work, check, peer, print_machine, print_rows, save

BENCH = "color"
CUBE = (300, 48, 48)  # hues, saturations, values
COLORS = 1_000_000
SAMPLE = 10_000  # colours compared with colorsys, which takes them one by one
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}

Array = NDArray[Any]


def axes(dtype: str) -> list[Array]:
    """Hues, saturations and values of the cube."""
    return [np.linspace(0, 1, points, dtype=dtype) for points in CUBE]


def colors(dtype: str) -> Array:
    """The same random colours in every process, be they RGB or HSV."""
    return np.random.default_rng(0).random((COLORS, 3), dtype=dtype)  # pyright: ignore[reportCallIssue, reportArgumentType]


def colorcore(kernel: str, dtype: str) -> Work:
    """The Rust kernels."""
    from colorcore import kernels

    if kernel == "hsv_cube":
        h, s, v = axes(dtype)
        return lambda: (kernels.hsv_cube(h, s, v),)
    given = colors(dtype)
    convert = kernels.hsv_to_rgb if kernel == "hsv_to_rgb" else kernels.rgb_to_hsv
    return lambda: (convert(given),)


def skimage(kernel: str, dtype: str) -> Work:
    """scikit-image."""
    module = peer("skimage.color", "scikit-image")
    return _on_arrays(kernel, dtype, module.hsv2rgb, module.rgb2hsv)


def matplotlib(kernel: str, dtype: str) -> Work:
    """matplotlib."""
    module = peer("matplotlib.colors", "matplotlib")
    return _on_arrays(kernel, dtype, module.hsv_to_rgb, module.rgb_to_hsv)


def colour(kernel: str, dtype: str) -> Work:
    """colour-science, told which precision to compute in."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about optional packages of its own, and float32
        module = peer("colour", "colour-science")
        module.utilities.set_default_float_dtype(np.dtype(dtype).type)
    return _on_arrays(kernel, dtype, module.HSV_to_RGB, module.RGB_to_HSV)


def _on_arrays(
    kernel: str, dtype: str, hsv_to_rgb: Callable[..., Array], rgb_to_hsv: Callable[..., Array]
) -> Work:
    """The work of a peer, which makes a cube by converting a mesh of its axes."""
    if kernel == "hsv_cube":
        h, s, v = axes(dtype)
        return lambda: (hsv_to_rgb(np.stack(np.meshgrid(h, s, v, indexing="ij"), axis=-1)),)
    given = colors(dtype)
    convert = hsv_to_rgb if kernel == "hsv_to_rgb" else rgb_to_hsv
    return lambda: (convert(given),)


def agree(results: dict[str, Arrays], kernel: str, dtype: str) -> None:
    """Check that every program made the first one's colours, in the precision asked for."""
    (first, (wanted,)), *others = results.items()
    for name, (got,) in others:
        check(got.dtype == dtype, f"{name} returned {got.dtype}, not {dtype}")
        apart = np.abs(got.astype(float) - wanted)
        if kernel == "rgb_to_hsv":
            apart[:, 0] = np.minimum(apart[:, 0], 1 - apart[:, 0])  # hue wraps around
        check(apart.max() < TOLERANCE[dtype], f"{name} and {first} differ by {apart.max():.1e}")


def agree_with_colorsys(kernel: str, got: Array) -> None:
    """Check a sample against Python's own conversion, to the last bit."""
    hsv = np.stack(np.meshgrid(*axes("float64"), indexing="ij"), axis=-1).reshape(-1, 3)
    given = hsv if kernel == "hsv_cube" else colors("float64")
    convert = colorsys.rgb_to_hsv if kernel == "rgb_to_hsv" else colorsys.hsv_to_rgb
    picked = np.random.default_rng(1).choice(len(given), SAMPLE, replace=False)
    wanted = np.array([convert(*color) for color in given[picked].tolist()])
    check(
        got.reshape(-1, 3)[picked].tobytes() == wanted.tobytes(),
        f"{kernel} and colorsys differ",
    )


def main(rows_path: Json = None) -> None:
    """Print the time of an HSV cube and of a million conversions either way."""
    print_machine()
    builds = {
        "colorcore": colorcore,
        "scikit-image": skimage,
        "matplotlib": matplotlib,
        "colour-science": colour,
    }
    rows: list[Row] = []
    with Programs(builds, threads=2) as programs:
        for kernel in ("hsv_cube", "hsv_to_rgb", "rgb_to_hsv"):
            size = " × ".join(map(str, CUBE)) if kernel == "hsv_cube" else f"{COLORS:,} colours"
            for dtype in ("float64", "float32"):
                results = programs.build(kernel, dtype)
                agree(results, kernel, dtype)
                if dtype == "float64":
                    agree_with_colorsys(kernel, results["colorcore"][0])
                timed = programs.time(BENCH, f"{kernel}, {dtype}", repeats=7)
                print_rows(f"{kernel}, {size}, {dtype}, threads: 2", timed)
                rows += timed
    save(rows_path, rows)


if __name__ == "__main__":
    typer.run(main)
