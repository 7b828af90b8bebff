"""Batches of samples and their stochastic labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.kernels import arguments, reference
from colorcore.kernels.native import BACKEND, native_for

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
    kernel = native_for("draw_batch", chances) if BACKEND == "native" else None

    def draw(step: int) -> Drawn:
        arguments.counts(step=step, batch_size=batch_size)
        if kernel is None:
            return reference.draw_batch(
                palette, chances, seeds=addresses, step=step, batch_size=batch_size
            )
        return kernel(points, chances, concepts, addresses, step, batch_size)

    return draw


class Labeler:
    """Draws labels for samples that somebody else chose.

    The label of (seed, step, slot) is the one that `draw_batch` gives to the sample in that slot of
    its batch: it depends on neither the other samples, nor the order of calls, nor who calls.

    Shapes: `probabilities` (N,) or (N, L), in [0, 1], float32 or float64 as they are; they are
    looked through once, here.

    Raises: TypeError for what are not real numbers; ValueError for other shapes or ranges.

    Example:

        >>> label = Labeler([0.0, 0.5, 1.0], seed=0)
        >>> label([0, 2, 2], step=7)
        array([False,  True,  True])
        >>> bool(label([1], step=7, slots=[40])[0] == label([1] * 41, step=7)[40])
        True
    """

    def __init__(self, probabilities: ArrayLike, *, seed: int) -> None:
        self.probabilities = arguments.table("probabilities", probabilities)
        self.shape = np.shape(probabilities)[1:]  # of a sample's labels
        self.seed = int(arguments.addresses("seed", [seed])[0])

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self.probabilities)

    def __call__(
        self, indices: ArrayLike, *, step: int, slots: ArrayLike | None = None
    ) -> NDArray[np.bool_]:
        """The labels of some samples at a step.

        Shapes: `indices` (B,), in 0…N − 1; `slots` (B,), where in the batch of the step they
        stand, or 0…B − 1 → (B,) or (B, L), as the probabilities are.

        Raises: TypeError for what are not integers; ValueError for other shapes or ranges.
        """
        samples = arguments.indices(indices, len(self))
        places = arguments.addresses("slots", range(len(samples)) if slots is None else slots)
        arguments.counts(step=step, batch_size=len(samples))
        if len(places) != len(samples):
            raise ValueError(
                f"slots must be one a sample, {len(samples)}, got {len(places)}; leave them out "
                "when the samples are a whole batch"
            )
        given = (samples, places, self.probabilities)
        if BACKEND == "reference":
            found = reference.draw_labels(*given, seed=self.seed, step=step)
        else:
            kernel = native_for("draw_labels", self.probabilities)
            found = kernel(*given, self.probabilities.shape[1], self.seed, step)
        return found.reshape(len(samples), *self.shape)
