"""The figure of the example on images, for light and for dark pages, and its alt text."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from colorcore.writeup import style
from colorcore.writeup.style import Theme

MODELS = ("anchored", "control")


def save(found: dict[str, Any], out: Path) -> None:
    """Write images-light.svg and images-dark.svg."""
    style.save_both(partial(draw, found), out, "images")


def draw(found: dict[str, Any], theme: Theme) -> Figure:
    """A row a digit: how much of it is read right, from before to after."""
    figure = style.new(2.7)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, mark, model in zip(panels, "ab", MODELS, strict=True):
        _changes(axes, found, model, theme)
        style.letter(axes, mark, f"first channel cut out: {model}")
    panels[0].set(ylabel="digit")
    return figure


def _changes(axes: Axes, found: dict[str, Any], model: str, theme: Theme) -> None:
    before, after = (found[model][variant] for variant in ("before", "pruned"))
    for digit, (start, end) in enumerate(zip(before, after, strict=True)):
        color = theme.lines[1] if digit == found["digit"] else theme.lines[0]
        axes.hlines(digit, 100 * start, 100 * end, color=color, lw=0.9)
        axes.plot(100 * start, digit, "o", ms=4.2, mfc=theme.panel, mec=color)
        axes.plot(100 * end, digit, "o", ms=4.2, color=color)
    axes.set(xlabel="held-out images read right, %", xlim=(-4, 104), yticks=range(10))
    axes.set_ylim(9.6, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=theme.faint, lw=0.5)
    axes.set_axisbelow(True)


def describe(found: dict[str, Any]) -> str:
    """Alt text."""
    told: list[str] = []
    for mark, model in zip("ab", MODELS, strict=True):
        shares = [100 * share for share in found[model]["pruned"]]
        lost = shares.pop(found["digit"])
        told.append(
            f"({mark}) {model}: {lost:.0f} % of the digit {found['digit']} is read right, "
            f"{min(shares):.0f} to {max(shares):.0f} % of the others"
        )
    return (
        "Two panels, a row a digit: how many held-out images are read right before, hollow, and "
        f"after the first channel is cut out, filled. {'; '.join(told)}."
    )
