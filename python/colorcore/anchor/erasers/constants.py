"""Directions given up for the constant that harms a model's loss least."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from colorcore.anchor import arguments, samples
from colorcore.anchor.arguments import Dims, Vectors
from colorcore.anchor.erasers.descent import least
from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.layers.captures import capture
from colorcore.anchor.layers.items import Index
from colorcore.anchor.samples import Numbers
from colorcore.errors import InputError

SAMPLES = 8
"""So many samples' own coordinates are tried first, beside their mean and zero."""


def optimal_ablation(
    model: nn.Module,
    batch: Tensor | tuple[Any, ...] | Mapping[str, Any],
    loss: Callable[[Any], Tensor],
    *,
    layer: str,
    dims: Dims | None = None,
    directions: Vectors | None = None,
    weights: Numbers | None = None,
    runs: bool = False,
    axis: int = -1,
    index: Index = None,
) -> Affine:
    """Replaces what latents have along some directions by the constant with the least mean loss.

    The loss is that of the batch, which runs through the model as a whole. From the best of zero,
    the mean and some samples' coordinates it is followed downwards, so that another constant with
    a lower loss may be missed, but none of these. With runs, each gets a constant of its own.

    Shapes: what `layer` gives is (…, latent, …), latent at `axis`, and with `runs` their axis is
    the first; `loss` takes what the model gives and gives a number a sample, of any shape, with
    runs (runs, …); `weights` the same, ≥ 0. `dims` in 0…latent − 1, or `directions` (latent,),
    (k, latent) or (runs, k, latent), none in the span of the others.

    Raises: InputError for a model that is training, a loss that does not depend on the layer, is
    not finite or falls for ever, weights of another shape, below 0 or all 0, dimensions that there
    are not, and as `intervene` does.

    Source: Li and Janson, 2024, Optimal ablation for interpretability.

    Example:

        >>> model = nn.Sequential(nn.Identity()).eval()
        >>> batch = torch.tensor([[3.0, 1.0], [6.0, 2.0]])
        >>> def loss(output):
        ...     return (output[:, 0] - torch.tensor([0.0, 10.0])).square()
        >>> optimal_ablation(model, batch, loss, layer="0", dims=[0])(batch)
        tensor([[5., 1.],
                [5., 2.]])
    """
    if any(one.training for one in model.modules()):
        raise InputError(
            "model: wanted one as it evaluates, got one in training; call model.eval()"
        )
    with torch.no_grad(), capture(model, [layer], axis=axis, index=index) as layers:
        error = torch.finfo(_checked(loss(_run(model, batch))).dtype).eps
    latents = _rows(layers[layer], layer, runs)
    basis = _basis(latents, dims, directions, runs)
    ablation = _Ablation(model, batch, loss, weights, layer, index, basis, runs, axis)
    return ablation.eraser(least(ablation.losses, _starts(latents @ basis.mT), error=error))


@dataclass(frozen=True)
class _Ablation:
    """A model whose latents have constants along the rows of a basis (runs, k, latent)."""

    model: nn.Module
    batch: Any
    loss: Callable[[Any], Tensor]
    weights: Numbers | None
    layer: str
    index: Index
    basis: Tensor
    runs: bool
    axis: int

    def eraser(self, constants: Tensor) -> Affine:
        """Shapes: (runs, k)."""
        eye = torch.eye(self.basis.shape[-1], dtype=self.basis.dtype)
        kept = eye - self.basis.mT @ self.basis
        shifts = (constants[:, None] @ self.basis)[:, 0]
        if self.runs:
            return Affine(kept, shifts, axis=self.axis)
        return Affine(kept[0], shifts[0], axis=self.axis)

    def losses(self, constants: Tensor) -> tuple[Tensor, Tensor]:
        """Mean losses and their slopes, through the intervention itself, roundings and all.

        Shapes: (runs, k) → (runs,) and (runs, k).
        """
        constants, eraser = constants.detach().requires_grad_(), self.eraser(constants.detach())
        shift = (constants[:, None] @ self.basis)[:, 0]

        def act(latents: Tensor) -> Tensor:
            learned = {"shift": shift if self.runs else shift[0]}
            return functional_call(eraser, learned, (latents,))

        with torch.enable_grad(), intervene(self.model, act, layer=self.layer, index=self.index):
            losses = _checked(self.loss(_run(self.model, self.batch)))
            found = _means(losses, self.weights, len(constants), self.runs)
        slopes = None
        if found.requires_grad:
            (slopes,) = torch.autograd.grad(found.sum(), constants, allow_unused=True)
        if slopes is None:
            raise InputError(
                f"loss must depend on what layer {self.layer} gives, with a gradient, got one that "
                "does not; name a layer that the loss hears of, and detach nothing behind it"
            )
        return found.detach(), slopes


