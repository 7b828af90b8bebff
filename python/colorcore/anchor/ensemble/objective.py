"""The objective of each run of an ensemble as one differentiable call: errors and terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from colorcore.anchor.arguments import is_recorded
from colorcore.anchor.ensemble import operators
from colorcore.anchor.ensemble.networks import is_for_kernels
from colorcore.anchor.precision import precise
from colorcore.anchor.separation.angular import angular_separation
from colorcore.anchor.terms import per_sample as plain
from colorcore.anchor.terms.averages import average
from colorcore.anchor.terms.tilted import tilted_anchor
from colorcore.kernels.objective import Term, code


def objective(
    terms: Sequence[Term],
    encoder: Tensor,
    bottleneck: Tensor,
    recon: Tensor,
    *,
    wanted: Tensor,
    labels: Tensor,
) -> Tensor:
    """Mean squared error of each run's reconstruction, and each term, unweighted.

    Shapes: `encoder` and `bottleneck` (runs, batch, latent), `recon` and `wanted` (runs, batch,
    channels), `labels` (runs, batch, concepts) → (1 + terms, runs).

    Raises: TypeError for other types and ValueError for other shapes on the CPU;
    NotImplementedError for second derivatives there.

    Example:

        >>> z = torch.tensor([[[0.6, 0.8], [1.0, 0.0]]], requires_grad=True)
        >>> colors, labels = torch.zeros(1, 2, 3), torch.tensor([[[True], [False]]])
        >>> anchor = Term("angular-anchor", 1, (1.0, 0.0), affinities=(1.0,))
        >>> objective([anchor], z, z, colors + 0.5, wanted=colors, labels=labels).squeeze(1)
        tensor([0.2500, 0.4000], grad_fn=<SqueezeBackward1>)
    """
    given = (encoder, bottleneck, recon, wanted, labels)
    if not is_for_kernels(encoder):
        return formula(terms, *given)
    if is_recorded():
        numbers = code(tuple(terms), labels.shape[-1])
        return torch.ops.colorcore.objective(*given, *numbers)[0]
    return _Objective.apply(*given, terms)


def weighted(
    terms: Sequence[Term],
    encoder: Tensor,
    bottleneck: Tensor,
    recon: Tensor,
    *,
    wanted: Tensor,
    labels: Tensor,
    weights: Tensor,
) -> tuple[Tensor, Tensor]:
    """The weighted sum of all runs' terms, to be differentiated, and the terms themselves.

    The same as `(objective(...) * weights).sum()`, in fewer calls. Runs share no parameter, so the
    gradient of their sum keeps them apart.

    Shapes: as `objective` has them; `weights` (1 + terms, runs) → (), (1 + terms, runs).

    Raises: as `objective`.

    Example:

        >>> z = torch.tensor([[[0.6, 0.8], [1.0, 0.0]]], requires_grad=True)
        >>> colors, labels = torch.zeros(1, 2, 3), torch.tensor([[[True], [False]]])
        >>> given = {"wanted": colors, "labels": labels, "weights": torch.tensor([[2.0]])}
        >>> total, found = weighted([], z, z, colors + 0.5, **given)
        >>> total.item(), found.tolist()
        (0.5, [[0.25]])
    """
    given = (encoder, bottleneck, recon, wanted, labels)
    if not is_for_kernels(encoder) or is_recorded():
        found = objective(terms, *given[:3], wanted=wanted, labels=labels)
        return (found * weights).sum(), found.detach()
    return _Weighted.apply(*given, weights, terms)


def formula(
    terms: Sequence[Term],
    encoder: Tensor,
    bottleneck: Tensor,
    recon: Tensor,
    wanted: Tensor,
    labels: Tensor,
) -> Tensor:
    """The same in plain torch, on any device. Shapes: as `objective` has them."""
    found = [(recon - wanted).square().mean(dim=(1, 2))]
    for term in terms:
        latents = (encoder, bottleneck)[term.layer]
        affinity = None
        if term.affinities is not None:
            affinity = labels.to(latents.dtype) @ latents.new_tensor(term.affinities)
        if term.kind == "hide":
            assert affinity is not None
            found.append(average(_hide(latents, term, wanted, affinity), affinity))
        else:
            found.append(average(per_sample(term, latents, affinity), affinity))
    return torch.stack(found)


def per_sample(term: Term, latents: Tensor, affinity: Tensor | None) -> Tensor:
    """What a term costs each sample. Shapes: (…, batch, latent), (…, batch) → (…, batch)."""
    match term.kind:
        case "separation":
            return angular_separation(latents, term.power, term.flag)
        case "angular-anchor":
            return plain.angular_anchor(latents, term.vector)
        case "tilted-anchor":
            dims = [k for k, x in enumerate(term.off_axis) if not x]
            options = {"toward": "mean" if term.flag else "nearest", "labelled": affinity}
            return tilted_anchor(latents, term.vector, tilt=term.power, dims=dims, **options)
        case "euclidean-anchor":
            return plain.euclidean_anchor(latents, term.vector)
        case "anti-anchor":
            return plain.anti_anchor(latents, term.vector, full_sphere=term.flag)
        case "subspace":
            dims = [k for k, x in enumerate(term.vector) if x]
            return plain.repel_subspace(latents, dims, side="both" if term.flag else "negative")
        case _:
            return plain.unitarity(latents)


@precise
def _hide(latents: Tensor, term: Term, colors: Tensor, affinity: Tensor) -> Tensor:
    """1 − cos of what is left without the axes to that of typical samples, held constant.

    Shapes: (runs, batch, latent), (runs, batch, channels), (runs, batch) → (runs, batch).
    """
    off_axis = torch.tensor(term.off_axis, device=latents.device) != 0
    left = plain.units(latents.where(off_axis, 0))
    distance = (colors - colors.mean(dim=1, keepdim=True)).square().sum(dim=-1)
    near = (1 - distance / term.power**2).clamp(min=0).pow(3)
    half = torch.linalg.vector_norm(latents.detach(), dim=-1, keepdim=True) / 2
    is_typical = ((latents.abs() < half) | off_axis).all(dim=-1) & (affinity == 0)
    weighted = left.detach() * (near * is_typical).unsqueeze(-1)
    toward = plain.units(weighted.sum(dim=1, keepdim=True))
    return (1 - (left * toward).sum(dim=-1)).where(toward.any(dim=-1), 0)


class _Objective(torch.autograd.Function):
    """As the registered operator, in less time a call, but not compiled."""

    @staticmethod
    def forward(
        ctx: Any,
        encoder: Tensor,
        bottleneck: Tensor,
        recon: Tensor,
        wanted: Tensor,
        labels: Tensor,
        terms: Sequence[Term],
    ) -> Tensor:
        found, ctx.kept = operators.costs(terms, (encoder, bottleneck, recon, wanted, labels))
        ctx.save_for_backward(encoder, bottleneck, recon, wanted, labels)
        return found

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Tensor
    ) -> tuple[Tensor | None, ...]:
        operators.refuse_second()
        _ = ctx.saved_tensors  # refused if something has changed them since
        found = operators.costs_grad(ctx.kept, upstream)
        return (*found, None, None, None)


class _Weighted(torch.autograd.Function):
    """`_Objective`, and the weighted sum behind it."""

    @staticmethod
    def forward(
        ctx: Any,
        encoder: Tensor,
        bottleneck: Tensor,
        recon: Tensor,
        wanted: Tensor,
        labels: Tensor,
        weights: Tensor,
        terms: Sequence[Term],
    ) -> tuple[Tensor, Tensor]:
        found, ctx.kept = operators.costs(terms, (encoder, bottleneck, recon, wanted, labels))
        ctx.save_for_backward(encoder, bottleneck, recon, wanted, labels, weights)
        ctx.mark_non_differentiable(found)
        return (found * weights).sum(), found

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Tensor, _: Tensor
    ) -> tuple[Tensor | None, ...]:
        operators.refuse_second()
        found = operators.costs_grad(ctx.kept, ctx.saved_tensors[-1] * upstream)
        return (*found, None, None, None, None)
