"""The kernels for ensembles on tensors, and registered with torch.

Registered operators are opaque to torch's compiler, which needs but their shapes.
`colorcore.anchor.ensemble.networks` and `colorcore.anchor.ensemble.objective` are the faces to use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from colorcore.anchor.arrays import array
from colorcore.kernels import ensemble, objective
from colorcore.kernels.ensemble import Network
from colorcore.kernels.native import BACKEND, native_for
from colorcore.kernels.objective import Term


def tensor(array: Any) -> Tensor:
    return torch.from_numpy(array)


def refuse_second() -> None:
    """Refuse to be differentiated twice.

    Raises: NotImplementedError when the gradient is to have a gradient.
    """
    if torch.is_grad_enabled() and not torch.compiler.is_compiling():
        raise NotImplementedError(
            "ensemble: wanted first derivatives only, got a call for the second; use the `formula` "
            "of colorcore.anchor.ensemble.networks or colorcore.anchor.ensemble.objective"
        )


class Pass(NamedTuple):
    """What the backward pass of networks needs. Arrays that share the tensors' memory."""

    network: Network
    values: Any
    x: Any
    tape: Any


def infer(network: Network, values: Tensor, x: Tensor) -> list[Tensor]:
    """What the network gives."""
    return list(map(tensor, ensemble.forward(network, array(values), array(x), keep=False)[0]))


def forward(network: Network, values: Tensor, x: Tensor) -> tuple[list[Tensor], Pass]:
    """What the network gives, and what its backward pass needs."""
    rows, samples = array(values.contiguous()), array(x.contiguous())
    outputs, tape = ensemble.forward(network, rows, samples)
    return list(map(tensor, outputs)), Pass(network, rows, samples, tape)


def backward(
    kept: Pass, upstream: Sequence[Tensor | None], wants_inputs: bool
) -> tuple[Tensor, Tensor | None]:
    """Gradients by parameters and inputs."""
    # Torch sees to it that gradients have the outputs' shapes.
    gradients = [None if g is None else array(g.contiguous()) for g in upstream]
    network, values, x, tape = kept
    if BACKEND == "reference":
        found = ensemble.backward(*kept, gradients)
    else:
        kernel = native_for("ensemble_backward", values)
        widths, codes = network.widths, network.codes
        found = kernel(values, x, tape, gradients, widths, codes, wants_inputs)
    return tensor(found[0]), None if found[1] is None else tensor(found[1])


def gelu(x: Tensor) -> tuple[Tensor, Tensor]:
    """GELU and its slope."""
    values, slopes = ensemble.gelu(array(x))
    return tensor(values), tensor(slopes)


def unit(x: Tensor) -> Tensor:
    return tensor(ensemble.unit(array(x)))


def unit_grad(x: Tensor, units: Tensor, upstream: Tensor) -> Tensor:
    return tensor(ensemble.unit_grad(array(x), array(units), array(upstream)))


def costs(terms: Sequence[Term], given: Sequence[Tensor]) -> tuple[Tensor, tuple[Any, ...]]:
    """Each run's terms, and what the gradient needs."""
    arrays = objective.given(*map(array, given))
    found, pairs = objective.objective(terms, arrays)
    return tensor(found), (terms, arrays, pairs)


def costs_grad(
    kept: tuple[Any, ...], upstream: Tensor
) -> tuple[Tensor | None, Tensor | None, Tensor]:
    """Gradients by encoder, bottleneck and reconstruction."""
    terms, given, pairs = kept
    found = objective.objective_grad(terms, given, pairs, array(upstream))
    encoder, bottleneck, recon = found
    return (
        None if encoder is None else tensor(encoder),
        None if bottleneck is None else tensor(bottleneck),
        tensor(recon),
    )


_LIBRARY = torch.library.Library("colorcore", "FRAGMENT")


def _register(schema: str, kernel: Any, fake: Any, setup: Any = None, grad: Any = None) -> None:
    name = f"colorcore::{_LIBRARY.define(schema)}"
    _LIBRARY.impl(name.removeprefix("colorcore::"), kernel, "CPU")
    torch.library.register_fake(name, fake, lib=_LIBRARY)
    if grad is not None:
        torch.library.register_autograd(name, grad, setup_context=setup, lib=_LIBRARY)


def _network(widths: Sequence[int], then: Sequence[int]) -> Network:
    return Network(tuple(widths), tuple(ensemble.THEN[code] for code in then))


# ---- gelu -----------------------------------------------------------------------------------


