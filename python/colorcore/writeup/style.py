"""How figures look: two themes, printed sizes, and files that are the same bytes each time.

What plans a build imports all figures, and Matplotlib only when something is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from colorcore.outputs import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.5  # inches: the text width of the page
RASTER_DPI = 200  # of scatters and pixels inside an SVG
MANY = 500  # points: beyond, they hide one another, and an SVG would be mostly of them


@dataclass(frozen=True)
class Theme:
    """Colours of everything that is not data; `lines` tell series apart, colour-blind or not."""

    name: str
    text: str
    faint: str
    panel: str
    lines: tuple[str, ...]


LIGHT = Theme(
    name="light",
    text="#1f2328",
    faint="#c9ccd1",
    panel="#eceef1",
    lines=("#0b6fb8", "#c2570c", "#0f8a63", "#9a4fb0", "#6b7280"),
)
DARK = Theme(
    name="dark",
    text="#e6e8eb",
    faint="#4a4f57",
    panel="#2b2f36",
    lines=("#5ab4f0", "#f0955a", "#4fcf9f", "#cf8fe0", "#a5abb5"),
)
THEMES = (LIGHT, DARK)


@contextmanager
def applied(theme: Theme) -> Iterator[None]:
    """Draw and save in a theme; nothing outlives the block."""
    import matplotlib as mpl

    settings: dict[Any, Any] = {
        "font.size": 8,
        "axes.titlesize": 8.5,
        "axes.labelsize": 8,
        "legend.fontsize": 7.5,
        "legend.frameon": False,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "lines.linewidth": 1.3,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "svg.fonttype": "path",
        "svg.hashsalt": "colorcore",
        "mathtext.default": "regular",
        **dict.fromkeys(
            ["text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"],
            theme.text,
        ),
    }
    with mpl.rc_context(settings):
        yield


def new(height: float, *, width: float = WIDTH) -> Figure:
    """An empty figure of a size in inches, laid out so that nothing overlaps."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def letter(axes: Axes, name: str, title: str = "") -> None:
    """Name a panel, so that a caption can point to it."""
    axes.set_title(f"({name}) {title}".rstrip(), loc="left")


def plain(text: str) -> str:
    """A text of somebody's own, in which a dollar is one and begins no formula."""
    return text.replace("$", r"\$")


def strays(count: int) -> NDArray[np.float64]:
    """How far points of one row stand from its middle, so that they can be told apart.

    Multiples of the golden ratio spread evenly, and the same way every time. Shapes: (count,), in
    ±0.28.
    """
    return 0.28 * (2 * (np.arange(count) * (5**0.5 - 1) / 2 % 1) - 1)


def dots(count: int, size: float, opacity: float) -> dict[str, Any]:
    """How points look, a point a run: the more, the smaller and the fainter.

    Very many are an image within the figure, whose size does not grow with them.
    """
    if count <= MANY:
        return {"ms": size, "alpha": opacity, "mew": 0}
    share = (MANY / count) ** 0.5
    return {"ms": max(1, size * share), "alpha": opacity * share**0.5, "mew": 0, "rasterized": True}


def mark_hues(axes: Axes) -> None:
    """Ticks of a hue axis in turns at the primaries and secondaries, named."""
    names = ["red", "yellow", "green", "cyan", "blue", "magenta", "red"]
    axes.set_xticks(np.arange(7) / 6, names)


def plain_log(axes: Axes, ticks: list[float]) -> None:
    """A logarithmic x axis over less than two decades, labelled at the given ticks only."""
    from matplotlib.ticker import NullFormatter

    axes.set_xscale("log")
    axes.set_xticks(ticks)
    axes.xaxis.set_minor_formatter(NullFormatter())


def whole_powers(axes: Axes) -> None:
    """A logarithmic x axis that begins and ends at powers of ten, of which there are then two."""
    from matplotlib.ticker import NullFormatter

    low, high = np.log10(axes.get_xlim())
    axes.set_xlim(10 ** np.floor(low), 10 ** np.ceil(high))
    axes.xaxis.set_minor_formatter(NullFormatter())


def show_patches(
    axes: Axes, outer: NDArray[np.float64], inner: NDArray[np.float64], x: NDArray[np.float64]
) -> None:
    """A patch for each colour, outer colour around an inner square. Shapes: (rows, columns, 3)."""
    rows = len(outer)
    pixels = np.repeat(np.repeat(outer, 9, axis=0), 9, axis=1)
    for i in range(3, 6):
        for j in range(3, 6):
            pixels[i::9, j::9] = inner
    half = (x[1] - x[0]) / 2
    axes.imshow(
        np.clip(pixels, 0, 1),
        extent=(x[0] - half, x[-1] + half, 0, rows),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
    )
    axes.set_ylim(0, rows)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)


def save(figure: Figure, path: Path) -> None:
    """Write a figure as SVG, whole or not at all, the same bytes for the same drawing."""
    with replacing(path) as stand_in:
        figure.savefig(stand_in, dpi=RASTER_DPI, metadata={"Date": None, "Creator": "colorcore"})


def save_both(draw: Callable[[Theme], Figure], folder: Path, name: str) -> None:
    """Write a figure for light and for dark pages, <name>-light.svg and <name>-dark.svg."""
    for theme in THEMES:
        with applied(theme):
            save(draw(theme), folder / f"{name}-{theme.name}.svg")