def _run(model: nn.Module, batch: Any) -> Any:
    if isinstance(batch, Mapping):
        return model(**batch)
    return model(*batch) if isinstance(batch, tuple) else model(batch)


def _rows(latents: Tensor, layer: str, runs: bool) -> Tensor:
    """Latents in float64 on the CPU. Shapes: (runs or 1, samples, latent)."""
    if latents.ndim < 2 + runs:
        wanted = "(runs, …, samples, latent)" if runs else "(…, samples, latent)"
        raise InputError(
            f"layer {layer}: wanted latents {wanted}, got shape {tuple(latents.shape)}; name "
            "another layer"
        )
    found = latents.detach().to("cpu", torch.float64)
    if not found.isfinite().all():
        raise InputError(f"layer {layer}: wanted finite latents, got NaN or ∞; give another batch")
    return found.flatten(1, -2) if runs else found.reshape(1, -1, found.shape[-1])


def _basis(latents: Tensor, dims: Dims | None, directions: Vectors | None, runs: bool) -> Tensor:
    """Orthonormal directions of each run. Shapes: (runs, k, latent)."""
    count, _, width = latents.shape
    if (dims is None) == (directions is None):
        got = "neither" if dims is None else "both"
        raise InputError(f"dims or directions must be given, got {got}; give one of the two")
    if dims is not None:
        directions = torch.eye(width)[arguments.dims(dims, width)]
    assert directions is not None
    rows = arguments.numbers(directions, name="directions").detach().cpu()
    if not rows.numel():
        raise InputError("dims must name a dimension, got none; say what shall carry nothing")
    if runs and rows.ndim == 3:
        if len(rows) != count:
            raise InputError(
                f"directions must be those of {count} runs, got shape {tuple(rows.shape)}; give "
                "(runs, k, latent), or the same for all"
            )
        return torch.stack([arguments.basis(one, latents) for one in rows])
    return arguments.basis(rows, latents).expand(count, -1, -1)


def _starts(coordinates: Tensor) -> Tensor:
    """Shapes: (runs, samples, k) → (starts, runs, k)."""
    places = torch.linspace(0, coordinates.shape[1] - 1, SAMPLES).round().long().unique()
    mean = coordinates.mean(dim=1)
    return torch.stack([torch.zeros_like(mean), mean, *coordinates[:, places].unbind(1)])


def _checked(losses: object) -> Tensor:
    if not isinstance(losses, Tensor) or not losses.is_floating_point() or not losses.numel():
        got = type(losses).__name__
        if isinstance(losses, Tensor):
            got = f"{str(losses.dtype).removeprefix('torch.')} {tuple(losses.shape)}"
        raise InputError(
            f"loss must give a tensor with a real number a sample, got {got}; reduction='none' "
            "leaves one a sample"
        )
    return losses


def _means(losses: Tensor, weights: Numbers | None, count: int, runs: bool) -> Tensor:
    """The mean loss of each run, in float64 on the CPU. Shapes: (runs or 1,)."""
    if runs and (losses.ndim < 2 or len(losses) != count):
        raise InputError(
            f"loss must give a number a sample in each of {count} runs, got shape "
            f"{tuple(losses.shape)}; give (runs, …, samples)"
        )
    wide = losses.to("cpu", torch.float64)
    if weights is None:
        return wide.reshape(count, -1).mean(dim=1)
    shares = samples.weights("weights", weights, wide).reshape(count, -1)
    total = shares.sum(dim=1)
    if not (total > 0).all():
        raise InputError(
            "weights must be above 0 for some sample of each run, got 0 for all; leave weights out "
            "where all samples count alike"
        )
    # What does not count has no part, NaN neither.
    counted = wide.reshape(count, -1).where(shares > 0, 0)
    return (counted * shares).sum(dim=1) / total
