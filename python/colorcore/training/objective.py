"""From the settings of an experiment to the terms of its objective."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from colorcore.anchor.separation.angular import angular_separation
from colorcore.anchor.terms.modules import TiltedAnchor
from colorcore.anchor.terms.per_sample import (
    angular_anchor,
    anti_anchor,
    euclidean_anchor,
    keep_subspace,
    repel_subspace,
    unitarity,
)
from colorcore.anchor.terms.regularizer import Regularizer
from colorcore.experiment import settings
from colorcore.experiment.loading import Experiment
from colorcore.kernels.objective import LAYERS, Term, direction


def terms(experiment: Experiment) -> list[Term]:
    """The terms of an experiment, in the order of its settings, for one call that computes all."""
    return [
        replace(
            _term(entry, experiment.model.latent, _axes(experiment)),
            layer=LAYERS.index(entry.layer),
            affinities=_numbers(entry, list(experiment.concepts)),
        )
        for entry in experiment.regularizers.values()
    ]


def _axes(experiment: Experiment) -> list[int]:
    """Those of all concepts."""
    return sorted({target.axis for target in experiment.targets.values()})


def _term(entry: settings.Regularizer, latent: int, axes: Sequence[int]) -> Term:
    none, every = (0.0,) * latent, range(latent)
    match entry:
        case settings.AngularSeparation():
            return Term("separation", 0, none, power=entry.power, flag=entry.shift)
        case settings.AngularAnchor(direction=tuple() as toward, tilt=0):
            return Term("angular-anchor", 0, direction(toward))
        case settings.AngularAnchor(direction=tuple() as toward):
            off_axis, is_mean = tuple(float(k not in axes) for k in every), entry.toward == "mean"
            options = {"power": entry.tilt, "flag": is_mean, "off_axis": off_axis}
            return Term("tilted-anchor", 0, direction(toward), **options)
        case settings.EuclideanAnchor(direction=tuple() as point):
            return Term("euclidean-anchor", 0, point)
        case settings.AntiAnchor():
            return Term("anti-anchor", 0, direction(entry.direction), flag=entry.full_sphere)
        case settings.RepelSubspace(dims=tuple() as dims):
            inside = tuple(float(dim in dims) for dim in every)
            return Term("subspace", 0, inside, flag=entry.side == "both")
        case settings.KeepSubspace():
            return Term("subspace", 0, tuple(float(dim not in entry.dims) for dim in every))
        case settings.Unitarity():
            return Term("unitarity", 0, none)
    raise AssertionError(f"{entry}: not as an experiment that was loaded has it")


def build(experiment: Experiment) -> list[Regularizer]:
    """The same in plain torch, a regularizer a term: to read, and to hold the other to."""
    return [
        Regularizer(
            name=name,
            layer=entry.layer,
            per_sample=_per_sample(entry, _axes(experiment)),
            affinities=_affinities(entry, list(experiment.concepts)),
        )
        for name, entry in experiment.regularizers.items()
    ]


def _affinities(entry: settings.Regularizer, concepts: Sequence[str]) -> Tensor | None:
    numbers = _numbers(entry, concepts)
    return None if numbers is None else torch.tensor(numbers)


def _numbers(entry: settings.Regularizer, concepts: Sequence[str]) -> tuple[float, ...] | None:
    """How much each concept's label counts, or None when every sample does."""
    if not entry.labels:
        return None
    return tuple(entry.labels.get(concept, 0.0) for concept in concepts)


def _per_sample(entry: settings.Regularizer, axes: Sequence[int]) -> Callable[[Tensor], Tensor]:
    match entry:
        case settings.AngularSeparation():
            return lambda z: angular_separation(z, entry.power, entry.shift)
        case settings.AngularAnchor(direction=tuple() as toward) if entry.tilt:
            return TiltedAnchor(toward, tilt=entry.tilt, dims=axes, toward=entry.toward)
        case settings.AngularAnchor(direction=tuple() as toward):
            return lambda z: angular_anchor(z, toward)
        case settings.EuclideanAnchor(direction=tuple() as point):
            return lambda z: euclidean_anchor(z, point)
        case settings.AntiAnchor():
            return lambda z: anti_anchor(z, entry.direction, full_sphere=entry.full_sphere)
        case settings.RepelSubspace(dims=tuple() as dims):
            return lambda z: repel_subspace(z, dims, side=entry.side)
        case settings.KeepSubspace():
            return lambda z: keep_subspace(z, entry.dims)
        case settings.Unitarity():
            return unitarity
    raise AssertionError(f"{entry}: not as an experiment that was loaded has it")
