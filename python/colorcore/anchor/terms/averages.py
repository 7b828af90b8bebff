"""Averages of a term: over the samples that it concerns, and over the positions of each."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from colorcore.anchor import distributed, samples
from colorcore.anchor.precision import precise
from colorcore.anchor.samples import Numbers
from colorcore.errors import InputError

EPSILON = 1e-8  # keeps the mean of no samples defined
LEAST_TEMPERATURE = 1e-30  # below it float32 has no inverse of it

PerSample = Float[Tensor, "*samples"]


@precise
def average(
    per_sample: PerSample,
    affinity: Numbers | None,
    *,
    mask: Numbers | None = None,
    dim: int | tuple[int, ...] = -1,
    gather: Any = None,
) -> Float[Tensor, "*runs"]:
    """Mean over the batch, or over the samples with an affinity, weighted by it.

    Σ ℓᵢ·aᵢ / (Σ aᵢ + 1e-8), which is 0 for a batch in which no sample has one. Samples without
    affinity or left out by the mask take no part, whatever their term, NaN too.

    With several processes, `gather` is their group, or True for all of them, and the mean is that
    over the batches of all ranks: each rank returns its own part of it times the number of ranks.
    The mean over ranks of what they return is the term, and as `DistributedDataParallel` takes the
    mean of the ranks' gradients, theirs is that of the term. With `gather=False` each rank has a
    mean of its own, and a labelled sample counts the more, the fewer its rank has; where samples
    are weighed and there are several processes, one of the two must be said.

    Shapes: (…, batch), and the same of the affinities, ≥ 0, and of the mask → (…). `dim` is where
    the samples are: (−2, −1) for (…, batch, position), a label a token.

    Raises: InputError for affinities or a mask of another shape, affinities below 0 or NaN, a group
    that is not set up, and several processes of which `gather` says nothing.

    Example:

        >>> average(torch.tensor([1.0, 2.0, 6.0]), None)
        tensor(3.)
        >>> average(torch.tensor([1.0, 2.0, 6.0]), [False, True, True])
        tensor(4.)
        >>> average(torch.tensor([1.0, 2.0, torch.nan]), None, mask=[True, True, False])
        tensor(1.5000)
    """
    counts = _counts(per_sample, affinity, mask)
    group = distributed.chosen(False if gather is None and counts is None else gather)
    if counts is None and group is None:
        return per_sample.mean(dim=dim)
    counts = torch.ones_like(per_sample) if counts is None else counts
    total = (per_sample.where(counts != 0, 0) * counts).sum(dim=dim)
    count = counts.sum(dim=dim)
    if group is not None:
        samples.refuse_traced("a mean over ranks")
        total = total * distributed.ranks(group)[1]
        count = distributed.summed(count, group)
    # Whole samples are counted; affinities may be as small as they like.
    return total / (count.clamp(min=1) if affinity is None else count + EPSILON)


def _counts(per_sample: Tensor, affinity: Numbers | None, mask: Numbers | None) -> Tensor | None:
    """How much each sample counts, or None when all do alike."""
    kept = None if mask is None else samples.kept(mask, per_sample)
    if affinity is None:
        return None if kept is None else kept.to(per_sample.dtype)
    found = samples.weights("affinity", affinity, per_sample)
    return found if kept is None else found.where(kept, 0)


@precise
def soft_minimum(
    per_position: Float[Tensor, "*sequences positions"],
    temperature: float | int,
    mask: Numbers | None = None,
) -> Float[Tensor, "*sequences"]:
    """The least term of each sequence, softly: for a label that one position, unknown, earns.

    −τ·log mean exp(−ℓ/τ). As τ goes to 0 it is the least; the higher, the nearer it is to the mean.
    Positions get gradients in the shares exp(−ℓ/τ) / Σ exp(−ℓ/τ), which sum to 1.

    Shapes: (…, position) and `mask`, true where a position counts, (…, position) → (…), 0 and
    without gradient where none counts.

    Raises: InputError for a temperature not above 0, or a mask of another shape.

    Source: Asadi and Littman, 2017, mellowmax, with −1/τ for ω.

    Example:

        >>> terms = torch.tensor([[0.1, 2.0, 1.0]])
        >>> soft_minimum(terms, 1e-3), soft_minimum(terms, 1e3)
        (tensor([0.1011]), tensor([1.0330]))
    """
    if not LEAST_TEMPERATURE <= temperature < torch.inf:
        raise InputError(
            f"temperature must be finite and at least {LEAST_TEMPERATURE:g}, got {temperature}; a "
            "small one gives the least, a large one the mean"
        )
    if per_position.ndim == 0 or per_position.shape[-1] == 0:
        raise InputError(
            "per_position must have an axis of at least one position, got shape "
            f"{tuple(per_position.shape)}; give a term a position"
        )
    kept = torch.ones_like(per_position, dtype=torch.bool)
    if mask is not None:
        kept = samples.kept(mask, per_position)
    count = kept.sum(dim=-1).clamp(min=1)
    least = per_position.detach().where(kept, torch.inf).amin(dim=-1)
    least = least.where(kept.any(dim=-1), 0)
    above = ((per_position.where(kept, 0) - least.unsqueeze(-1)) / temperature).where(kept, 0)
    # Of a mean near 1 the logarithm is taken by what it lacks, and near 0 by itself.
    lacking = torch.expm1(-above).sum(dim=-1) / count
    share = torch.exp(-above).where(kept, 0).sum(dim=-1) / count
    near = torch.log1p(lacking.clamp(min=-0.9))
    far = torch.log(share.where(kept.any(dim=-1), 1))
    return least - temperature * near.where(lacking > -0.5, far)
