"""Many small networks trained side by side on a CPU: layers and whole networks, with autograd.

Training sixty networks of a few hundred parameters one after another, or by `torch.func.vmap`,
spends its time in calls, not in arithmetic: matrices of 16 × 16 are too small for a library of
matrix products. Here one call computes all runs, a layer (`EnsembleLinear`) or a whole network
(`passes`) at a time. Each number is a sum in one order: a run gives the same bits alone and among
others, on any number of threads, with any width of registers.

It wins on one to some cores of a CPU while layers are narrower than a hundred or so. For wide
layers, or on a GPU, `torch.baddbmm` does as well or better; on other devices than the CPU, and in
other types than float32 and float64, the same formula in plain torch is what computes here too.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.overrides import handle_torch_function, has_torch_function_unary

from colorcore.anchor.arguments import is_recorded, is_transformed
from colorcore.anchor.ensemble import operators
from colorcore.kernels.ensemble import Network

FLOATS = (torch.float32, torch.float64)


class EnsembleLinear(nn.Module):
    """An affine map for each run: y = W x + b.

    Shapes: `weight` (runs, out, in), `bias` (runs, out); maps (runs, batch, in) to
    (runs, batch, out).

    Example:

        >>> layer = EnsembleLinear(torch.ones(2, 1, 3), torch.tensor([[0.0], [1.0]]))
        >>> layer(torch.ones(2, 4, 3))[..., 0].tolist()
        [[3.0, 3.0, 3.0, 3.0], [4.0, 4.0, 4.0, 4.0]]
    """

    def __init__(
        self, weight: Float[Tensor, "runs outputs inputs"], bias: Float[Tensor, "runs outputs"]
    ):
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(bias)

    def forward(self, x: Float[Tensor, "runs batch inputs"]) -> Float[Tensor, "runs batch outputs"]:
        _, outputs, inputs = self.weight.shape
        network = Network((inputs, outputs), ("nothing",))
        return passes(network, torch.cat([self.weight.flatten(1), self.bias], dim=1), x)[0]


def gelu(x: Tensor) -> Tensor:
    """x · Φ(x), the exact GELU, to about rounding. Shapes: any.

    Example:

        >>> gelu(torch.tensor([0.0, 100.0])).tolist()
        [0.0, 100.0]
    """
    if has_torch_function_unary(x):  # as torch's own: so torch.fx sees one call
        return handle_torch_function(gelu, (x,), x)
    if not is_for_kernels(x):
        return nn.functional.gelu(x)
    if is_recorded():
        return torch.ops.colorcore.gelu(x)[0]
    return _Gelu.apply(x)


def normalize(x: Tensor) -> Tensor:
    """Rows at unit length, as `torch.nn.functional.normalize` has them; zero vectors stay zero.

    Shapes: (…, k) → (…, k).

    Example:

        >>> normalize(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
        tensor([[0.6000, 0.8000],
                [0.0000, 0.0000]])
    """
    if has_torch_function_unary(x):
        return handle_torch_function(normalize, (x,), x)
    if not is_for_kernels(x) or x.ndim == 0 or x.shape[-1] == 0:
        return nn.functional.normalize(x, dim=-1)
    if is_recorded():
        return torch.ops.colorcore.unit(x)
    return _Unit.apply(x)


def passes(network: Network, values: Tensor, x: Tensor) -> tuple[Tensor, ...]:
    """Pass samples through the network of each run; see `colorcore.kernels.ensemble.Network`.

    Shapes: `values` (runs, parameters), `x` (runs, batch, in) → each output (runs, batch, width).

    Raises: TypeError for other types and ValueError for other shapes on the CPU;
    NotImplementedError for second derivatives there.

    Example:

        >>> network = Network((3, 8, 2), ("gelu", "nothing"))
        >>> values = torch.zeros(5, network.parameters, requires_grad=True)
        >>> (y,) = passes(network, values, torch.rand(5, 64, 3))
        >>> y.shape, torch.autograd.grad(y.sum(), values)[0].shape
        (torch.Size([5, 64, 2]), torch.Size([5, 50]))
    """
    if not is_for_kernels(x) or values.device != x.device:
        return formula(network, values, x)
    if is_recorded():
        return tuple(torch.ops.colorcore.network(values, x, network.widths, network.codes)[:-1])
    if torch.is_grad_enabled() and (values.requires_grad or x.requires_grad):
        return _Passes.apply(values, x, network)
    return tuple(operators.infer(network, values, x))


def formula(network: Network, values: Tensor, x: Tensor) -> tuple[Tensor, ...]:
    """The same in plain torch, on any device and with derivatives of any order.

    Shapes: as `passes` has them.
    """
    found: list[Tensor] = []
    start, last = 0, len(network.then) - 1
    for layer, ((fan_in, fan_out), then) in enumerate(
        zip(pairwise(network.widths), network.then, strict=True)
    ):
        stop = start + fan_out * fan_in
        weight = values[:, start:stop].unflatten(1, (fan_out, fan_in))
        x = torch.baddbmm(values[:, None, stop : stop + fan_out], x, weight.mT)
        start = stop + fan_out
        if then == "unit":
            found.append(x)
            x = nn.functional.normalize(x, dim=-1)
        if then == "gelu":
            x = nn.functional.gelu(x)
        if then != "gelu" or layer == last:
            found.append(x)
    return tuple(found)


def is_for_kernels(x: Tensor) -> bool:
    """Whether there are kernels for where a tensor is and what it holds.

    There are none for transforms of torch.func, which the formula in torch goes through.
    """
    is_plain = x.dtype in FLOATS and x.layout is torch.strided
    return x.device.type == "cpu" and is_plain and not is_transformed()


class _Passes(torch.autograd.Function):
    """As the registered operator, in less time a call, but not compiled."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, x: Tensor, network: Network) -> tuple[Tensor, ...]:
        outputs, ctx.kept = operators.forward(network, values, x)
        ctx.save_for_backward(values, x)
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, *upstream: Tensor | None
    ) -> tuple[Tensor, Tensor | None, None]:
        operators.refuse_second()
        _ = ctx.saved_tensors  # refused if something has changed them since
        return (*operators.backward(ctx.kept, upstream, ctx.needs_input_grad[1]), None)


class _Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        values, slopes = operators.gelu(x)
        ctx.save_for_backward(slopes)
        return values

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Tensor
    ) -> Tensor:
        operators.refuse_second()
        return upstream * ctx.saved_tensors[0]


class _Unit(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        units = operators.unit(x)
        ctx.save_for_backward(x, units)
        return units

    @staticmethod
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, upstream: Tensor
    ) -> Tensor:
        operators.refuse_second()
        x, units = ctx.saved_tensors
        return operators.unit_grad(x, units, upstream.contiguous())
