"""The separation kernels on tensors, and registered with torch.

Registered operators are opaque to torch's compiler, which needs but their shapes, and can be mapped
over: a mapped axis becomes one more leading axis. `colorcore.anchor.separation` is the face to use.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from colorcore import kernels
from colorcore.anchor.ensemble_operators import array
from colorcore.anchor.formula import formula_grad


def losses(latents: Tensor, power: float, shift: bool) -> Tensor:
    """ℓ of each sample. Shapes: (…, B, K) → (…, B)."""
    found = kernels.angular_separation(array(latents), power=power, shift=shift)
    return torch.from_numpy(found)


def losses_with_grad(latents: Tensor, power: float, shift: bool) -> tuple[Tensor, Tensor]:
    """ℓ of each sample and the gradient of Σ ℓ. Shapes: (…, B, K) → (…, B) and (…, B, K)."""
    found = kernels.angular_separation_with_grad(array(latents), power=power, shift=shift)
    return torch.from_numpy(found[0]), torch.from_numpy(found[1])


def gradient(
    latents: Tensor, upstream: Tensor, grad_of_sum: Tensor, power: float, shift: bool
) -> Tensor:
    """Gradient of Σ upstream · ℓ. Shapes: (…, B, K), (…, B), (…, B, K) → (…, B, K)."""
    found = kernels.angular_separation_grad(
        array(latents),
        array(upstream),
        grad_of_sum=array(grad_of_sum),
        power=power,
        shift=shift,
    )
    return torch.from_numpy(found)


def separation(latents: Tensor, power: float, shift: bool) -> Tensor:
    """ℓ of each sample by the registered operators. Shapes: (…, B, K) → (…, B)."""
    return _Separation.apply(latents, power, shift)[0]


class _Separation(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(latents: Tensor, power: float, shift: bool) -> tuple[Tensor, Tensor]:
        return torch.ops.colorcore.separation(latents, power, shift)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        latents, *ctx.law = inputs
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(latents, output[1])

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Tensor, _: Tensor
    ) -> tuple[Tensor, None, None]:
        latents, grad_of_sum = ctx.saved_tensors
        if torch.is_grad_enabled() and not torch.compiler.is_compiling():
            return formula_grad(latents, upstream, *ctx.law), None, None  # to be differentiated too
        grad = torch.ops.colorcore.separation_grad(latents, upstream, grad_of_sum, *ctx.law)
        return grad, None, None


_LIBRARY = torch.library.Library("colorcore", "DEF")


def _register(schema: str, kernel: Any, fake: Any, tensors: int) -> None:
    """An operator whose first arguments are so many tensors."""
    name = _LIBRARY.define(schema)
    operator = getattr(torch.ops.colorcore, name)

    def mapped(info: Any, in_dims: tuple[int | None, ...], *args: Any) -> Any:
        leading = [
            tensor.expand(info.batch_size, *tensor.shape) if dim is None else tensor.movedim(dim, 0)
            for tensor, dim in zip(args[:tensors], in_dims, strict=False)
        ]
        found = operator(*leading, *args[tensors:])
        return found, (0, 0) if isinstance(found, tuple) else 0

    _LIBRARY.impl(name, kernel, "CPU")
    torch.library.register_fake(f"colorcore::{name}", fake, lib=_LIBRARY)
    torch.library.register_vmap(f"colorcore::{name}", mapped, lib=_LIBRARY)


_register(
    "separation(Tensor latents, float power, bool shift) -> (Tensor, Tensor)",
    losses_with_grad,
    lambda z, power, shift: (z.new_empty(z.shape[:-1]), z.new_empty(z.shape)),
    tensors=1,
)
_register(
    "separation_grad(Tensor latents, Tensor upstream, Tensor grad_of_sum, float power, bool shift)"
    " -> Tensor",
    gradient,
    lambda z, upstream, grad_of_sum, power, shift: z.new_empty(z.shape),
    tensors=3,
)
