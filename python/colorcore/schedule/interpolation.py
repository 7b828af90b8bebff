"""How a property moves from one keyframe to the next."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def minimum_jerk(progress: Array) -> Array:
    """10τ³ − 15τ⁴ + 6τ⁵: from rest to rest with the least jerk.

    Shapes: τ in [0, 1] → [0, 1].

    Source: T. Flash and N. Hogan, 1985, "The coordination of arm movements".
    """
    return progress * progress * progress * (10 + progress * (6 * progress - 15))


def linear(progress: Array) -> Array:
    """τ itself: at constant speed."""
    return progress


def cosine(progress: Array) -> Array:
    """(1 − cos πτ)/2: from rest to rest, as learning rates are often annealed.

    Source: Loshchilov and Hutter, 2017, SGDR, equation 5.
    """
    # By Python's own cosine: NumPy's has other digits on other processors.
    return np.array([(1 - math.cos(math.pi * tau)) / 2 for tau in progress.tolist()])


def step(progress: Array) -> Array:
    """0 until the next keyframe is reached, 1 from there on."""
    return np.floor(progress)


INTERPOLATIONS: dict[str, Callable[[Array], Array]] = {
    "minjerk": minimum_jerk,
    "linear": linear,
    "cosine": cosine,
    "step": step,
    "step-end": step,
}
SPACES = ("linear", "log")


def interpolate(
    keys: NDArray[np.int64], values: Array, *, steps: int, space: str, interpolation: str
) -> Array:
    """The value of a property at every step.

    It holds its first keyed value before the first key and its last after the last.

    Shapes: `keys` (n,), increasing steps; `values` (n,), positive in log space → (steps,).
    """
    at = np.arange(steps)
    if len(keys) == 1:
        return np.full(steps, values[0])
    left = np.clip(np.searchsorted(keys, at, side="right") - 1, 0, len(keys) - 2)
    progress = np.clip((at - keys[left]) / (keys[left + 1] - keys[left]), 0, 1)
    moved = INTERPOLATIONS[interpolation](progress)
    # By Python's own logarithms: NumPy's have other digits on other processors.
    ends = np.array([math.log(value) for value in values]) if space == "log" else values
    between = ends[left] + (ends[left + 1] - ends[left]) * moved
    result = np.array([math.exp(x) for x in between]) if space == "log" else between
    # Keys are met and held exactly, whatever rounding the way there has.
    result[keys] = values
    result[: keys[0]], result[keys[-1] :] = values[0], values[-1]
    return result