def _gelu_setup(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    ctx.save_for_backward(output[1])
    ctx.mark_non_differentiable(output[1])


def _gelu_grad(ctx: Any, upstream: Tensor, _: Tensor) -> Tensor:
    refuse_second()
    return upstream * ctx.saved_tensors[0]


_register(
    "gelu(Tensor x) -> (Tensor, Tensor)",
    gelu,
    lambda x: (x.new_empty(x.shape), x.new_empty(x.shape)),
    _gelu_setup,
    _gelu_grad,
)


# ---- unit -----------------------------------------------------------------------------------


def _unit_setup(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(inputs[0], output)


def _unit_grad(ctx: Any, upstream: Tensor) -> Tensor:
    refuse_second()
    return torch.ops.colorcore.unit_grad(*ctx.saved_tensors, upstream)


_register(
    "unit_grad(Tensor x, Tensor units, Tensor upstream) -> Tensor",
    unit_grad,
    lambda x, units, upstream: x.new_empty(x.shape),
)
_register("unit(Tensor x) -> Tensor", unit, lambda x: x.new_empty(x.shape), _unit_setup, _unit_grad)


# ---- network --------------------------------------------------------------------------------


def _forward(values: Tensor, x: Tensor, widths: list[int], then: list[int]) -> list[Tensor]:
    outputs, kept = forward(_network(widths, then), values, x)
    return [*outputs, tensor(kept.tape)]


def _forward_fake(values: Tensor, x: Tensor, widths: list[int], then: list[int]) -> list[Tensor]:
    network = _network(widths, then)
    outputs = [x.new_empty(*x.shape[:2], output.width) for output in network.outputs]
    return [*outputs, x.new_empty(x.shape[0] * x.shape[1] * network.kept)]


def _forward_setup(ctx: Any, inputs: tuple[Any, ...], output: list[Tensor]) -> None:
    values, x, ctx.widths, ctx.then = inputs
    ctx.save_for_backward(values, x, output[-1])


def _forward_grad(ctx: Any, upstream: list[Tensor | None]) -> tuple[Any, ...]:
    refuse_second()
    found = torch.ops.colorcore.network_grad(
        *ctx.saved_tensors, upstream[:-1], ctx.widths, ctx.then
    )
    return (*found, None, None)


def _backward(
    values: Tensor,
    x: Tensor,
    tape: Tensor,
    upstream: list[Tensor | None],
    widths: list[int],
    then: list[int],
) -> tuple[Tensor, Tensor]:
    rows, samples = array(values.contiguous()), array(x.contiguous())
    kept = Pass(_network(widths, then), rows, samples, array(tape))
    by_values, by_x = backward(kept, upstream, wants_inputs=True)
    assert by_x is not None
    return by_values, by_x


_register(
    "network_grad(Tensor values, Tensor x, Tensor tape, Tensor?[] upstream, int[] widths, "
    "int[] then) -> (Tensor, Tensor)",
    _backward,
    lambda values, x, *_: (values.new_empty(values.shape), x.new_empty(x.shape)),
)
_register(
    "network(Tensor values, Tensor x, int[] widths, int[] then) -> Tensor[]",
    _forward,
    _forward_fake,
    _forward_setup,
    _forward_grad,
)


# ---- objective ------------------------------------------------------------------------------

_TERMS = "int[] codes, float[] powers, float[] vectors, float[] off_axes, float[] affinities"
_GIVEN = "Tensor encoder, Tensor bottleneck, Tensor recon, Tensor wanted, Tensor labels"


def _costs(
    encoder: Tensor, bottleneck: Tensor, recon: Tensor, wanted: Tensor, labels: Tensor, *terms: Any
) -> tuple[Tensor, Tensor]:
    given = tuple(map(array, (encoder, bottleneck, recon, wanted, labels)))
    found, pairs = native_for("objective", given[0])(given, *terms)
    return tensor(found), tensor(pairs)


def _costs_fake(encoder: Tensor, *rest: Any) -> tuple[Tensor, Tensor]:
    codes, powers = rest[4], rest[5]
    separations = sum(kind == objective.KINDS.index("separation") for kind in codes[::4])
    return (
        encoder.new_empty(1 + len(powers), encoder.shape[0]),
        encoder.new_empty(separations, *encoder.shape),
    )


def _costs_setup(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    ctx.terms = inputs[5:]
    ctx.save_for_backward(*inputs[:5], output[1])
    ctx.mark_non_differentiable(output[1])


def _costs_backward(ctx: Any, upstream: Tensor, _: Tensor) -> tuple[Any, ...]:
    refuse_second()
    found = torch.ops.colorcore.objective_grad(
        *ctx.saved_tensors, upstream.contiguous(), *ctx.terms
    )
    return (*found, *[None] * 7)


def _costs_grad(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    given = tuple(map(array, arguments[:5]))
    pairs, upstream = map(array, arguments[5:7])
    kernel = native_for("objective_grad", given[0])
    found = kernel(given, pairs, upstream, *arguments[7:])
    encoder, bottleneck, recon = (
        torch.zeros_like(x) if g is None else tensor(g)  # 0 by a layer that no term looks at
        for g, x in zip(found, arguments[:3], strict=True)
    )
    return encoder, bottleneck, recon


_register(
    f"objective_grad({_GIVEN}, Tensor pairs, Tensor upstream, {_TERMS}) -> "
    "(Tensor, Tensor, Tensor)",
    _costs_grad,
    lambda *a: tuple(a[i].new_empty(a[i].shape) for i in range(3)),
)
_register(
    f"objective({_GIVEN}, {_TERMS}) -> (Tensor, Tensor)",
    _costs,
    _costs_fake,
    _costs_setup,
    _costs_backward,
)
