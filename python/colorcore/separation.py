"""Angular separation as a torch operator with autograd: Rust on the CPU, torch elsewhere."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from colorcore import kernels
from colorcore.reference import EPSILON, SAME


def angular_separation(latents: Tensor, power: float = 100.0, shift: bool = True) -> Tensor:
    """How closely each sample's direction is crowded by the others of its batch.

    The formula is that of `colorcore.kernels.angular_separation`. On the CPU it is computed in Rust
    on the tensor's own memory; on other devices, and for second derivatives, by the same formula in
    torch, with a matrix of pairs.

    Shapes: (…, B, K) → (…, B), ≥ 0 when shifted.

    Raises: TypeError for tensors that are not float32 or float64; ValueError for other shapes, a
    power below 1, or a fractional power when not shifted.

    Source: Experiment 2.10.1.
    """
    _check(latents)
    if latents.device.type == "cpu":
        return _Separation.apply(latents, float(power), shift)
    kernels._check_power(power, shift=shift)
    return formula(latents, power, shift)


def formula(latents: Tensor, power: float, shift: bool) -> Tensor:
    """The same in plain torch, differentiable any number of times. Memory is O(B²)."""
    units = latents / (torch.linalg.vector_norm(latents, dim=-1, keepdim=True) + EPSILON)
    cosines = units @ units.mT
    counts = ~((cosines - 1).abs() <= SAME)  # so that a NaN counts, and shows
    base = ((cosines + 1) / 2).clamp(min=0) if shift else cosines
    return (base**power * counts).sum(dim=-1)


def _check(latents: Tensor) -> None:
    if latents.dtype not in (torch.float32, torch.float64):
        raise TypeError(
            "latents must be float32 or float64 with shape (..., batch, k), got "
            f"{str(latents.dtype).removeprefix('torch.')} {tuple(latents.shape)}; "
            "cast with latents.float()"
        )


class _Separation(torch.autograd.Function):
    # A plain autograd function: it costs some microseconds a call less than a registered operator.
    @staticmethod
    def forward(ctx: Any, latents: Tensor, power: float, shift: bool) -> Tensor:
        ctx.save_for_backward(latents)
        ctx.power, ctx.shift = power, shift
        losses = kernels.angular_separation(latents.detach().numpy(), power=power, shift=shift)
        return torch.from_numpy(losses)

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Tensor
    ) -> tuple[Tensor, None, None]:
        (latents,) = ctx.saved_tensors
        if torch.is_grad_enabled():  # the gradient is to be differentiated too: torch can
            losses = formula(latents, ctx.power, ctx.shift)
            grad = torch.autograd.grad(losses, latents, upstream, create_graph=True)[0]
            return grad, None, None
        grad = kernels.angular_separation_grad(
            latents.detach().numpy(), upstream.numpy(), power=ctx.power, shift=ctx.shift
        )
        return torch.from_numpy(grad), None, None
