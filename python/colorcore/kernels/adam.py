"""Adam in one pass over the parameters of all runs, computed in Rust."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from colorcore.kernels import ensemble_reference
from colorcore.kernels.arguments import Array
from colorcore.kernels.ensemble import floats, like
from colorcore.kernels.native import BACKEND, native_for


def adam(
    values: Array,
    mean: Array,
    square: Array,
    gradient: ArrayLike,
    *,
    rate: float,
    betas: tuple[float, float],
    eps: float,
    count: int,
) -> None:
    """Move values against their gradient, in place, by Adam's step number `count`, from 1 on.

    Shapes: all alike, contiguous and of one type; `mean` and `square` start at 0 and are changed.

    Raises: TypeError for other types; ValueError for other shapes, or memory that is shared.

    Source: D. Kingma and J. Ba, 2015, "Adam: a method for stochastic optimization".

    Example:

        >>> values, mean, square = np.array([1.0]), np.zeros(1), np.zeros(1)
        >>> adam(values, mean, square, [5.0], rate=0.1, betas=(0.9, 0.999), eps=1e-8, count=1)
        >>> values.round(6).tolist()
        [0.9]
    """
    for name, array in (("values", values), ("mean", mean), ("square", square)):
        if not (array.flags.c_contiguous and array.flags.writeable):
            raise ValueError(f"{name} must be contiguous and writeable; pass a copy")
        like(name, array, values.shape, floats("values", values))
    for a, b in ((values, mean), (values, square), (mean, square)):
        if np.may_share_memory(a, b):
            raise ValueError(
                "values, mean and square must be three arrays, got shared memory; copy"
            )
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}; count steps from 1")
    towards = like("gradient", gradient, values.shape, values)
    if BACKEND == "reference":
        moments = (rate, betas, eps, count)
        return ensemble_reference.adam(values, mean, square, towards, *moments)
    return native_for("adam", values)(values, mean, square, towards, rate, betas, eps, count)
