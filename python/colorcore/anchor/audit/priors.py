"""How often a reader sees the concept while it is trained."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.anchor.batches.batches import class_weights
from colorcore.errors import InputError, unknown
from colorcore.kernels.reference import STREAM_ORDER, uniforms

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
    own = _own(concept)
    if prior == "natural":
        return np.ones(len(own))
    if prior == "balanced":
        return class_weights(own.astype(int))
    if prior == "without":
        return (~own).astype(np.float64)
    raise unknown("prior", prior, PRIORS)


def few_weights(concept: ArrayLike, count: int, *, seed: int) -> NDArray[np.float64]:
    """How much each sample counts where but a few of the concept are shown, again and again.

    Which ones, the seed decides. Half of what is drawn is of them, and half of the others.

    Shapes: `concept` (samples,), booleans → (samples,).

    Raises: InputError as `prior_weights`, or for fewer than one, or more than there are.

    Example:

        >>> few_weights([True, False, True, False, False], 1, seed=0).tolist()
        [0.0, 0.16666666666666666, 0.5, 0.16666666666666666, 0.16666666666666666]
    """
    own = _own(concept)
    if not 1 <= count <= own.sum():
        raise InputError(
            f"count must lie in 1…{own.sum()}, the samples of the concept, got {count}; show as "
            "many, or none by the prior without"
        )
    order = np.argsort(uniforms(seed, STREAM_ORDER, 0, int(own.sum())), kind="stable")
    shown = ~own
    shown[np.flatnonzero(own)[order[:count]]] = True
    weights = np.zeros(len(own))
    weights[shown] = class_weights(own[shown].astype(int))
    return weights


def _own(concept: ArrayLike) -> NDArray[np.bool_]:
    own = np.asarray(concept)
    if own.ndim != 1 or own.dtype != bool or not 0 < own.sum() < len(own):
        raise InputError(
            "concept must be booleans with shape (samples,), some true and some not, got "
            f"{own.dtype} {own.shape}, {np.count_nonzero(own)} true; say which samples are its own"
        )
    return own
