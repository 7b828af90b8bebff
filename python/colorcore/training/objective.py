"""From the settings of an experiment to its objective."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from colorcore.anchor.ensemble.objective import weighted
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
from colorcore.training.batches import Batch
from colorcore.training.coders import Aim, Fallback, coders


def terms(experiment: Experiment) -> list[Term]:
    """The terms of latents, in the order of the settings, for one call that computes all."""
    concepts = list(experiment.concepts)
    return [
        replace(
            _term(entry, experiment.model.latent, _axes(experiment), concepts),
            layer=LAYERS.index(entry.layer),
            affinities=_numbers(entry, concepts),
        )
        for entry in experiment.regularizers.values()
        if isinstance(entry, settings.Term)
    ]


def others(experiment: Experiment) -> list[Aim | Fallback]:
    """The terms that ask for the decoder by itself, in the order of the settings."""
    _, decoder = coders(**experiment.model.model_dump())
    found: list[Aim | Fallback] = []
    for entry in experiment.regularizers.values():
        if isinstance(entry, settings.Fallback):
            assert isinstance(entry.color, tuple)
            found.append(Fallback(decoder, direction(entry.direction), entry.color))
        elif isinstance(entry, settings.Aim):
            assert entry.layer is not None
            affinities = _numbers(entry, list(experiment.concepts))
            assert affinities is not None
            gone = [experiment.targets[label].axis for label in entry.labels]
            kept = tuple(k not in gone for k in range(experiment.model.latent))
            found.append(Aim(decoder, LAYERS.index(entry.layer), kept, affinities))
    return found


@dataclass(frozen=True)
class Objective:
    """What one step costs each run.

    `places` are those of the reconstruction, the terms of latents and the others among the rows of
    weights and costs, which have the reconstruction and then the order of the settings.
    """

    terms: Sequence[Term]
    others: Sequence[Aim | Fallback]
    places: Sequence[int]

    def costs(
        self, values: Tensor, layers: Sequence[Tensor], batch: Batch, weights: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The weighted sum over all runs, to be differentiated, and what it sums.

        Shapes: `values` (runs, parameters), `layers` as a pass gives them, `weights` (1 + terms,
        runs) → (), (1 + terms, runs).
        """
        encoder, bottleneck, recon = layers
        own = weights if not self.others else weights[list(self.places[: 1 + len(self.terms)])]
        total, found = weighted(
            self.terms, encoder, bottleneck, recon, wanted=batch.colors, labels=batch.labels,
            weights=own,
        )  # fmt: skip
        if not self.others:
            return total, found
        more = torch.stack([other.cost(values, layers, batch) for other in self.others])
        total = total + (more * weights[list(self.places[len(found) :])]).sum()
        all_ = torch.empty_like(weights)
        all_[list(self.places)] = torch.cat([found, more.detach()])
        return total, all_


def objective(experiment: Experiment) -> Objective:
    """That of an experiment."""
    entries = list(experiment.regularizers.values())
    of_latents = [isinstance(entry, settings.Term) for entry in entries]
    own = [1 + place for place, is_own in enumerate(of_latents) if is_own]
    rest = [1 + place for place, is_own in enumerate(of_latents) if not is_own]
    return Objective(terms(experiment), others(experiment), [0, *own, *rest])


def _axes(experiment: Experiment) -> list[int]:
    """Those of all concepts."""
    return sorted({target.axis for target in experiment.targets.values()})


def _term(
    entry: settings.Regularizer, latent: int, axes: Sequence[int], concepts: Sequence[str]
) -> Term:
    none, every = (0.0,) * latent, range(latent)
    off_axis = tuple(float(k not in axes) for k in every)
    match entry:
        case settings.AngularSeparation():
            return Term("separation", 0, none, power=entry.power, flag=entry.shift)
        case settings.AngularAnchor(direction=tuple() as toward, tilt=0):
            return Term("angular-anchor", 0, direction(toward))
        case settings.AngularAnchor(direction=tuple() as toward):
            options = {"power": entry.tilt, "flag": entry.toward == "mean", "off_axis": off_axis}
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
        case settings.Hide():
            options = {"affinities": _numbers(entry, concepts), "off_axis": off_axis}
            return Term("hide", 0, none, power=entry.reach, **options)
    raise AssertionError(f"{entry}: not as an experiment that was loaded has it")


def build(experiment: Experiment) -> list[Regularizer]:
    """Those terms in plain torch, a regularizer each: to read, and to hold the others to.

    Without those that hide, which ask for colours besides latents.
    """
    return [
        Regularizer(
            name=name,
            layer=entry.layer,
            per_sample=_per_sample(entry, _axes(experiment)),
            affinities=_affinities(entry, list(experiment.concepts)),
        )
        for name, entry in experiment.regularizers.items()
        if isinstance(entry, settings.Term) and not isinstance(entry, settings.Hide)
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
