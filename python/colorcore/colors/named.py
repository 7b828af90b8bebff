"""Named colours: twelve hues and five grays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.kernels import hsv_to_rgb

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
