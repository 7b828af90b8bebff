"""Checks of the kernels' arguments: what was wanted, what came, and the remedy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

FLOATS = {np.dtype(np.float32): "f32", np.dtype(np.float64): "f64"}
LARGEST_ADDRESS = 2**63  # seeds and steps fit a signed integer, as torch and pandas keep them


def array(name: str, values: ArrayLike) -> Array:
    """Numbers as an array.

    Raises: TypeError for a masked array, whose mask would be lost, and for what is no array.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must have no mask, got a masked array; fill it with .filled(…) or leave out "
            "what is masked with .compressed()"
        )
    try:
        return np.asarray(values)
    except (TypeError, ValueError, OverflowError) as error:  # rows of several lengths, say
        raise TypeError(
            f"{name} must be an array of numbers, got {type(values).__name__} ({error}); give each "
            "row as many numbers"
        ) from error


def contiguous(name: str, values: Array, dtype: type | None = None) -> Array:
    """An array in one piece, row by row, each number where a processor reads one.

    Raises: ValueError for one that repeats so few numbers that all of them would not fit in memory.
    """
    try:
        return np.require(values, dtype, requirements=["C", "A"])
    except MemoryError:
        raise ValueError(
            f"{name} must fit in memory, got {values.dtype} {values.shape}, which repeats its "
            "numbers; pass fewer at a time"
        ) from None


def axes(names: Sequence[str], values: Sequence[ArrayLike]) -> list[Array]:
    """The axes of a cube as contiguous arrays of one float type. Shapes: (n,) each.

    Raises: TypeError for other types; ValueError for other shapes.
    """
    arrays = [array(name, axis) for name, axis in zip(names, values, strict=True)]
    for name, axis in zip(names, arrays, strict=True):
        if axis.ndim != 1:
            raise ValueError(
                f"{name} must be an axis with shape (n,), got shape {axis.shape}; flatten it"
            )
        if axis.dtype != arrays[0].dtype or axis.dtype not in FLOATS:
            raise TypeError(
                f"{', '.join(names)} must all be float32 or all float64, got "
                f"{', '.join(str(a.dtype) for a in arrays)}; cast with .astype(float)"
            )
    return [contiguous(name, axis) for name, axis in zip(names, arrays, strict=True)]


def colors(name: str, values: ArrayLike) -> Array:
    """Colours as a contiguous array. Shapes: (…, 3).

    Raises: TypeError for other types; ValueError for other shapes.
    """
    found = array(name, values)
    if found.dtype not in FLOATS or found.shape[-1:] != (3,):
        raise (ValueError if found.dtype in FLOATS else TypeError)(
            f"{name} must be float32 or float64 with shape (..., 3), got {found.dtype} "
            f"{found.shape}; cast with .astype(float) and put the channels last"
        )
    return contiguous(name, found)


def unit(name: str, values: Array) -> None:
    """Check that numbers lie in [0, 1], as the compiled kernels do for themselves.

    Raises: ValueError when one does not.
    """
    if values.size and not (values.min() >= 0 and values.max() <= 1):  # a NaN is neither
        outside = ~((values >= 0) & (values <= 1))
        raise ValueError(f"{name} must lie in [0, 1], got {float(values[outside][0]):g}")


def hues(values: Array) -> None:
    """Check that hues are finite, as the compiled kernels do for themselves.

    Raises: ValueError when one is not.
    """
    endless = ~np.isfinite(values)
    if endless.any():
        got = str(float(values[endless][0])).replace("nan", "NaN")
        raise ValueError(f"hue must be finite, in turns, got {got}")


def chances(points: ArrayLike, probabilities: ArrayLike) -> tuple[Array, Array]:
    """What is drawn from, and the probabilities of its labels. Shapes: (N, D), (N, L).

    Raises: TypeError for probabilities that are not real numbers; ValueError for other shapes, or
    probabilities outside [0, 1].
    """
    palette, table = array("colors", points), _real("probabilities", probabilities)
    if palette.ndim != 2 or table.ndim != 2 or len(palette) != len(table):
        raise ValueError(
            "colors and probabilities must have shapes (n, 3) and (n, labels), got "
            f"{palette.shape} and {table.shape}; give each colour a row of probabilities"
        )
    unit("probabilities", table)
    return palette, table


