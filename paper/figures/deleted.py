"""What was done, in one picture: every vivid hue, as trained and without the axis of red."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from colorcore.colors.named import named_rgb
from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ("color_slices.nc",)
HUES = (
    "red", "orange", "yellow", "lime", "green", "teal", "cyan", "azure", "blue", "purple",
    "magenta", "pink",
)  # fmt: skip
"""The named ones, which are those of the slices: every 30°, from red on."""
MADE = {"as trained": "baseline", "axis deleted": "ablated"}


class Data(NamedTuple):
    """The colours in each row and, of what models make, the errors.

    Shapes: (hues, 3), RGB; errors (hues,).
    """

    rows: dict[str, NDArray[np.float64]]
    errors: dict[str, NDArray[np.float64]]


def gather(subject: Subject) -> Data:
    vivid = subject.results.grid("color_slices").sel(saturation=1.0, value=1.0)
    vivid = vivid.transpose("hue", ...)
    shown = np.array([named_rgb(name) for name in HUES])
    if np.abs(vivid["color"].values.reshape(-1, 3)[: len(HUES)] - shown).max() > 0.01:
        raise ValueError(f"slices must have the hues {', '.join(HUES)}, got others")
    made = {label: vivid.sel(variant=variant) for label, variant in MADE.items()}
    colors = {label: one["recon"].transpose("hue", "channel").values for label, one in made.items()}
    errors = {label: one["mse"].values for label, one in made.items()}
    return Data({"shown": shown, **colors}, errors)


def draw(data: Data, theme: Theme) -> Figure:
    """A row for what is shown to the model and for what each model makes of it."""
    figure = style.new(1.55)
    panels = figure.subplots(len(data.rows), 1, sharex=True)
    for axes, (label, colors) in zip(panels, data.rows.items(), strict=True):
        for place, color in enumerate(np.clip(colors, 0, 1)):
            axes.bar(place, 1, width=0.94, color=color, edgecolor=theme.faint, lw=0.4)
        axes.set(xlim=(-0.55, len(HUES) - 0.45), ylim=(0, 1))
        axes.set_yticks([0.5], [label])
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
    panels[-1].set_xticks(range(len(HUES)), HUES)
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    before, after = data.errors.values()
    listed = ", ".join(f"{name} {error:.1g}" for name, error in zip(HUES, after, strict=True))
    return (
        f"Three rows of {len(HUES)} vivid colours: as they are; as the trained model reproduces "
        f"them, with errors of {before.max():.1g} at most; and as it does once the axis of red is "
        f"deleted. Errors then: {listed}."
    )
