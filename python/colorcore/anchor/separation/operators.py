"""The separation kernels, and registered with torch.

Rust on the CPU, Triton on a GPU, and the formula on other devices or where there is no Triton.
Registered operators are opaque to torch's compiler, which needs but their shapes, and can be mapped
over: a mapped axis becomes one more leading axis. `separation.angular` is the face to use.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from colorcore.anchor.separation import cpu as cpu_separation
from colorcore.anchor.separation.formula import formula, formula_grad

HAS_TRITON = find_spec("triton") is not None


def losses(latents: Tensor, mask: Tensor | None, power: float, shift: bool) -> Tensor:
    """ℓ of each sample. Shapes: (…, B, K), and of a mask (…, B) → (…, B)."""
    latents = latents.detach()
    kernel = _kernel(latents, power)
    if kernel is None:
        return formula(latents, power, shift, mask)
    return kernel.losses(latents, mask, power, shift)


def losses_with_grad(
    latents: Tensor, mask: Tensor | None, power: float, shift: bool
) -> tuple[Tensor, Tensor]:
    """ℓ of each sample and the gradient of Σ ℓ. Shapes: (…, B, K) → (…, B) and (…, B, K)."""
    latents = latents.detach()
    kernel = _kernel(latents, power)
    if kernel is None:
        found = formula(latents, power, shift, mask)
        return found, formula_grad(latents, torch.ones_like(found), power, shift, mask)
    return kernel.losses_with_grad(latents, mask, power, shift)


def gradient(
    latents: Tensor,
    upstream: Tensor,
    grad_of_sum: Tensor,
    mask: Tensor | None,
    power: float,
    shift: bool,
) -> Tensor:
    """Gradient of Σ upstream · ℓ. Shapes: (…, B, K), (…, B), (…, B, K) → (…, B, K)."""
    given = [tensor.detach() for tensor in (latents, upstream, grad_of_sum)]
    kernel = _kernel(latents, power)
    if kernel is None:
        return formula_grad(given[0], given[1], power, shift, mask)
    return kernel.gradient(*given, mask, power, shift)


def _kernel(latents: Tensor, power: float) -> ModuleType | None:
    """The module that has them for these latents."""
    if latents.device.type == "cpu":
        return cpu_separation
    if latents.device.type != "cuda" or not HAS_TRITON:
        return None
    gpu = import_module("colorcore.anchor.separation.gpu")
    return gpu if gpu.is_served(latents, power) else None


def separation(latents: Tensor, mask: Tensor | None, power: float, shift: bool) -> Tensor:
    """ℓ of each sample by the registered operators. Shapes: (…, B, K) → (…, B)."""
    return _Separation.apply(latents, mask, power, shift)[0]


class _Separation(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(
        latents: Tensor, mask: Tensor | None, power: float, shift: bool
    ) -> tuple[Tensor, Tensor]:
        return torch.ops.colorcore.separation(latents, mask, power, shift)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        latents, mask, *ctx.law = inputs
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(latents, mask, output[1])

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Tensor, _: Tensor
    ) -> tuple[Tensor, None, None, None]:
        latents, mask, grad_of_sum = ctx.saved_tensors
        power, shift = ctx.law
        if torch.is_grad_enabled() and not torch.compiler.is_compiling():
            return formula_grad(latents, upstream, power, shift, mask), None, None, None  # again
        given = (latents, upstream, grad_of_sum, mask)
        return torch.ops.colorcore.separation_grad(*given, power, shift), None, None, None


_LIBRARY = torch.library.Library("colorcore", "DEF")


def _register(schema: str, kernel: Any, fake: Any, tensors: int, gradient_of: Any = None) -> None:
    """An operator whose first arguments are so many tensors, the last of which may be none."""
    name = _LIBRARY.define(schema)
    operator = getattr(torch.ops.colorcore, name)

    def mapped(info: Any, in_dims: tuple[int | None, ...], *args: Any) -> Any:
        leading = [
            _lead(tensor, dim, info.batch_size)
            for tensor, dim in zip(args[:tensors], in_dims, strict=False)
        ]
        found = operator(*leading, *args[tensors:])
        return found, (0, 0) if isinstance(found, tuple) else 0

    _LIBRARY.impl(name, kernel, "CompositeExplicitAutograd")
    torch.library.register_fake(f"colorcore::{name}", fake, lib=_LIBRARY)
    torch.library.register_vmap(f"colorcore::{name}", mapped, lib=_LIBRARY)
    if gradient_of is not None:  # a trace keeps the operator alone, and it its gradient
        torch.library.register_autograd(
            f"colorcore::{name}",
            gradient_of.backward,
            setup_context=gradient_of.setup_context,
            lib=_LIBRARY,
        )


def _lead(tensor: Tensor | None, dim: int | None, size: int) -> Tensor | None:
    """With the axis that is mapped over in front."""
    if tensor is None:
        return None
    return tensor.expand(size, *tensor.shape) if dim is None else tensor.movedim(dim, 0)


_register(
    "separation(Tensor latents, Tensor? mask, float power, bool shift) -> (Tensor, Tensor)",
    losses_with_grad,
    lambda z, mask, power, shift: (z.new_empty(z.shape[:-1]), z.new_empty(z.shape)),
    tensors=2,
    gradient_of=_Separation,
)
_register(
    "separation_grad(Tensor latents, Tensor upstream, Tensor grad_of_sum, Tensor? mask, "
    "float power, bool shift) -> Tensor",
    gradient,
    lambda z, upstream, grad_of_sum, mask, power, shift: z.new_empty(z.shape),
    tensors=4,
)
