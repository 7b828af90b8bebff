"""Angular separation as a torch operator with autograd: Rust on the CPU, torch elsewhere."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from colorcore.anchor import operators
from colorcore.anchor.formula import formula, formula_grad
from colorcore.kernels import arguments


def angular_separation(latents: Tensor, power: float = 100.0, shift: bool = True) -> Tensor:
    """How closely each sample's direction is crowded by the others of its batch.

    The formula is that of `colorcore.kernels.angular_separation`. On the CPU it is computed in Rust
    on the tensor's own memory; on other devices, and for second derivatives, by the same formula in
    torch, with a matrix of pairs. `torch.compile` takes it whole, and so do `torch.vmap` and the
    transforms of `torch.func` but those of forward mode.

    Shapes: (…, B, K) → (…, B), ≥ 0 when shifted.

    Raises: TypeError for tensors that are not float32 or float64; ValueError for other shapes, a
    power below 1, or a fractional power when not shifted.

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
    if latents.device.type != "cpu":
        return formula(latents, power, shift)
    if torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active():
        return operators.separation(latents, power, shift)
    if latents.requires_grad and torch.is_grad_enabled():
        return _Separation.apply(latents, power, shift)
    return operators.losses(latents, power, shift)


def _check(latents: Tensor) -> None:
    if latents.dtype not in (torch.float32, torch.float64):
        raise TypeError(
            "latents must be float32 or float64 with shape (..., batch, k), got "
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
            "latents must be float32 or float64 with shape (..., batch, k), got "
            f"{str(latents.dtype).removeprefix('torch.')} {tuple(latents.shape)}; "
            "give each sample a row of at least one coordinate"
        )


class _Separation(torch.autograd.Function):
    """As `operators.separation`, in half the time a call, but neither compiled nor mapped."""

    @staticmethod
    def forward(ctx: Any, latents: Tensor, power: float, shift: bool) -> Tensor:
        losses, grad_of_sum = operators.losses_with_grad(latents, power, shift)
        ctx.save_for_backward(latents, grad_of_sum)
        ctx.law = (power, shift)
        return losses

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Tensor
    ) -> tuple[Tensor, None, None]:
        latents, grad_of_sum = ctx.saved_tensors
        if torch.is_grad_enabled():  # the gradient is to be differentiated too
            return formula_grad(latents, upstream, *ctx.law), None, None
        return operators.gradient(latents, upstream, grad_of_sum, *ctx.law), None, None
