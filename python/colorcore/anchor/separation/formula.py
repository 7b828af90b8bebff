"""Angular separation in plain torch: for any device, and for derivatives of any order.

Pairs are taken by tiles of rows, so that memory stays within a few times the latents' own; what a
tile holds is made again where a gradient needs it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from colorcore.anchor.precision import exact_products, is_casting, precise
from colorcore.kernels.reference import EPSILON, SAME

TILE = 2**24
"""Pairs that a tile may always hold: fewer would not keep a device busy."""
TILE_SHARE = 4
"""Pairs that a tile may hold for each number of the latents: what bounds the memory of many."""


@precise
def formula(latents: Tensor, power: float, shift: bool, mask: Tensor | None = None) -> Tensor:
    """ℓᵢ = Σⱼ s_ij^power over the pairs that are not the same direction.

    Shapes: (…, B, K), and of a mask (…, B), true where a sample takes part → (…, B).
    """
    units = directions(taking_part(latents, mask))
    law = (mask, power, shift)
    losses = torch.cat([_tile(_losses, units, rows, *law) for rows in tiles(units.shape)], dim=-1)
    return losses if mask is None else losses.where(mask, 0)


def formula_grad(
    latents: Tensor, upstream: Tensor, power: float, shift: bool, mask: Tensor | None = None
) -> Tensor:
    """Gradient of Σ upstream · ℓ, itself differentiable; the choice of pairs is held constant.

    Shapes: (…, B, K), (…, B) → (…, B, K).
    """
    if is_casting(latents.device.type):  # float64 is left alone, also when this is differentiated
        made = _formula_grad(latents.double(), upstream.double(), power, shift, mask)
        return made.to(latents.dtype)
    return _formula_grad(latents, upstream, power, shift, mask)


@precise
def _formula_grad(
    latents: Tensor, upstream: Tensor, power: float, shift: bool, mask: Tensor | None
) -> Tensor:
    latents = taking_part(latents, mask)
    units = directions(latents)
    law = (mask, power, shift, upstream)
    pulls = torch.cat([_tile(_pull, units, rows, *law) for rows in tiles(units.shape)], dim=-2)
    return through_direction(latents, taking_part(pulls, mask))


def taking_part(latents: Tensor, mask: Tensor | None) -> Tensor:
    """0 for samples that a mask leaves out, whatever stands there. Shapes: (…, B, K)."""
    return latents if mask is None else latents.where(mask.unsqueeze(-1), 0)


def tiles(shape: torch.Size) -> Iterator[slice]:
    """Rows whose pairs with all others are held at once. Shapes: (…, B, K)."""
    *items, batch, _width = shape
    entries = max(TILE, TILE_SHARE * math.prod(shape))
    rows = max(1, entries // max(1, math.prod(items) * batch))
    for first in range(0, max(batch, 1), rows):
        yield slice(first, min(first + rows, batch))


def directions(latents: Tensor) -> Tensor:
    """û = z/(‖z‖ + 1e-8), of vectors of any length. Shapes: (…, B, K) → (…, B, K)."""
    largest, length = _length(latents)
    return latents / largest / (length + EPSILON / largest)


def through_direction(latents: Tensor, by_unit: Tensor) -> Tensor:
    """A gradient by directions, passed on to the latents. Shapes: (…, B, K) twice → (…, B, K)."""
    largest, length = _length(latents)
    units = latents / largest / (length + EPSILON / largest)
    scale = largest * length + EPSILON
    along = (by_unit * units).sum(dim=-1, keepdim=True)
    # The norm has no slope at the zero vector; 0 is the subgradient.
    pull = along.where(length > 0, 0) / (largest * length).where(length > 0, 1)
    return by_unit / scale - units * pull


def _tile(work: Callable[..., Tensor], units: Tensor, rows: slice, *given: object) -> Tensor:
    """A tile's part, whose pairs are made anew for a gradient if there are other tiles."""
    if rows == slice(0, units.shape[-2]) or not torch.is_grad_enabled():
        return work(units, rows, *given)
    made = checkpoint(work, units, rows, *given, use_reentrant=False, preserve_rng_state=False)
    assert isinstance(made, Tensor)
    return made


def _losses(units: Tensor, rows: slice, mask: Tensor | None, power: float, shift: bool) -> Tensor:
    """Shapes: (…, B, K) → (…, rows)."""
    base, counts = _pairs(units, rows, mask, shift)
    return (base**power).where(counts, 0).sum(dim=-1)


def _pull(
    units: Tensor, rows: slice, mask: Tensor | None, power: float, shift: bool, upstream: Tensor
) -> Tensor:
    """Gradient by the rows' directions. Shapes: (…, B, K), upstream (…, B) → (…, rows, K)."""
    base, counts = _pairs(units, rows, mask, shift)
    slope = power * base ** (power - 1) * (0.5 if shift else 1.0)
    both = upstream[..., rows, None] + upstream.unsqueeze(-2)  # a pair is in two samples' losses
    with exact_products():
        return (slope * both).where(counts, 0) @ units


def _pairs(units: Tensor, rows: slice, mask: Tensor | None, shift: bool) -> tuple[Tensor, Tensor]:
    """What is raised to the power, and which pairs count. Shapes: (…, B, K) → (…, rows, B)."""
    with exact_products():
        cosines = units[..., rows, :] @ units.mT
    counts = ~((cosines - 1).abs() <= SAME)  # so that a NaN counts, and shows
    if mask is not None:
        counts = counts & mask.unsqueeze(-2)
    return ((cosines + 1) / 2).clamp(min=0) if shift else cosines, counts


def _length(latents: Tensor) -> tuple[Tensor, Tensor]:
    """A number not below any coordinate, and the norm in units of it. Shapes: (…, B, 1)."""
    largest = latents.detach().abs().amax(dim=-1, keepdim=True).clamp(min=1)
    return largest, torch.linalg.vector_norm(latents / largest, dim=-1, keepdim=True)