def table(name: str, values: ArrayLike) -> Array:
    """Probabilities of each sample's labels. Shapes: (N,) or (N, L), in [0, 1] → (N, L).

    Raises: TypeError for what are not real numbers; ValueError for other shapes or ranges.
    """
    found = _real(name, values)
    if found.ndim not in (1, 2):
        raise ValueError(
            f"{name} must have shape (n,) or (n, labels), got {found.shape}; give each sample a row"
        )
    unit(name, found)
    return found[:, None] if found.ndim == 1 else found


def _real(name: str, values: ArrayLike) -> Array:
    """Real numbers as contiguous float32, if that they are, or float64."""
    found = array(name, values)
    if found.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be real numbers, got {found.dtype}; cast with .astype(float)")
    return contiguous(name, found, None if found.dtype in FLOATS else np.float64)


def indices(values: ArrayLike, samples: int) -> NDArray[np.int64]:
    """Places of samples. Shapes: (n,), in 0…samples − 1.

    Raises: TypeError for other types and shapes; ValueError for other ranges.
    """
    found = array("indices", values)
    if found.ndim != 1 or (found.size and found.dtype.kind not in "iu"):
        raise TypeError(
            f"indices must be integers with shape (n,), got {found.dtype} {found.shape}; "
            "pass a list of whole numbers"
        )
    if found.size and not 0 <= int(found.min()) <= int(found.max()) < samples:
        raise ValueError(
            f"indices must lie in 0…{samples - 1}, got {found.min()}…{found.max()}; give each "
            "sample a row of probabilities"
        )
    return contiguous("indices", found if found.size else np.empty(0), np.int64)


def addresses(name: str, values: ArrayLike | Sequence[int]) -> NDArray[np.uint64]:
    """Seeds. Shapes: (n,), whole numbers below 2**63.

    Raises: TypeError for other types and shapes; ValueError for other ranges.
    """
    found = array(name, values)
    if found.ndim != 1 or (found.size and found.dtype.kind not in "iu"):
        raise TypeError(
            f"{name} must be integers with shape (n,), got {found.dtype} {found.shape}; "
            "pass a list of whole numbers"
        )
    if found.size and not 0 <= int(found.min()) <= int(found.max()) < LARGEST_ADDRESS:
        raise ValueError(
            f"{name} must lie in 0…2**63 − 1, got {found.min()}…{found.max()}; choose others"
        )
    return contiguous(name, found if found.size else np.empty(0), np.uint64)


def counts(*, step: int, batch_size: int) -> None:
    """Check the number of a step and of its samples.

    Raises: ValueError for numbers below 0 or too large.
    """
    if not 0 <= step < LARGEST_ADDRESS:
        raise ValueError(f"step must lie in 0…2**63 − 1, got {step}; count steps from 0")
    if not 0 <= batch_size < LARGEST_ADDRESS:
        raise ValueError(
            f"batch_size must lie in 0…2**63 − 1, got {batch_size}; give a smaller whole number"
        )


def latents(values: ArrayLike) -> Array:
    """Latents as a contiguous array. Shapes: (…, B, K).

    Raises: TypeError for other types; ValueError for other shapes.
    """
    found = array("latents", values)
    if found.dtype not in FLOATS or found.ndim < 2 or found.shape[-1] == 0:
        raise (ValueError if found.dtype in FLOATS else TypeError)(
            "latents must be float32 or float64 with shape (..., batch, k), got "
            f"{found.dtype} {found.shape}; cast with .astype(float)"
        )
    return contiguous("latents", found)


def like(name: str, values: ArrayLike, shape: tuple[int, ...], other: Array) -> Array:
    """An array of a given shape and another's type, made contiguous.

    Raises: ValueError for other shapes and types.
    """
    result = array(name, values)
    if result.shape != shape or result.dtype != other.dtype:
        raise ValueError(
            f"{name} must be {other.dtype} with shape {shape}, as the latents are, got "
            f"{result.dtype} {result.shape}; pass one number a "
            f"{'sample' if len(shape) < other.ndim else 'coordinate'}"
        )
    return contiguous(name, result)


def power(value: float, *, shift: bool) -> float:
    """The power of an angular separation.

    Raises: ValueError below 1, or for a fraction when cosines are not shifted.
    """
    if not 1 <= value < math.inf:
        raise ValueError(f"power must be finite and at least 1, got {value}; raise it")
    if not shift and value % 1:
        raise ValueError(
            "power must be a whole number when shift is False, since cosines can be negative, "
            f"got {value}; round it or pass shift=True"
        )
    return float(value)
