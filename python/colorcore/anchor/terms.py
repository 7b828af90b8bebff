"""Regularizers: a loss for each sample, averaged over the samples whose labels call for it.

They take the activations of a layer of any model, with any leading axes: many runs trained side by
side are one more.

>>> latents = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
>>> anchor = Regularizer("anchor", "bottleneck", lambda z: angular_anchor(z, [1, 0]), torch.ones(1))
>>> labels = torch.tensor([[False], [True]])  # a concept; the second sample has it
>>> round(anchor(latents, labels).item(), 6)
1.0
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from colorcore.anchor import arguments
from colorcore.anchor.arguments import Dims, Vector
from colorcore.anchor.precision import precise
from colorcore.errors import InputError

EPSILON = 1e-8  # keeps the direction of a zero vector and the mean of no samples defined

Latents = Float[Tensor, "*runs batch latent"]
PerSample = Float[Tensor, "*runs batch"]


@precise
def cosine(latents: Latents, direction: Vector) -> PerSample:
    """Cosine of each latent vector to a direction.

    Shapes: (…, batch, latent) and `direction` (latent,) → (…, batch), in [−1, 1].

    Raises: InputError when the direction has not the latents' width, or no length.

    Example:

        >>> cosine(torch.tensor([[3.0, 0.0], [1.0, 1.0]]), [2, 0])
        tensor([1.0000, 0.7071])
    """
    target = arguments.unit(direction, latents)
    return latents / (torch.linalg.vector_norm(latents, dim=-1, keepdim=True) + EPSILON) @ target


def angular_anchor(latents: Latents, direction: Vector) -> PerSample:
    """1 − cos to the direction: 0 on it, 2 opposite it.

    Shapes: (…, batch, latent) and `direction` (latent,) → (…, batch), in [0, 2].

    Raises: InputError when the direction has not the latents' width, or no length.

    Source: Experiment 2.10.1, `reg-anchor`.

    Example:

        >>> angular_anchor(torch.tensor([[3.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]), [1, 0])
        tensor([0., 1., 2.])
    """
    return 1 - cosine(latents, direction)


@precise
def euclidean_anchor(latents: Latents, point: Vector) -> PerSample:
    """Squared distance to a point.

    Shapes: (…, batch, latent) and `point` (latent,) → (…, batch), ≥ 0.

    Raises: InputError when the point has not the latents' width.

    Example:

        >>> euclidean_anchor(torch.tensor([[1.0, 0.0], [1.0, 3.0]]), [1, 1])
        tensor([1., 4.])
    """
    return (latents - arguments.vector(point, latents, name="point")).square().sum(dim=-1)


def anti_anchor(latents: Latents, direction: Vector, *, full_sphere: bool = False) -> PerSample:
    """Closeness to a direction, as a loss.

    max(0, cos) leaves the far hemisphere alone; over the full sphere it is (cos + 1)/2.

    Shapes: (…, batch, latent) and `direction` (latent,) → (…, batch), in [0, 1].

    Raises: InputError when the direction has not the latents' width, or no length.

    Source: Experiment 2.9.1.

    Example:

        >>> latents = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
        >>> anti_anchor(latents, [1, 0])
        tensor([1., 0., 0.])
        >>> anti_anchor(latents, [1, 0], full_sphere=True)
        tensor([1.0000, 0.5000, 0.0000])
    """
    closeness = cosine(latents, direction)
    return (closeness + 1) / 2 if full_sphere else closeness.clamp(min=0)


@precise
def repel_subspace(latents: Latents, dims: Dims) -> PerSample:
    """Squared length within the given dimensions, which should hold nothing.

    Shapes: (…, batch, latent) and `dims` in 0…latent − 1 → (…, batch), ≥ 0.

    Raises: InputError for what is no whole number, a dimension that the latents lack, or repeats.

    Source: Experiment 2.10.1, `reg-anti-subspace`.

    Example:

        >>> repel_subspace(torch.tensor([[3.0, 1.0, 2.0]]), [0, 1])
        tensor([10.])
    """
    inside = torch.zeros(latents.shape[-1], dtype=latents.dtype, device=latents.device)
    inside[arguments.dims(dims, latents.shape[-1])] = 1
    return latents.square() @ inside  # faster to differentiate than picking columns


def keep_subspace(latents: Latents, dims: Dims) -> PerSample:
    """Squared length outside the given dimensions, which should hold everything.

    Shapes: (…, batch, latent) and `dims` in 0…latent − 1 → (…, batch), ≥ 0.

    Raises: InputError for what is no whole number, a dimension that the latents lack, or repeats.

    Example:

        >>> keep_subspace(torch.tensor([[3.0, 1.0, 2.0]]), [0, 1])
        tensor([4.])
    """
    kept = arguments.dims(dims, latents.shape[-1])
    return repel_subspace(latents, [k for k in range(latents.shape[-1]) if k not in kept])


@precise
def unitarity(latents: Latents) -> PerSample:
    """(‖z‖ − 1)²: how far a latent vector is from unit length.

    Shapes: (…, batch, latent) → (…, batch), ≥ 0.

    Example:

        >>> unitarity(torch.tensor([[0.0, 1.0], [3.0, 0.0]]))
        tensor([0., 4.])
    """
    return (torch.linalg.vector_norm(latents, dim=-1) - 1).square()


def average(per_sample: PerSample, affinity: Tensor | None) -> Float[Tensor, "*runs"]:
    """Mean over the batch, or over the samples with an affinity, weighted by it.

    Σ ℓᵢ·aᵢ / (Σ aᵢ + 1e-8), which is 0 for a batch in which no sample has one.

    Shapes: (…, batch), and the same of the affinities, ≥ 0 → (…).

    Raises: InputError for affinities of another shape.

    Example:

        >>> average(torch.tensor([1.0, 2.0, 6.0]), None)
        tensor(3.)
        >>> average(torch.tensor([1.0, 2.0, 6.0]), torch.tensor([0.0, 1.0, 1.0]))
        tensor(4.)
    """
    if affinity is None:
        return per_sample.mean(dim=-1)
    if affinity.shape != per_sample.shape:
        raise InputError(
            f"affinity must have the shape of the samples' terms, {tuple(per_sample.shape)}, got "
            f"{tuple(affinity.shape)}; give one number a sample, labels[..., 0] say"
        )
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
