"""The kernels: NumPy in, NumPy out, computed in Rust.

Arguments are checked here and refused with what was wanted, what came and the remedy. With
`COLORCORE_BACKEND=reference` in the environment the kernels of `colorcore.reference` compute
instead, for comparison.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore import arguments, reference
from colorcore.arguments import FLOATS, Array

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


def rgb_cube(r: ArrayLike, g: ArrayLike, b: ArrayLike) -> Array:
    """Every combination of red, green and blue.

    Shapes: (R,), (G,), (B,), in [0, 1] → (R, G, B, 3), RGB in [0, 1], of the axes' float type.

    Raises: TypeError for axes that are not one float type; ValueError for other shapes or ranges.

    Example:

        >>> cube = rgb_cube([0.0, 1.0], [0.0, 0.5, 1.0], [0.25])
        >>> cube.shape
        (2, 3, 1, 3)
        >>> cube[1, 1, 0].tolist()
        [1.0, 0.5, 0.25]
    """
    names = ("r", "g", "b")
    axes = arguments.axes(names, (r, g, b))
    if BACKEND == "reference":
        for name, axis in zip(names, axes, strict=True):
            arguments.unit(name, axis)
        return reference.rgb_cube(*axes)
    return _native_for("rgb_cube", axes[0])(*axes)


def hsv_cube(h: ArrayLike, s: ArrayLike, v: ArrayLike) -> Array:
    """RGB of every combination of hue, saturation and value.

    Shapes: (H,) in turns, wrapping around; (S,), (V,), in [0, 1] → (H, S, V, 3), RGB in [0, 1].

    Raises: TypeError for axes that are not one float type; ValueError for other shapes or ranges.

    Example:

        >>> hsv_cube([0.0, 0.5, 1.0], [1.0], [1.0])[:, 0, 0].tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]
    """
    axes = arguments.axes(("h", "s", "v"), (h, s, v))
    if BACKEND == "reference":
        arguments.hues(axes[0])
        arguments.unit("s", axes[1])
        arguments.unit("v", axes[2])
        return reference.hsv_cube(*axes)
    return _native_for("hsv_cube", axes[0])(*axes)


def rgb_to_hsv(rgb: ArrayLike) -> Array:
    """Hue, saturation and value of RGB colours, equal to Python's `colorsys` to the last bit.

    Shapes: (…, 3), in [0, 1] → (…, 3): hue in turns in [0, 1], saturation and value in [0, 1].

    Raises: TypeError for other types; ValueError for other shapes or ranges.

    Example:

        >>> rgb_to_hsv([0.0, 0.5, 0.5]).tolist()
        [0.5, 1.0, 0.5]
    """
    colors = arguments.colors("rgb", rgb)
    if BACKEND == "reference":
        arguments.unit("rgb", colors)
        return reference.rgb_to_hsv(colors)
    return _native_for("rgb_to_hsv", colors)(colors)


def hsv_to_rgb(hsv: ArrayLike) -> Array:
    """RGB of colours given by hue, saturation and value, equal to `colorsys` to the last bit.

    Shapes: (…, 3) → (…, 3) in [0, 1]; hue in turns, wrapping around, the others in [0, 1].

    Raises: TypeError for other types; ValueError for other shapes or ranges.

    Example:

        >>> hsv_to_rgb([[0.5, 1.0, 0.5], [-0.5, 1.0, 0.5]]).tolist()
        [[0.0, 0.5, 0.5], [0.0, 0.5, 0.5]]
    """
    colors = arguments.colors("hsv", hsv)
    if BACKEND == "reference":
        arguments.hues(colors[..., 0])
        arguments.unit("saturation and value", colors[..., 1:])
        return reference.hsv_to_rgb(colors)
    return _native_for("hsv_to_rgb", colors)(colors)


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
    seeds nor the order of calls change it. The rows of `colors` may be anything else that is
    drawn from: only their number counts.

    Shapes: `colors` (N, 3); `probabilities` (N, L), in [0, 1]; `seeds` (S,) → indices (S, B) in
    0…N − 1 and labels (S, B, L).

    Raises: TypeError for seeds that are not integers or probabilities that are not real numbers;
    ValueError for other shapes or ranges.

    Source: Experiment 2.10.1; uniforms by Philox4x64-10, Salmon et al., 2011.

    Example:

        >>> gray = np.linspace(0, 1, 5)[:, None].repeat(3, axis=1)
        >>> bright = gray[:, :1]  # labelled with a chance that is the brightness
        >>> indices, labels = draw_batch(gray, bright, seeds=[0, 1], step=0, batch_size=8)
        >>> indices.shape, labels.shape
        ((2, 8), (2, 8, 1))
        >>> alone, _ = draw_batch(gray, bright, seeds=[1], step=0, batch_size=8)
        >>> bool((alone[0] == indices[1]).all())
        True
    """
    palette, chances = arguments.chances(colors, probabilities)
    addresses = arguments.addresses("seeds", seeds)
    arguments.counts(step=step, batch_size=batch_size)
    if BACKEND == "reference":
        arguments.unit("probabilities", chances)
        return reference.draw_batch(
            palette, chances, seeds=addresses, step=step, batch_size=batch_size
        )
    return _native.draw_batch(len(palette), chances, chances.shape[1], addresses, step, batch_size)


