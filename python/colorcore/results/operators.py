"""What else than the deletion of its settings is done to an experiment's runs, to be judged alike."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from colorcore.experiment.concepts import Deletion
from colorcore.experiment.labels import probabilities
from colorcore.experiment.loading import Experiment
from colorcore.experiment.settings import Labelled
from colorcore.training.seen import seen


class Told(NamedTuple):
    """What labels tell an eraser of the colours of the data.

    Shapes: `values` (runs, points, concepts), in [0, 1], how much of each concept a colour is;
    `weights` (runs, points), how often it was seen.
    """

    values: NDArray[np.float64]
    weights: NDArray[np.float64]


def told(
    experiment: Experiment, deletion: Deletion, operator: Labelled, *, seeds: list[int]
) -> Told:
    """By the few labels that training saw, or by perfect ones; see `settings.Labelled`."""
    names = list(experiment.concepts)
    columns = [names.index(target.name) for target in deletion.targets]
    if operator.labels == "few":
        found = seen(experiment, seeds=seeds)
        often = np.maximum(found.drawn, 1)[..., None]
        return Told(found.labelled[..., columns] / often, found.drawn.astype(np.float64))
    chances = probabilities(
        experiment.palette,
        [concept.model_copy(update={"noise": 0.0}) for concept in experiment.concepts.values()],
        experiment.targets.values(),
    )[:, columns]
    shares = chances / chances.max(axis=0)
    return Told(
        np.broadcast_to(shares, (len(seeds), *shares.shape)),
        np.ones((len(seeds), len(shares))),
    )
