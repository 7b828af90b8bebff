"""How like a target a colour is: by hue, saturation and value, or by a property of its own."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.kernels import rgb_to_hsv

Falloff = Literal["angular", "cosine"]
LEVEL = 1 / 255  # of a channel of eight bits
ROUNDING = 1e-9  # of channels that are computed


def is_same(rgb: ArrayLike, target: ArrayLike) -> NDArray[np.bool_]:
    """Whether a colour is a target's own, within half a level of eight bits in each channel.

    Whatever digits the one or the other is written with: `#87ceeb`, 0.5294 or 135/255.

    Shapes: (…, 3) and (3,), RGB in [0, 1] → (…).

    Example:

        >>> is_same([[135 / 255, 0.0, 1.0], [136 / 255, 0.0, 1.0]], (0.5294, 0.0, 1.0)).tolist()
        [True, False]
    """
    apart = np.abs(np.asarray(rgb, dtype=np.float64) - np.asarray(target, dtype=np.float64))
    return np.asarray((apart <= LEVEL / 2 + ROUNDING).all(axis=-1))


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

        >>> from colorcore.colors.named import named_rgb
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
