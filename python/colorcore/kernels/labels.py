"""Batches of samples and their stochastic labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.kernels import arguments, reference
from colorcore.kernels.native import BACKEND, native

Drawn = tuple[NDArray[np.int64], NDArray[np.bool_]]
"""Indices and labels of one step."""


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
    return drawer(colors, probabilities, seeds=seeds, batch_size=batch_size)(step)


def drawer(
    colors: ArrayLike,
    probabilities: ArrayLike,
    *,
    seeds: ArrayLike | Sequence[int],
    batch_size: int,
) -> Callable[[int], Drawn]:
    """`draw_batch` as a function of the step alone, all else checked once.

    Raises: as `draw_batch`.

    Example:

        >>> draw = drawer(np.zeros((5, 3)), np.zeros((5, 1)), seeds=[0, 1], batch_size=8)
        >>> indices, labels = draw(0)
        >>> indices.shape, labels.any()
        ((2, 8), np.False_)
    """
    palette, chances = arguments.chances(colors, probabilities)
    addresses = arguments.addresses("seeds", seeds)
    arguments.counts(step=0, batch_size=batch_size)
    points, concepts = chances.shape
    if BACKEND == "reference":
        arguments.unit("probabilities", chances)

    def draw(step: int) -> Drawn:
        arguments.counts(step=step, batch_size=batch_size)
        if BACKEND == "reference":
            return reference.draw_batch(
                palette, chances, seeds=addresses, step=step, batch_size=batch_size
            )
        return native.draw_batch(points, chances, concepts, addresses, step, batch_size)

    return draw
