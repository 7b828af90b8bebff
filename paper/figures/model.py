"""The model: layers from colour to colour, the bottleneck with the axis, and where it is cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

READS = ()
STEP = 0.36  # between units of a layer
APART = 2.1  # between layers
PRIMARIES = ("#e5484d", "#30a46c", "#3e7bfa")


class Data(NamedTuple):
    """How many units a hidden layer has, how many of them there are on a side, and of latents."""

    concept: str
    hidden: int
    depth: int
    latent: int


def gather(subject: Subject) -> Data:
    model = subject.experiment.model
    return Data(subject.concept, model.hidden, model.depth, model.latent)


def draw(data: Data, theme: Theme) -> Figure:
    """Layers as columns of units; the axis and what is cut in colour."""
    figure = style.new(2.5)
    axes = figure.subplots()
    side = [data.hidden] * data.depth
    widths = [len(PRIMARIES), *side, data.latent, data.latent, *side, len(PRIMARIES)]
    middle = 1 + data.depth
    for place in range(len(widths) - 1):
        if place != middle:  # there every unit goes to its own
            _connect(axes, widths, place, theme)
    for place, count in enumerate(widths):
        colors = PRIMARIES if count == len(PRIMARIES) else [theme.panel] * count
        _column(axes, place * APART, colors, theme)
    for place in (middle, middle + 1):
        _column(axes, place * APART, [theme.lines[1]], theme, first=data.latent)
    _label(axes, middle, widths, data, theme)
    axes.set(aspect="equal")
    axes.axis("off")
    return figure


def _heights(count: int) -> list[float]:
    """From the top down, about the middle."""
    return [STEP * ((count - 1) / 2 - unit) for unit in range(count)]


def _column(axes: Axes, x: float, colors: Sequence[str], theme: Theme, *, first: int = 0) -> None:
    """A layer's units; of `first` many, those at the top alone."""
    from matplotlib.patches import Circle

    for y, color in zip(_heights(first or len(colors)), colors, strict=False):
        circle = Circle((x, y), 0.14, facecolor=color, edgecolor=theme.text, lw=0.5, zorder=3)
        axes.add_patch(circle)


def _connect(axes: Axes, widths: list[int], place: int, theme: Theme) -> None:
    x = place * APART
    for left in _heights(widths[place]):
        for right in _heights(widths[place + 1]):
            axes.plot([x, x + APART], [left, right], color=theme.faint, lw=0.25, zorder=1)


def _label(axes: Axes, middle: int, widths: list[int], data: Data, theme: Theme) -> None:
    from matplotlib.patches import FancyArrowPatch

    x, top, low = middle * APART, _heights(data.latent)[0], _heights(max(widths))[-1]
    for y in _heights(data.latent):
        color = theme.lines[1] if y == top else theme.text
        arrow = FancyArrowPatch((x + 0.2, y), (x + APART - 0.2, y), color=color, lw=0.7,
                                arrowstyle="-|>", mutation_scale=5, zorder=2)  # fmt: skip
        axes.add_patch(arrow)
    said: dict[str, Any] = {"ha": "center", "va": "bottom", "color": theme.lines[1]}
    axes.text(x + APART / 2, top + 0.95, f"the axis of {data.concept}, $z_0$", **said)
    axes.text(x + APART / 2, top - 2.1, "to unit length", ha="center", va="center")
    for place, name in ((x - 0.45, "cut before"), (x + APART + 0.45, "cut behind")):
        axes.plot([place, place], [top - 0.25, top + 0.25], color=theme.lines[1], lw=2, zorder=4)
        axes.text(place, top + 0.3, name, fontsize=7, **said)
    names = ["colour", f"{data.depth} × {data.hidden} units", "latents", "on the sphere",
             f"{data.depth} × {data.hidden} units", "colour"]  # fmt: skip
    places = [0, (1 + data.depth) / 2, middle, middle + 1, middle + 1 + (1 + data.depth) / 2,
              len(widths) - 1]  # fmt: skip
    for place, name in zip(places, names, strict=True):
        axes.text(place * APART, low - 0.45, name, ha="center", va="top")


def describe(data: Data) -> str:
    """Alt text."""
    return (
        f"A network from left to right: three channels of a colour, {data.depth} layers of "
        f"{data.hidden} units, {data.latent} latents, the same scaled to unit length, "
        f"{data.depth} layers of {data.hidden} units, three channels. The first latent is the axis "
        f"of {data.concept}; it is cut before it is scaled, or behind."
    )
