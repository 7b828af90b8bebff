"""The kernels: NumPy in, NumPy out, computed in Rust.

Arguments are checked here and refused with what was wanted, what came and the remedy. With
`COLORCORE_BACKEND=reference` in the environment the kernels of `colorcore.reference` compute
instead, for comparison.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore import reference

BACKEND = os.environ.get("COLORCORE_BACKEND", "native")

if BACKEND not in ("native", "reference"):
    raise ImportError(f"COLORCORE_BACKEND must be native or reference, got {BACKEND!r}; unset it")

try:
    from colorcore import _native
except ImportError as error:
    if BACKEND == "native":
        raise ImportError(
            "colorcore's compiled kernels are missing; build them with `maturin develop --release` "
            "or set COLORCORE_BACKEND=reference for slow ones in NumPy"
        ) from error
    _native = cast(Any, None)  # asked for the reference, nothing will look for it

Array = NDArray[Any]

FLOATS = {np.dtype(np.float32): "f32", np.dtype(np.float64): "f64"}
LARGEST_ADDRESS = 2**63  # seeds and steps fit a signed integer, as torch and pandas keep them


def rgb_cube(r: ArrayLike, g: ArrayLike, b: ArrayLike) -> Array:
    """Every combination of red, green and blue.

    Shapes: (R,), (G,), (B,), in [0, 1] → (R, G, B, 3), RGB in [0, 1], of the axes' float type.

    Raises: TypeError for axes that are not one float type; ValueError for other shapes or ranges.
    """
    return _cube("rgb_cube", ("r", "g", "b"), (r, g, b))


def hsv_cube(h: ArrayLike, s: ArrayLike, v: ArrayLike) -> Array:
    """RGB of every combination of hue, saturation and value.

    Shapes: (H,) in turns, wrapping around; (S,), (V,), in [0, 1] → (H, S, V, 3), RGB in [0, 1].

    Raises: TypeError for axes that are not one float type; ValueError for other shapes or ranges.
    """
    return _cube("hsv_cube", ("h", "s", "v"), (h, s, v))


def rgb_to_hsv(rgb: ArrayLike) -> Array:
    """Hue, saturation and value of RGB colours, equal to Python's `colorsys` to the last bit.

    Shapes: (…, 3), in [0, 1] → (…, 3): hue in turns in [0, 1], saturation and value in [0, 1].

    Raises: TypeError for other types; ValueError for other shapes or ranges.
    """
    return _convert("rgb_to_hsv", "rgb", rgb)


def hsv_to_rgb(hsv: ArrayLike) -> Array:
    """RGB of colours given by hue, saturation and value, equal to `colorsys` to the last bit.

    Shapes: (…, 3) → (…, 3) in [0, 1]; hue in turns, wrapping around, the others in [0, 1].

    Raises: TypeError for other types; ValueError for other shapes or ranges.
    """
    return _convert("hsv_to_rgb", "hsv", hsv)


def draw_batch(
    colors: ArrayLike,
    probabilities: ArrayLike,
    *,
    seeds: ArrayLike | Sequence[int],
    step: int,
    batch_size: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """A batch for each seed: which colours are drawn, and which labels they get this time.

    Colours are drawn uniformly with replacement; each sample gets each label with its colour's
    probability, afresh. A seed's batch is a function of (seed, step) alone: neither the other
    seeds nor the order of calls change it.

    Shapes: `colors` (N, 3); `probabilities` (N, L), in [0, 1]; `seeds` (S,) → indices (S, B) in
    0…N − 1 and labels (S, B, L).

    Raises: TypeError for seeds that are not integers; ValueError for other shapes or ranges.

    Source: Experiment 2.10.1; uniforms by Philox4x64-10, Salmon et al., 2011.
    """
    palette, chances = np.asarray(colors), np.asarray(probabilities, dtype=np.float64)
    if palette.ndim != 2 or chances.ndim != 2 or len(palette) != len(chances):
        raise ValueError(
            "colors and probabilities must have shapes (n, 3) and (n, labels), got "
            f"{palette.shape} and {chances.shape}; give each colour a row of probabilities"
        )
    addresses = _addresses("seeds", seeds)
    if not 0 <= step < LARGEST_ADDRESS:
        raise ValueError(f"step must lie in 0…2**63 − 1, got {step}; count steps from 0")
    if batch_size < 0:
        raise ValueError(f"batch_size must be at least 0, got {batch_size}; give a whole number")
    if BACKEND == "reference":
        return reference.draw_batch(
            palette, chances, seeds=addresses, step=step, batch_size=batch_size
        )
    flat = np.ascontiguousarray(chances).ravel()
    return _native.draw_batch(len(palette), flat, chances.shape[1], addresses, step, batch_size)


def angular_separation(latents: ArrayLike, *, power: float = 100.0, shift: bool = True) -> Array:
    """How closely each sample's direction is crowded by the others of its batch.

    With û = z/(‖z‖ + 1e-8) and c_ij = ûᵢ·ûⱼ, it is ℓᵢ = Σⱼ s_ij^power, where s_ij is (c_ij + 1)/2
    when shifted and c_ij when not. Pairs with |c_ij − 1| ≤ 1e-5 + 1e-8 count nothing: a sample with
    itself or with a duplicate. A term below the smallest normal number of the type counts as 0.

    Shapes: (…, B, K) → (…, B), ≥ 0 when shifted. Memory is O(B·K).

    Raises: TypeError for other types; ValueError for other shapes, a power below 1, or a fractional
    power when not shifted.

    Source: Experiment 2.10.1.
    """
    z = _latents(latents)
    _check_power(power, shift=shift)
    if BACKEND == "reference":
        return reference.angular_separation(z, power=power, shift=shift)
    kernel = getattr(_native, f"angular_separation_{FLOATS[z.dtype]}")
    return kernel(z.ravel(), _stacked(z), float(power), shift).reshape(z.shape[:-1])


def angular_separation_grad(
    latents: ArrayLike, upstream: ArrayLike, *, power: float = 100.0, shift: bool = True
) -> Array:
    """Gradient of Σ upstream · ℓ by the latents, where ℓ is `angular_separation`.

    Shapes: `latents` (…, B, K), `upstream` (…, B) of the same type → (…, B, K).

    Raises: as `angular_separation`, and ValueError when the two do not fit.
    """
    z = _latents(latents)
    _check_power(power, shift=shift)
    weights = np.ascontiguousarray(upstream)
    if weights.shape != z.shape[:-1] or weights.dtype != z.dtype:
        raise ValueError(
            f"upstream must be {z.dtype} with shape {z.shape[:-1]}, as the latents are, got "
            f"{weights.dtype} {weights.shape}; pass one number a sample"
        )
    if BACKEND == "reference":
        return reference.angular_separation_grad(z, weights, power=power, shift=shift)
    kernel = getattr(_native, f"angular_separation_grad_{FLOATS[z.dtype]}")
    return kernel(z.ravel(), weights.ravel(), None, _stacked(z), float(power), shift).reshape(z.shape)


def _cube(kernel: str, names: tuple[str, ...], axes: tuple[ArrayLike, ...]) -> Array:
    arrays = [np.ascontiguousarray(axis) for axis in axes]
    for name, array in zip(names, arrays, strict=True):
        if array.ndim != 1:
            raise ValueError(
                f"{name} must be an axis with shape (n,), got shape {array.shape}; flatten it"
            )
        if array.dtype != arrays[0].dtype or array.dtype not in FLOATS:
            raise TypeError(
                f"{', '.join(names)} must all be float32 or all float64, got "
                f"{', '.join(str(a.dtype) for a in arrays)}; cast with .astype(float)"
            )
    if BACKEND == "reference":
        return getattr(reference, kernel)(*arrays)
    return getattr(_native, f"{kernel}_{FLOATS[arrays[0].dtype]}")(*arrays)


def _convert(kernel: str, name: str, colors: ArrayLike) -> Array:
    array = np.asarray(colors)
    if array.dtype not in FLOATS or array.shape[-1:] != (3,):
        raise (ValueError if array.dtype in FLOATS else TypeError)(
            f"{name} must be float32 or float64 with shape (..., 3), got {array.dtype} "
            f"{array.shape}; cast with .astype(float) and put the channels last"
        )
    if BACKEND == "reference":
        return getattr(reference, kernel)(array)
    flat = np.ascontiguousarray(array).ravel()
    return getattr(_native, f"{kernel}_{FLOATS[array.dtype]}")(flat).reshape(array.shape)


def _addresses(name: str, values: ArrayLike | Sequence[int]) -> NDArray[np.uint64]:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise TypeError(
            f"{name} must be integers with shape (n,), got {array.dtype} {array.shape}; "
            "pass a list of whole numbers"
        )
    if array.size and not 0 <= int(array.min()) <= int(array.max()) < LARGEST_ADDRESS:
        raise ValueError(
            f"{name} must lie in 0…2**63 − 1, got {array.min()}…{array.max()}; choose others"
        )
    return array.astype(np.uint64)


def _latents(latents: ArrayLike) -> Array:
    array = np.asarray(latents)
    if array.dtype not in FLOATS or array.ndim < 2 or array.shape[-1] == 0:
        raise (ValueError if array.dtype in FLOATS else TypeError)(
            "latents must be float32 or float64 with shape (..., batch, k), got "
            f"{array.dtype} {array.shape}; cast with .astype(float)"
        )
    return np.ascontiguousarray(array)


def _stacked(z: Array) -> tuple[int, int, int]:
    """(items, B, K) of latents (…, B, K)."""
    return math.prod(z.shape[:-2]), z.shape[-2], z.shape[-1]


def _check_power(power: float, *, shift: bool) -> None:
    if not 1 <= power < math.inf:
        raise ValueError(f"power must be finite and at least 1, got {power}; raise it")
    if not shift and power % 1:
        raise ValueError(
            "power must be a whole number when shift is False, since cosines can be negative, "
            f"got {power}; round it or pass shift=True"
        )
