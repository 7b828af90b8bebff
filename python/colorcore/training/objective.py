"""From the settings of an experiment to the regularizers of its objective."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from colorcore.anchor.separation import angular_separation
from colorcore.anchor.terms import (
    Regularizer,
    angular_anchor,
    anti_anchor,
    euclidean_anchor,
    keep_subspace,
    repel_subspace,
    unitarity,
)
from colorcore.experiment import settings
from colorcore.experiment.loading import Experiment


def build(experiment: Experiment) -> list[Regularizer]:
    """The regularizers of an experiment, in the order of its settings."""
    return [
        Regularizer(
            name=name,
            layer=entry.layer,
            per_sample=_per_sample(entry),
            affinities=_affinities(entry, list(experiment.labels)),
        )
        for name, entry in experiment.regularizers.items()
    ]


def _affinities(entry: settings.Regularizer, concepts: Sequence[str]) -> Tensor | None:
    if not entry.labels:
        return None
    return torch.tensor([entry.labels.get(concept, 0.0) for concept in concepts])


def _per_sample(entry: settings.Regularizer) -> Callable[[Tensor], Tensor]:
    match entry:
        case settings.AngularSeparation():
            return lambda z: angular_separation(z, entry.power, entry.shift)
        case settings.AngularAnchor():
            return lambda z: angular_anchor(z, entry.direction)
        case settings.EuclideanAnchor():
            return lambda z: euclidean_anchor(z, entry.direction)
        case settings.AntiAnchor():
            return lambda z: anti_anchor(z, entry.direction, full_sphere=entry.full_sphere)
        case settings.RepelSubspace():
            return lambda z: repel_subspace(z, entry.dims)
        case settings.KeepSubspace():
            return lambda z: keep_subspace(z, entry.dims)
        case settings.Unitarity():
            return unitarity
