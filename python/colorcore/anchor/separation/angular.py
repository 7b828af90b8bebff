"""Angular separation as a torch operator with autograd, on any device."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from colorcore.anchor.precision import HALF, precise
from colorcore.anchor.separation import operators
from colorcore.anchor.separation.formula import formula_grad
from colorcore.errors import InputError
from colorcore.kernels import arguments

FLOATS = (torch.float32, torch.float64, *HALF)


def angular_separation(
    latents: Tensor,
    power: float = 100.0,
    shift: bool = True,
    *,
    mask: Tensor | None = None,
    axis: int = -1,
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

    Shapes: (…, B, K), or with K at another `axis`, and of a mask (…, B), true where a sample takes
    part → (…, B), ≥ 0 when shifted.

    Raises: TypeError for tensors that are not of floating-point numbers; ValueError for other
    shapes, a power below 1, or a fractional power when not shifted; InputError for another mask.

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
    power = arguments.power(power, shift=shift)
    if axis != -1:
        latents = latents.movedim(axis, -1)
    if mask is not None:
        mask = _checked_mask(mask, latents)
    return _separation(latents, mask, power, shift)


@precise
def _separation(latents: Tensor, mask: Tensor | None, power: float, shift: bool) -> Tensor:
    if torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active():
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


def _checked_mask(mask: Tensor, latents: Tensor) -> Tensor:
    if mask.dtype != torch.bool or mask.shape != latents.shape[:-1]:
        raise InputError(
            f"mask must be booleans with the samples' shape, {tuple(latents.shape[:-1])}, got "
            f"{str(mask.dtype).removeprefix('torch.')} {tuple(mask.shape)}; give true where a "
            "sample takes part"
        )
    return mask.to(latents.device)


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