def angular_separation(latents: ArrayLike, *, power: float = 100.0, shift: bool = True) -> Array:
    """How closely each sample's direction is crowded by the others of its batch.

    With û = z/(‖z‖ + 1e-8) and c_ij = ûᵢ·ûⱼ, it is ℓᵢ = Σⱼ s_ij^power, where s_ij is (c_ij + 1)/2
    when shifted and c_ij when not. Pairs with |c_ij − 1| ≤ 1e-5 + 1e-8 count nothing: a sample with
    itself or with a duplicate (a vector shorter than 2e-3 does count itself: the 1e-8 shortens its
    direction by as much). A term whose slope is below the smallest normal number of the type counts
    as 0. What is not a number, or infinite, makes every loss it is part of NaN.

    Shapes: (…, B, K) → (…, B), ≥ 0 when shifted. Memory is O(B·K).

    Raises: TypeError for other types; ValueError for other shapes, a power below 1, or a fractional
    power when not shifted.

    Source: Experiment 2.10.1.

    Example:

        >>> angular_separation([[1.0, 0.0], [0.0, 3.0], [-2.0, 0.0]], power=2).round(6).tolist()
        [0.25, 0.5, 0.25]
    """
    z = arguments.latents(latents)
    power = arguments.power(power, shift=shift)
    if BACKEND == "reference":
        return reference.angular_separation(z, power=power, shift=shift)
    return _native_for("angular_separation", z)(z, power, shift)


def angular_separation_with_grad(
    latents: ArrayLike, *, power: float = 100.0, shift: bool = True
) -> tuple[Array, Array]:
    """ℓ as `angular_separation` has it, and the gradient of Σ ℓ over a batch, in one pass.

    Shapes: (…, B, K) → (…, B) and (…, B, K).

    Raises: as `angular_separation`.

    Example:

        >>> losses, grad = angular_separation_with_grad([[1.0, 0.0], [0.0, 1.0]], power=1)
        >>> losses.round(6).tolist(), grad.round(6).tolist()
        ([0.5, 0.5], [[0.0, 1.0], [1.0, 0.0]])
    """
    z = arguments.latents(latents)
    power = arguments.power(power, shift=shift)
    if BACKEND == "reference":
        ones = np.ones(z.shape[:-1], dtype=z.dtype)
        losses = reference.angular_separation(z, power=power, shift=shift)
        return losses, reference.angular_separation_grad(z, ones, power=power, shift=shift)
    return _native_for("angular_separation_with_grad", z)(z, power, shift)


def angular_separation_grad(
    latents: ArrayLike,
    upstream: ArrayLike,
    *,
    power: float = 100.0,
    shift: bool = True,
    grad_of_sum: ArrayLike | None = None,
) -> Array:
    """Gradient of Σ upstream · ℓ by the latents, where ℓ is `angular_separation`.

    With `grad_of_sum`, which `angular_separation_with_grad` gave for the same latents, power and
    shift, it takes a multiplication where all samples of a batch have the same upstream gradient,
    as under a mean.

    Shapes: `latents` (…, B, K), `upstream` (…, B), `grad_of_sum` (…, B, K), of one type →
    (…, B, K).

    Raises: as `angular_separation`, and ValueError when the arguments do not fit.

    Example:

        >>> angular_separation_grad([[1.0, 0.0], [0.0, 1.0]], [0.5, 0.5], power=1).round(6).tolist()
        [[0.0, 0.5], [0.5, 0.0]]
    """
    z = arguments.latents(latents)
    power = arguments.power(power, shift=shift)
    weights = arguments.like("upstream", upstream, z.shape[:-1], z)
    if BACKEND == "reference":
        return reference.angular_separation_grad(z, weights, power=power, shift=shift)
    if grad_of_sum is not None:
        grad_of_sum = arguments.like("grad_of_sum", grad_of_sum, z.shape, z)
    return _native_for("angular_separation_grad", z)(z, weights, grad_of_sum, power, shift)


def _native_for(kernel: str, array: Array) -> Any:
    return getattr(_native, f"{kernel}_{FLOATS[array.dtype]}")
