"""Readers in closed form: least squares, and nearest neighbours."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.anchor.audit.given import ROUNDING, Array, given, standardized
from colorcore.errors import InputError

SAME = 1e-9  # of a distance: neighbours no further beyond are as near


def read_constant(
    latents: ArrayLike, wanted: ArrayLike, asked: ArrayLike, *, weights: ArrayLike | None = None
) -> NDArray[np.floating]:
    """The best constant, which looks at no latents: the mean of what is wanted.

    Shapes, and Raises: as `read_linear` has them.

    Example:

        >>> read_constant(np.zeros((1, 4, 2)), [0, 0, 0, 1], np.zeros((1, 1, 2)))
        array([[0.25]])
    """
    one = given(latents, wanted, asked, weights)
    mean = np.average(one.wanted, axis=0, weights=one.weights)
    return one.answers(np.broadcast_to(mean, (*one.asked.shape[:2], len(mean))).copy())


def read_linear(
    latents: ArrayLike, wanted: ArrayLike, asked: ArrayLike, *, weights: ArrayLike | None = None
) -> NDArray[np.floating]:
    """Least squares with an intercept, fitted to latents of each run, asked about others.

    Shapes: `latents` (runs, samples, latent), `wanted` (samples,) or (samples, numbers), `asked`
    (runs, points, latent), `weights` (samples,) → (runs, points) or (runs, points, numbers).

    Raises: InputError for other shapes, what are not finite numbers, or weights that are all 0.

    Example:

        >>> latents = np.array([[[0.0], [1.0], [2.0]]])
        >>> read_linear(latents, [1, 3, 5], [[[10.0]]]).round(6)
        array([[21.]])
    """
    return _least_squares(latents, wanted, asked, weights, degree=1)


def read_quadratic(
    latents: ArrayLike, wanted: ArrayLike, asked: ArrayLike, *, weights: ArrayLike | None = None
) -> NDArray[np.floating]:
    """Least squares on the latents and the products of any two.

    Shapes, and Raises: as `read_linear` has them.

    Example:

        >>> latents = np.array([[[-1.0], [0.0], [1.0], [2.0]]])
        >>> read_quadratic(latents, [1, 0, 1, 4], [[[10.0]]]).round(6)
        array([[100.]])
    """
    return _least_squares(latents, wanted, asked, weights, degree=2)


def _least_squares(
    latents: ArrayLike, wanted: ArrayLike, asked: ArrayLike, weights: ArrayLike | None, degree: int
) -> NDArray[np.floating]:
    one = given(latents, wanted, asked, weights)
    root = np.sqrt(one.weights)[:, None]
    found = []
    for seen, new in zip(*standardized(one), strict=True):  # each run alone: the same bits always
        # What differs by rounding of single precision, as squares on a sphere do, gets no slope.
        solved = np.linalg.lstsq(root * _monomials(seen, degree), root * one.wanted, ROUNDING)
        found.append(_monomials(new, degree) @ solved[0])
    return one.answers(np.stack(found))


def _monomials(latents: Array, degree: int) -> Array:
    """Products of up to `degree` coordinates. Shapes: (samples, latent) → (samples, terms)."""
    columns = [np.ones((len(latents), 1)), latents]
    if degree == 2:
        first, second = np.array([*combinations_with_replacement(range(latents.shape[1]), 2)]).T
        columns.append(latents[:, first] * latents[:, second])
    return np.concatenate(columns, axis=1)


def read_nearest(
    latents: ArrayLike,
    wanted: ArrayLike,
    asked: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    count: int = 3,
) -> NDArray[np.floating]:
    """The weighted mean over the nearest samples, by distance, as the latents lie.

    All count that are as near as the last of `count`: where an edit has put many samples on one
    place, the answer there is the mean of all of them.

    Shapes: as `read_linear` has them; `count` from 1 on, of which there are as many as samples.

    Raises: InputError as `read_linear`, or when `count` is below 1.

    Example:

        >>> latents = np.array([[[0.0], [0.0], [1.0], [5.0]]])
        >>> read_nearest(latents, [1, 3, 8, 0], [[[0.1], [4.0]]], count=1)
        array([[2., 0.]])
    """
    from scipy.spatial import KDTree  # takes a while to load, and most need none

    if count < 1:
        raise InputError(f"count must be at least 1, got {count}; say how many neighbours count")
    one = given(latents, wanted, asked, weights)
    found = []
    for seen, new in zip(one.latents, one.asked, strict=True):
        tree = KDTree(seen)
        most = min(count + 1, len(seen))
        distances, nearest = map(np.asarray, tree.query(new, k=[*range(1, most + 1)]))
        own = min(count, len(seen))
        answers = _means(one.wanted, one.weights, nearest[:, :own])
        reach = distances[:, own - 1] * (1 + SAME)
        for i in np.flatnonzero((distances[:, -1] <= reach) & (most > own)):
            every = np.array(tree.query_ball_point(new[i], reach[i]))
            answers[i] = _means(one.wanted, one.weights, every)
        found.append(answers)
    return one.answers(np.stack(found))


def _means(wanted: Array, weights: Array, chosen: NDArray[np.intp]) -> Array:
    """Weighted means over chosen samples. Shapes: (samples, numbers), (…, some) → (…, numbers)."""
    shares = weights[chosen][..., None]
    return (wanted[chosen] * shares).sum(axis=-2) / shares.sum(axis=-2)
