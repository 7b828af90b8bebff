"""Angular separation in plain torch: for any device, and for derivatives of any order.

Memory is O(B²). On the CPU `colorcore.anchor.separation` does without.
"""

from __future__ import annotations

import torch
from torch import Tensor

from colorcore.kernels.reference import EPSILON, SAME


def formula(latents: Tensor, power: float, shift: bool) -> Tensor:
    """ℓᵢ = Σⱼ s_ij^power over the pairs that are not the same direction.

    Shapes: (…, B, K) → (…, B).
    """
    _, base, counts = _pairs(latents, shift)
    return (base**power).where(counts, 0).sum(dim=-1)


def formula_grad(latents: Tensor, upstream: Tensor, power: float, shift: bool) -> Tensor:
    """Gradient of Σ upstream · ℓ, itself differentiable; the choice of pairs is held constant.

    Shapes: (…, B, K), (…, B) → (…, B, K).
    """
    units, base, counts = _pairs(latents, shift)
    slope = power * base ** (power - 1) * (0.5 if shift else 1.0)
    both = upstream.unsqueeze(-1) + upstream.unsqueeze(-2)  # a pair is in two samples' losses
    by_unit = (slope * both).where(counts, 0) @ units
    largest, length = _length(latents)
    scale = largest * length + EPSILON
    along = (by_unit * units).sum(dim=-1, keepdim=True)
    # The norm has no slope at the zero vector; 0 is the subgradient.
    pull = along.where(length > 0, 0) / (largest * length).where(length > 0, 1)
    return by_unit / scale - units * pull


def _pairs(latents: Tensor, shift: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Directions (…, B, K); what is raised to the power, and which pairs count (…, B, B)."""
    largest, length = _length(latents)
    units = latents / largest / (length + EPSILON / largest)
    cosines = units @ units.mT
    counts = ~((cosines - 1).abs() <= SAME)  # so that a NaN counts, and shows
    return units, ((cosines + 1) / 2).clamp(min=0) if shift else cosines, counts


def _length(latents: Tensor) -> tuple[Tensor, Tensor]:
    """A number not below any coordinate, and the norm in units of it. Shapes: (…, B, 1)."""
    largest = latents.detach().abs().amax(dim=-1, keepdim=True).clamp(min=1)
    return largest, torch.linalg.vector_norm(latents / largest, dim=-1, keepdim=True)
