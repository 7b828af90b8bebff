"""Named colours, and how red, vibrant or similar a colour is."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.kernels import hsv_to_rgb, rgb_to_hsv

HUES = {
    name: index / 12
    for index, name in enumerate(
        [
            *("red", "orange", "yellow", "lime", "green", "teal"),
            *("cyan", "azure", "blue", "purple", "magenta", "pink"),
        ]
    )
}
"""Hue in turns [0, 1) of the twelve named hues, 30° apart, in order around the wheel."""

GRAYS = {"black": 0.0, "dark gray": 0.25, "gray": 0.5, "light gray": 0.75, "white": 1.0}
"""Value in [0, 1] of the five named grays."""

NAMED_HSV: dict[str, tuple[float, float, float]] = {
    **{name: (hue, 1.0, 1.0) for name, hue in HUES.items()},
    **{name: (0.0, 0.0, value) for name, value in GRAYS.items()},
}
"""(hue in turns, saturation, value), each in [0, 1], of the seventeen named colours."""

NAMES = tuple(NAMED_HSV)

Falloff = Literal["angular", "cosine"]


# Errors of one who cannot tell red from other colours. The nearest colour without similarity to red
# is the grey of a third. Mid-grey is the best constant answer over all colours; an answer drawn
# evenly from them costs 1/3 in the mean, and so does black.
UNLIKE_FOR_RED = 2 / 9
GRAY_FOR_RED = 1 / 4
BLACK_FOR_RED = 1 / 3


def named_rgb(name: str) -> NDArray[np.float64]:
    """RGB of one named colour.

    Shapes: (3,), in [0, 1].

    Raises: KeyError when no colour has that name.

    Example:

        >>> named_rgb("orange").tolist()
        [1.0, 0.5, 0.0]
    """
    return hsv_to_rgb(np.array(NAMED_HSV[name]))


def named_colors() -> NDArray[np.float64]:
    """RGB of every named colour, in the order of `NAMES`.

    Shapes: (17, 3), in [0, 1].

    Example:

        >>> dict(zip(NAMES, named_colors().tolist()))["light gray"]
        [0.75, 0.75, 0.75]
    """
    return hsv_to_rgb(np.array(list(NAMED_HSV.values())))


def hex_code(rgb: ArrayLike) -> str:
    """The `#rrggbb` code of one RGB colour in [0, 1], rounded to the nearest of 256 levels.

    Example:

        >>> hex_code(named_rgb("orange"))
        '#ff8000'
    """
    red, green, blue = np.rint(np.clip(np.asarray(rgb), 0, 1) * 255).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def redness(rgb: ArrayLike) -> NDArray[np.float64]:
    """How red a colour is: r · (1 − g/2 − b/2), 1 at pure red and 0 without red.

    Shapes: (…, 3) RGB in [0, 1] → (…) in [0, 1].

    Source: Experiment 2.10.1.

    Example:

        >>> redness([[1.0, 0.0, 0.0], [1.0, 0.5, 0.5], [0.0, 1.0, 1.0]]).tolist()
        [1.0, 0.5, 0.0]
    """
    red, green, blue = np.moveaxis(np.asarray(rgb, dtype=np.float64), -1, 0)
    return red * (1 - green / 2 - blue / 2)


def vibrancy(rgb: ArrayLike) -> NDArray[np.float64]:
    """Saturation times value, which is the spread between the channels: max − min.

    Shapes: (…, 3) RGB in [0, 1] → (…) in [0, 1].

    Example:

        >>> vibrancy([[1.0, 0.0, 0.0], [1.0, 0.5, 0.5], [0.3, 0.3, 0.3]]).tolist()
        [1.0, 0.5, 0.0]
    """
    channels = np.asarray(rgb, dtype=np.float64)
    return channels.max(axis=-1) - channels.min(axis=-1)


AFFINITIES = {"redness": redness, "vibrancy": vibrancy}
"""What a concept's label probability can be built on, by the name settings use."""


def hue_distance(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Angle between two hues, the short way round.

    Shapes: hues in turns, broadcast together → degrees in [0, 180].

    Example:

        >>> hue_distance([0.25, 0.75, 0.0], [0.5, 0.0, 0.5]).tolist()
        [90.0, 90.0, 180.0]
    """
    turns = np.abs(np.asarray(first, dtype=np.float64) - np.asarray(second)) % 1
    return 360 * np.minimum(turns, 1 - turns)


def similarity(
    rgb: ArrayLike, to: ArrayLike, *, falloff: Falloff = "angular"
) -> NDArray[np.float64]:
    """How alike two colours are in hue, saturation and value; 0 beyond 90° of hue.

    With h the hue term, 1 at equal hues and 0 from 90° on, and r = (s₁v₁ + s₂v₂)/2, the mean
    vibrancy: sim = (r·h + 1 − r)(1 − |Δs|)(1 − |Δv|). Hue counts only as far as the colours are
    vibrant, since it has no meaning for grays.

    Shapes: (…, 3) RGB in [0, 1], broadcast together → (…) in [0, 1]. `falloff` "angular" makes h
    linear in the angle, "cosine" its cosine.

    Source: Experiment 2.10.1, similarity over the hemisphere.

    Example:

        >>> red, orange, cyan = named_rgb("red"), named_rgb("orange"), named_rgb("cyan")
        >>> similarity([red, orange, cyan], red).round(3).tolist()
        [1.0, 0.667, 0.0]
        >>> similarity(orange, red, falloff="cosine").round(3).item()
        0.866
    """
    hue, saturation, value = np.moveaxis(rgb_to_hsv(np.asarray(rgb, dtype=np.float64)), -1, 0)
    to_hue, to_saturation, to_value = np.moveaxis(
        rgb_to_hsv(np.asarray(to, dtype=np.float64)), -1, 0
    )
    angle = hue_distance(hue, to_hue)
    hue_term = (90 - angle) / 90 if falloff == "angular" else np.cos(np.radians(angle))
    radius = (saturation * value + to_saturation * to_value) / 2
    return (
        (radius * np.maximum(hue_term, 0) + 1 - radius)
        * (1 - np.abs(saturation - to_saturation))
        * (1 - np.abs(value - to_value))
    )
