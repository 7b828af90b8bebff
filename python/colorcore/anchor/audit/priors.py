"""How often a reader sees the concept while it is trained."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.anchor.batches.batches import class_weights
from colorcore.errors import InputError, unknown

PRIORS = ("natural", "balanced", "without")
"""As often as among the samples, half the time, or never."""


def prior_weights(concept: ArrayLike, prior: str) -> NDArray[np.float64]:
    """How much each sample counts for a reader that is trained under a prior.

    Shapes: `concept` (samples,), booleans, true for the concept's own samples → (samples,).

    Raises: InputError for an unknown prior, what are no booleans, or samples of one kind alone.

    Example:

        >>> [prior_weights([True, False, False], prior).tolist() for prior in PRIORS]
        [[1.0, 1.0, 1.0], [0.5, 0.25, 0.25], [0.0, 1.0, 1.0]]
    """
    own = np.asarray(concept)
    if own.ndim != 1 or own.dtype != bool or not 0 < own.sum() < len(own):
        raise InputError(
            "concept must be booleans with shape (samples,), some true and some not, got "
            f"{own.dtype} {own.shape}, {np.count_nonzero(own)} true; say which samples are its own"
        )
    if prior == "natural":
        return np.ones(len(own))
    if prior == "balanced":
        return class_weights(own.astype(int))
    if prior == "without":
        return (~own).astype(np.float64)
    raise unknown("prior", prior, PRIORS)
