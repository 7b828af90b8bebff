"""Regularizers: a loss for each sample, averaged over the samples whose labels call for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from colorcore import settings
from colorcore.experiment import Experiment
from colorcore.separation import angular_separation

EPSILON = 1e-8  # keeps the direction of a zero vector and the mean of no samples defined

Latents = Float[Tensor, "*runs batch latent"]
PerSample = Float[Tensor, "*runs batch"]


def cosine(latents: Latents, direction: Sequence[float]) -> PerSample:
    """Cosine of each latent vector to a direction.

    Shapes: (…, batch, latent) and `direction` (latent,) → (…, batch), in [−1, 1].
    """
    target = latents.new_tensor(direction)
    units = latents / (torch.linalg.vector_norm(latents, dim=-1, keepdim=True) + EPSILON)
    return units @ (target / (torch.linalg.vector_norm(target) + EPSILON))


def angular_anchor(latents: Latents, direction: Sequence[float]) -> PerSample:
    """1 − cos to the direction: 0 on it, 2 opposite it. Shapes: (…, batch, latent) → (…, batch)."""
    return 1 - cosine(latents, direction)


def euclidean_anchor(latents: Latents, point: Sequence[float]) -> PerSample:
    """Squared distance to a point. Shapes: (…, batch, latent) → (…, batch)."""
    return (latents - latents.new_tensor(point)).square().sum(dim=-1)


def anti_anchor(
    latents: Latents, direction: Sequence[float], *, full_sphere: bool = False
) -> PerSample:
    """Closeness to a direction, as a loss.

    max(0, cos) leaves the far hemisphere alone; over the full sphere it is (cos + 1)/2.

    Shapes: (…, batch, latent) → (…, batch), in [0, 1].
    """
    closeness = cosine(latents, direction)
    return (closeness + 1) / 2 if full_sphere else closeness.clamp(min=0)


def repel_subspace(latents: Latents, dims: Sequence[int]) -> PerSample:
    """Squared length within the given dimensions. Shapes: (…, batch, latent) → (…, batch)."""
    inside = torch.zeros(latents.shape[-1], dtype=latents.dtype, device=latents.device)
    inside[list(dims)] = 1
    return latents.square() @ inside  # faster to differentiate than picking columns


def keep_subspace(latents: Latents, dims: Sequence[int]) -> PerSample:
    """Squared length outside the given dimensions. Shapes: (…, batch, latent) → (…, batch)."""
    others = [dim for dim in range(latents.shape[-1]) if dim not in set(dims)]
    return repel_subspace(latents, others)


def unitarity(latents: Latents) -> PerSample:
    """(‖z‖ − 1)². Shapes: (…, batch, latent) → (…, batch)."""
    return (torch.linalg.vector_norm(latents, dim=-1) - 1).square()


def average(
    per_sample: PerSample, affinity: Float[Tensor, "*runs batch"] | None
) -> Float[Tensor, "*runs"]:
    """Mean over the batch, or over the samples with an affinity, weighted by it.

    Σ ℓᵢ·aᵢ / (Σ aᵢ + 1e-8), which is 0 for a batch in which no sample has one.

    Shapes: (…, batch) → (…).
    """
    if affinity is None:
        return per_sample.mean(dim=-1)
    return (per_sample * affinity).sum(dim=-1) / (affinity.sum(dim=-1) + EPSILON)


@dataclass(frozen=True)
class Regularizer:
    """One term of the objective: what it costs a sample, where it looks and whom it concerns.

    Shapes: `affinities` (concepts,), or None when the term concerns every sample.
    """

    name: str
    layer: str
    per_sample: Callable[[Tensor], Tensor]
    affinities: Float[Tensor, " concepts"] | None

    def __call__(
        self, latents: Latents, labels: Bool[Tensor, "*runs batch concepts"]
    ) -> Float[Tensor, "*runs"]:
        """The unweighted term of each run. Shapes: (…, batch, latent) → (…)."""
        affinity = None if self.affinities is None else labels.to(latents.dtype) @ self.affinities
        return average(self.per_sample(latents), affinity)


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
