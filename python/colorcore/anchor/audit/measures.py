"""What a reader's answers are worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.anchor.audit.given import numbers
from colorcore.errors import InputError

INTERVAL = {"": 0.5, " low": 0.05, " high": 0.95}
"""The quantiles that tell of many runs and seeds: the median, and between which nine in ten lie."""


def explained(
    answers: ArrayLike, wanted: ArrayLike, *, weights: ArrayLike | None = None
) -> NDArray[np.float64]:
    """R² of answers: 1 when they are right, 0 for the best constant, below it for worse.

    Shapes: `answers` (…, points), `wanted` (points,), `weights` (points,) → (…).

    Raises: InputError for other shapes, numbers that are not finite, or fewer than two different
    wanted ones.

    Example:

        >>> explained([[1, 2, 3], [2, 2, 2]], [1, 2, 3])
        array([1., 0.])
    """
    from sklearn.metrics import r2_score

    rows, goal = _rows(answers, wanted)
    if goal.max() == goal.min():
        raise InputError(
            f"wanted must be different numbers, got {goal[0]:g} alone; ask about more samples"
        )
    found = [r2_score(goal, row, sample_weight=weights) for row in rows]  # the same bits always
    return np.reshape(found, np.shape(answers)[:-1])


def separated(answers: ArrayLike, concept: ArrayLike) -> NDArray[np.float64]:
    """The area under the ROC curve: how surely a sample of the concept is ranked above another.

    Shapes: `answers` (…, points), `concept` (points,), booleans → (…), in [0, 1].

    Raises: InputError for other shapes, or points of one kind alone.

    Example:

        >>> separated([[0.1, 0.2, 0.9], [0.5, 0.5, 0.5]], [False, False, True])
        array([1. , 0.5])
    """
    from sklearn.metrics import roc_auc_score

    rows, goal = _rows(answers, concept)
    if set(goal) != {0.0, 1.0}:
        raise InputError(
            "concept must be true for some points and false for others, got one kind or other "
            "numbers; ask about both"
        )
    found = [roc_auc_score(goal, row) for row in rows]
    return np.reshape(found, np.shape(answers)[:-1])


def mistaken(answers: ArrayLike, wanted: ArrayLike) -> NDArray[np.float64]:
    """The mean squared error of each point. Shapes: (…, points, numbers) → (…, points).

    Raises: InputError when the two do not fit together.

    Example:

        >>> mistaken([[[0.0, 0.0], [1.0, 1.0]]], [[0.0, 1.0], [1.0, 1.0]])
        array([[0.5, 0. ]])
    """
    found, goal = numbers("answers", answers), numbers("wanted", wanted)
    if found.ndim < 2 or found.shape[-2:] != goal.shape:
        raise InputError(
            f"answers must have shape (…, points, numbers) for wanted {goal.shape}, got "
            f"{found.shape}; give a row a point"
        )
    return np.square(found - goal).mean(axis=-1)


def _rows(answers: ArrayLike, wanted: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Answers a row a reader. Shapes: (…, points), (points,) → (readers, points), (points,)."""
    found, goal = numbers("answers", answers), numbers("wanted", wanted)
    if goal.ndim != 1 or found.ndim < 1 or found.shape[-1] != len(goal) or not found.size:
        raise InputError(
            f"answers must have shape (…, points) for wanted (points,), got {found.shape} and "
            f"{goal.shape}; give a number a point"
        )
    return found.reshape(-1, len(goal)), goal
