"""Angular separation as a torch operator with autograd, on any device."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from colorcore.anchor import arguments, distributed, samples
from colorcore.anchor.precision import FLOATS, precise
from colorcore.anchor.separation import operators
from colorcore.anchor.separation.formula import formula_grad
from colorcore.kernels.arguments import power as checked_power


def angular_separation(
    latents: Tensor,
    power: float = 100.0,
    shift: bool = True,
    *,
    mask: samples.Numbers | None = None,
    axis: int = -1,
    gather: distributed.Group | bool | None = None,
) -> Tensor:
    """How closely each sample's direction is crowded by the others of its batch.

    The formula is that of `colorcore.kernels.angular_separation`. No matrix of pairs is held: on
    the CPU it is computed in Rust on the tensor's own memory, on an NVIDIA GPU (Ampere or newer) in
    Triton, which torch brings along on Linux; elsewhere, in float64 on a GPU and for second
    derivatives in torch, by tiles of rows. float16 and bfloat16 latents are computed in float32,
    and so are their losses; their gradient has their type. `torch.compile` takes it whole, and so
    do `torch.vmap` and the transforms of `torch.func` but those of forward mode.

    Samples that a mask leaves out take no part: their loss is 0, they crowd no other, and nothing
    that stands there comes through, not even NaN.

    Where several processes train, `gather` says who crowds whom: True for the samples of all, or
    their group, or False for those of each process alone. With the samples of all, each process
    gets the losses of its own, and its gradient is that of the sum of all processes' losses, of
    which DistributedDataParallel makes that of their mean. All of them must call.

    Shapes: (…, B, K), or with K at another `axis`, and of a mask (…, B), true where a sample takes
    part → (…, B), ≥ 0 when shifted.

    Raises: TypeError for tensors that are not of floating-point numbers; ValueError for other
    shapes, a power below 1, or a fractional power when not shifted; InputError for another mask, an
    axis that there is not, a group that is not set up, and several processes of which `gather` says
    nothing.

    Source: Experiment 2.10.1.

    Example:

        >>> latents = torch.tensor([[1.0, 0.0], [0.0, 1.0]], requires_grad=True)
        >>> losses = angular_separation(latents, power=1)
        >>> losses.tolist()
        [0.5, 0.5]
        >>> losses.mean().backward()
        >>> latents.grad.tolist()
        [[0.0, 0.5], [0.5, 0.0]]
    """
    _check(latents)
    power = checked_power(power, shift=shift)
    if axis != -1:
        latents = latents.movedim(arguments.axis(axis, latents), -1)
    shown = None if mask is None else samples.kept(mask, latents[..., 0])
    group = distributed.chosen(gather)
    if group is None:
        return _separation(latents, shown, power, shift)
    counts, (rank, _) = distributed.sizes(latents, group), distributed.ranks(group)
    everyone = distributed.gathered(latents, group)
    if shown is not None:
        shown = distributed.gathered(shown, group, axis=-1)
    losses = _separation(everyone, shown, power, shift)
    return losses.narrow(-1, sum(counts[:rank]), counts[rank])


@precise
def _separation(latents: Tensor, mask: Tensor | None, power: float, shift: bool) -> Tensor:
    if arguments.is_recorded() or arguments.is_transformed():
        return operators.separation(latents, mask, power, shift)
    if latents.requires_grad and torch.is_grad_enabled():
        return _Separation.apply(latents, mask, power, shift)
    return operators.losses(latents, mask, power, shift)


def _check(latents: Tensor) -> None:
    if latents.dtype not in FLOATS:
        raise TypeError(
            "latents must be floating-point numbers with shape (..., batch, k), got "
            f"{str(latents.dtype).removeprefix('torch.')} {tuple(latents.shape)}; "
            "cast with latents.float()"
        )
    if latents.layout is not torch.strided:
        raise TypeError(
            f"latents must be dense, got {str(latents.layout).removeprefix('torch.')}; pass "
            "latents.to_dense()"
        )
    if latents.ndim < 2 or latents.shape[-1] == 0:
        raise ValueError(
            "latents must be floating-point numbers with shape (..., batch, k), got "
            f"{str(latents.dtype).removeprefix('torch.')} {tuple(latents.shape)}; "
            "give each sample a row of at least one coordinate"
        )


class _Separation(torch.autograd.Function):
    """As `operators.separation`, in half the time a call, but neither compiled nor mapped."""

    @staticmethod
    def forward(
        ctx: Any, latents: Tensor, mask: Tensor | None, power: float, shift: bool
    ) -> Tensor:
        losses, grad_of_sum = operators.losses_with_grad(latents, mask, power, shift)
        ctx.save_for_backward(latents, grad_of_sum, mask)
        ctx.law = (power, shift)
        return losses

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Tensor
    ) -> tuple[Tensor, None, None, None]:
        latents, grad_of_sum, mask = ctx.saved_tensors
        power, shift = ctx.law
        if torch.is_grad_enabled():  # the gradient is to be differentiated too
            return formula_grad(latents, upstream, power, shift, mask), None, None, None
        grad = operators.gradient(latents, upstream, grad_of_sum, mask, power, shift)
        return grad, None, None, None
