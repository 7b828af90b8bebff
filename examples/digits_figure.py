"""The figure of the example on digits, for light and for dark pages, and its alt text."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from colorcore.writeup import style
from colorcore.writeup.style import Theme

SPREAD = 0.26  # how far points of a row stray from its middle, so that they can be told apart
ROWS = ("image", "before", "after")


class Data(NamedTuple):
    """Shapes: `pictures` (3, 10, 64), ink in [0, 1]: images, reconstructions before and after."""

    classes: pd.DataFrame
    pictures: NDArray[np.float32]
    digit: int

    def table(self, model: str, variant: str, measure: str) -> pd.DataFrame:
        """A row a seed and a column a class."""
        rows = self.classes.query(
            "model == @model and variant == @variant and digit == @self.digit"
        )
        return rows.pivot(index="seed", columns="class", values=measure)

    def every(self) -> pd.DataFrame:
        """Accuracy after ablation: a row a deleted digit, a column a class, of the first seed."""
        rows = self.classes.query("model == 'anchored' and variant == 'ablated' and seed == 0")
        return rows.pivot(index="digit", columns="class", values="accuracy")


def save(data: Data, out: Path) -> None:
    """Write digits-light.svg and digits-dark.svg."""
    style.save_both(partial(draw, data), out, "digits")


def draw(data: Data, theme: Theme) -> Figure:
    """Above, a row a class and a point a seed; below, reconstructions, and every digit deleted."""
    figure = style.new(5.3)
    [above], [below] = figure.subfigures(2, 1, squeeze=False, height_ratios=[3.2, 2.1])
    panels = above.subplots(1, 3, sharey=True, width_ratios=[1, 1.35, 1.35])
    _rows(panels[0], data, theme)
    _points(panels[0], data.table("anchored", "before", "cosine"), data.digit, theme)
    panels[0].set(xlabel="cosine to the first axis", xlim=(-0.3, 1.05), ylabel="digit")
    for axes, model in zip(panels[1:], ("anchored", "control"), strict=True):
        _rows(axes, data, theme)
        _changes(axes, data, model, theme)
    for axes, mark, title in zip(
        panels, "abc", ("where it lies", "ablated: anchored", "ablated: control"), strict=True
    ):
        style.letter(axes, mark, title)
    _legend(panels[1], theme)
    [[left, right]] = below.subfigures(1, 2, squeeze=False, width_ratios=[1.75, 1])
    _pictures(left, data, theme)
    _matrix(right, data, theme)
    return figure


def _rows(axes: Axes, data: Data, theme: Theme) -> None:
    """A row a class, and a band behind the one to be deleted."""
    axes.axhspan(data.digit - 0.5, data.digit + 0.5, color=theme.panel, lw=0, zorder=0)
    axes.set_yticks(range(10))
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(9.6, -0.6)
    axes.grid(axis="x", color=theme.faint, lw=0.5)
    axes.set_axisbelow(True)


def _strays(count: int) -> NDArray[np.float64]:
    golden = (5**0.5 - 1) / 2  # its multiples spread evenly, the same way every time
    return np.float64(SPREAD) * (2 * ((np.arange(count) * golden) % 1) - 1)


def _color(one: int, digit: int, theme: Theme) -> str:
    return theme.lines[1] if one == digit else theme.lines[0]


def _points(axes: Axes, table: pd.DataFrame, digit: int, theme: Theme, **marks: Any) -> None:
    for one in range(10):
        color = _color(one, digit, theme)
        look: dict[str, Any] = {"ms": 3.6, "mew": 0, "alpha": 0.8, "mfc": color, "mec": color}
        axes.plot(table[one], one + _strays(len(table)), "o", **{**look, **marks})


def _changes(axes: Axes, data: Data, model: str, theme: Theme) -> None:
    """Accuracy after, a point a seed, with a line that comes from where it was before."""
    after = 100 * data.table(model, "ablated", "accuracy")
    before = 100 * data.table(model, "before", "accuracy")
    for one in range(10):
        y = one + _strays(len(after))
        axes.hlines(y, before[one], after[one], color=_color(one, data.digit, theme), lw=0.7)
    _points(axes, after, data.digit, theme)
    axes.set(xlabel="held-out images read right, %", xlim=(-4, 104))


def _legend(axes: Axes, theme: Theme) -> None:
    axes.plot([], [], "o", ms=3.6, mew=0, color=theme.lines[0], label="a seed, after")
    axes.plot([], [], color=theme.lines[0], lw=0.7, label="from before")
    axes.legend(loc="center left", bbox_to_anchor=(0, 0.4), borderaxespad=0.2, handlelength=1.2)


def _pictures(figure: SubFigure, data: Data, theme: Theme) -> None:
    """A column a digit: an image, and its reconstructions before and after."""
    gap = 1  # pixels between images
    tiles = data.pictures.clip(0, 1).reshape(3, 10, 8, 8)
    padded = np.pad(tiles, [(0, 0), (0, 0), (0, gap), (0, gap)], constant_values=np.nan)
    sheet = padded.transpose(0, 2, 1, 3).reshape(3 * (8 + gap), 10 * (8 + gap))
    axes = figure.subplots()
    axes.imshow(sheet[:-gap, :-gap], cmap=_ink(theme), vmin=0, vmax=1, interpolation="nearest")
    centres = 3.5 + 9 * np.arange(10)
    axes.set_xticks(centres, [str(one) for one in range(10)])
    axes.set_yticks(centres[:3], ROWS)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    corner = (9 * data.digit - 1, -1)
    axes.add_patch(Rectangle(corner, 9, 27, fill=False, ec=theme.lines[1], lw=1.2, clip_on=False))
    style.letter(axes, "d", "held-out images, first seed")


def _ink(theme: Theme) -> LinearSegmentedColormap:
    """From the panel's colour to the text's; what is no number stays clear."""
    ends = [to_rgb(theme.panel), to_rgb(theme.text)]
    return LinearSegmentedColormap.from_list("ink", ends, bad=(0, 0, 0, 0))


def _matrix(figure: SubFigure, data: Data, theme: Theme) -> None:
    """A row a deleted digit, a column a class: how much is still read right."""
    axes = figure.subplots()
    blues = LinearSegmentedColormap.from_list("kept", [theme.panel, theme.lines[0]])
    image = axes.imshow(100 * data.every(), cmap=blues, vmin=0, vmax=100)
    axes.set(xticks=range(10), yticks=range(10), xlabel="digit read", ylabel="digit deleted")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, cax=axes.inset_axes((1.05, 0, 0.06, 1)), ticks=[0, 100])
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    bar.set_label("read right, %", labelpad=-9)
    style.letter(axes, "e", "any digit")


def describe(data: Data) -> str:
    """Alt text."""
    after = {
        model: 100 * data.table(model, "ablated", "accuracy").median()
        for model in ("anchored", "control")
    }
    others = {model: medians.drop(data.digit) for model, medians in after.items()}
    cosines = data.table("anchored", "before", "cosine").median()
    every = data.every().mul(100).rename_axis(index="deleted").stack()
    is_deleted = every.index.get_level_values("deleted") == every.index.get_level_values("class")
    return (
        f"Five panels on deleting the digit {data.digit}. (a) Cosine of each class to the first "
        f"axis, a point a seed: {cosines[data.digit]:.2f} for the digit in the median, at most "
        f"{cosines.drop(data.digit).max():.2f} for the others. (b) Held-out images read right "
        f"after ablation: {after['anchored'][data.digit]:.0f} % of the digit in the median, "
        f"{others['anchored'].min():.0f} to {others['anchored'].max():.0f} % of the others, with "
        "short lines from where they were before. (c) The same in a control without an anchor: "
        f"{after['control'][data.digit]:.0f} % of the digit, {others['control'].min():.0f} to "
        f"{others['control'].max():.0f} % of the others, with longer lines. "
        f"(d) One image of each digit with its reconstructions before and after; only the "
        f"{data.digit} turns into something else. (e) A ten by ten grid, a row for each digit "
        f"deleted: at most {every[is_deleted].max():.0f} % on the diagonal, at least "
        f"{every[~is_deleted].min():.0f} % off it."
    )
