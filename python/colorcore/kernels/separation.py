"""Batched pairwise angular separation, and its gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from colorcore.kernels import arguments, reference
from colorcore.kernels.arguments import Array
from colorcore.kernels.native import BACKEND, native_for


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
    return native_for("angular_separation", z)(z, power, shift)


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
    return native_for("angular_separation_with_grad", z)(z, power, shift)


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
    return native_for("angular_separation_grad", z)(z, weights, grad_of_sum, power, shift)
