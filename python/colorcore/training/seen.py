"""What a run has seen when it is trained: how often each colour, and how often labelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from colorcore.experiment.loading import Experiment
from colorcore.training.batches import sampler

STEPS = 64  # counted at a time

Counts = NDArray[np.int64]


class Seen(NamedTuple):
    """Samples that training drew, counted by the colour of the palette that they are of.

    Shapes: `drawn` (runs, points); `labelled` (runs, points, concepts), never more than those.
    """

    drawn: Counts
    labelled: Counts


def seen(experiment: Experiment, *, seeds: Sequence[int]) -> Seen:
    """The samples of all steps, drawn again.

    A batch is a function of (seed, step), so these are the labels that training went by, and all
    that who knows no more than it did can learn the concepts from.

    Example:

        >>> from pathlib import Path
        >>> from colorcore.experiment.loading import load
        >>> found = seen(load(Path("experiments/ex-2.10.1")), seeds=[0, 1])
        >>> found.drawn.sum(axis=1).tolist(), found.labelled.shape
        ([96064, 96064], (2, 1000, 1))
    """
    draw = sampler(experiment, seeds=seeds).indices
    points, concepts = len(experiment.palette.colors), len(experiment.concepts)
    offsets = np.arange(len(seeds))[:, None] * points
    drawn = np.zeros(len(seeds) * points, np.int64)
    labelled = np.zeros((concepts, len(seeds) * points), np.int64)
    steps = experiment.schedule.steps
    for first in range(0, steps, STEPS):
        batches = [draw(step) for step in range(first, min(first + STEPS, steps))]
        places = np.stack([indices + offsets for indices, _ in batches])
        labels = np.stack([labels for _, labels in batches])
        drawn += np.bincount(places.ravel(), minlength=len(drawn))
        for concept, counts in enumerate(labelled):
            counts += np.bincount(places[labels[..., concept]], minlength=len(drawn))
    shape = (len(seeds), points)
    return Seen(drawn.reshape(shape), np.stack([one.reshape(shape) for one in labelled], axis=-1))
