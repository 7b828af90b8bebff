"""What a reader is given: latents with what is to be read from them, and latents it is asked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.errors import InputError

ROUNDING = 1e-6  # of the largest spread of a latent dimension: one with less carries nothing

Array = NDArray[np.float64]


class Given(NamedTuple):
    """Checked and in double precision; samples without weight are left out.

    Shapes: `latents` (runs, samples, latent), `wanted` (samples, numbers), `asked` (runs, points,
    latent), `weights` (samples,), whose mean is 1; `is_flat` when a sample has one number and no
    axis for it.
    """

    latents: Array
    wanted: Array
    asked: Array
    weights: Array
    is_flat: bool

    def answers(self, found: NDArray[np.floating]) -> NDArray[np.floating]:
        """Answers as they were wanted. Shapes: (…, numbers) → (…), or the same."""
        return found[..., 0] if self.is_flat else found


def given(
    latents: ArrayLike, wanted: ArrayLike, asked: ArrayLike, weights: ArrayLike | None = None
) -> Given:
    """Check what a reader is given.

    Shapes: `latents` (runs, samples, latent), `wanted` (samples,) or (samples, numbers), `asked`
    (runs, points, latent), `weights` (samples,), ≥ 0, not all 0.

    Raises: InputError for other shapes, or what are not finite numbers.

    Example:

        >>> given(np.zeros((2, 3, 1)), [1, 2, 3], np.zeros((2, 5, 1)), [0, 1, 3]).weights
        array([0.5, 1.5])
    """
    seen, new = _vectors("latents", latents), _vectors("asked", asked)
    if (len(new), new.shape[2]) != (len(seen), seen.shape[2]):
        raise InputError(
            f"asked must have the runs and coordinates of latents, ({len(seen)}, points, "
            f"{seen.shape[2]}), got {new.shape}; give latents of the same layer and models"
        )
    targets = numbers("wanted", wanted)
    if targets.ndim not in (1, 2) or len(targets) != seen.shape[1]:
        raise InputError(
            f"wanted must have a number or a row for each of {seen.shape[1]} samples, got "
            f"{targets.shape}; give what is to be read from each"
        )
    shares = np.ones(len(targets)) if weights is None else sample_weights(weights, len(targets))
    counts = shares > 0
    return Given(
        latents=np.ascontiguousarray(seen[:, counts]),
        wanted=targets.reshape(len(targets), -1)[counts],
        asked=new,
        weights=shares[counts] / shares[counts].mean(),
        is_flat=targets.ndim == 1,
    )


def numbers(name: str, values: ArrayLike) -> Array:
    """Finite real numbers, in double precision.

    Raises: InputError for others.

    Example:

        >>> numbers("values", [True, False])
        array([1., 0.])
    """
    found = np.asarray(values)
    if found.dtype.kind not in "fiub":
        raise InputError(f"{name} must be real numbers, got {found.dtype}; cast them")
    found = found.astype(np.float64)
    if not np.isfinite(found).all():
        bad = found[~np.isfinite(found)][0]
        raise InputError(f"{name} must be finite, got {bad}; leave out such samples")
    return found


def sample_weights(weights: ArrayLike, samples: int) -> Array:
    """How much each sample counts. Shapes: (samples,).

    Raises: InputError for another shape or numbers below 0, or when none counts.

    Example:

        >>> sample_weights([0, 1], 2)
        array([0., 1.])
    """
    found = numbers("weights", weights)
    if found.shape != (samples,) or found.min() < 0 or found.max() <= 0:
        raise InputError(
            f"weights must be numbers from 0 on, not all 0, with shape ({samples},), got shape "
            f"{found.shape}; give one a sample"
        )
    return found


def _vectors(name: str, values: ArrayLike) -> Array:
    found = numbers(name, values)
    if found.ndim != 3 or not found.size:
        raise InputError(
            f"{name} must have shape (runs, samples, latent), each at least 1, got {found.shape}; "
            "latents[None] are those of one run"
        )
    return found


def standardized(one: Given) -> tuple[Array, Array]:
    """Latents and those asked, each dimension of a run with mean 0 and spread 1.

    One that varies by no more than rounding does not vary. Shapes: as those of `Given`.
    """
    seen, new = np.empty_like(one.latents), np.empty_like(one.asked)
    for run, (latents, asked) in enumerate(zip(one.latents, one.asked, strict=True)):
        mean = np.average(latents, axis=0, weights=one.weights)
        spread = np.sqrt(np.average(np.square(latents - mean), axis=0, weights=one.weights))
        varies = spread > ROUNDING * max(spread.max(), np.abs(mean).max())
        scale = np.where(varies, 1 / np.where(varies, spread, 1), 0)
        seen[run], new[run] = (latents - mean) * scale, (asked - mean) * scale
    return seen, new
