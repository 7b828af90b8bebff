"""Ensembles on tensors: the plain formula's numbers, and what torch asks of operators."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.fx.experimental.proxy_tensor import make_fx

from colorcore.anchor.ensemble import networks as ensemble
from colorcore.anchor.ensemble.networks import EnsembleLinear, gelu, normalize, passes
from colorcore.anchor.ensemble.objective import formula as plain_objective
from colorcore.anchor.ensemble.objective import objective, weighted
from colorcore.anchor.surgery.graph import around
from colorcore.kernels.ensemble import Network
from colorcore.kernels.objective import Term, code, direction

SMALL3 = Network((3, 5, 2, 3), ("gelu", "unit", "nothing"))
SMALL = Network((3, 5, 2, 4), ("gelu", "unit", "nothing"))


def rand(*shape, dtype=torch.float64, seed=0):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def terms(width):
    e = direction([1.0, *[0.25] * (width - 1)])
    return (
        Term("separation", 1, e, power=100),
        Term("separation", 0, e, power=2.5, affinities=(1.0, 0.5)),
        Term("angular-anchor", 1, e, affinities=(1.0, 0.0)),
        Term("euclidean-anchor", 0, e),
        Term("anti-anchor", 1, e, flag=False),
        Term("anti-anchor", 0, e, flag=True),
        Term("subspace", 1, (1.0, *[0.0] * (width - 1))),
        Term("subspace", 1, (1.0, *[0.0] * (width - 1)), flag=False, affinities=(0.0, 1.0)),
        Term("unitarity", 0, e),
        Term("tilted-anchor", 0, e, 0.4, off_axis=(0.0, *[1.0] * (width - 1))),
        Term("hide", 0, e, 2.5, affinities=(0.5, 1.0), off_axis=(0.0, *[1.0] * (width - 1))),
        Term("hide", 1, e, 1.75, affinities=(0.0, 1.0), off_axis=(0.0, *[1.0] * (width - 1))),
        Term("tilted-anchor", 1, e, 0.4, False, (0.0, 1.0), (0.0, *[1.0] * (width - 1))),
    )


@pytest.mark.parametrize("batch", [1, 2, 63, 65])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_passes_are_those_of_plain_torch(batch, depth):
    inner = ("gelu",) * depth
    widths = (3, *(17,) * depth, 4, *(17,) * depth, 3)
    network = Network(widths, (*inner, "unit", *inner, "nothing"))
    values = rand(2, network.parameters).mul(0.4).requires_grad_()
    x = rand(2, batch, 3, seed=1).requires_grad_()
    ours, theirs = passes(network, values, x), ensemble.formula(network, values, x)
    upstream = [rand(*y.shape, seed=2) for y in ours]
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-10)
    mine = torch.autograd.grad(ours, (values, x), upstream)
    plain = torch.autograd.grad(theirs, (values, x), upstream)
    for a, b in zip(mine, plain, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_the_objective_is_that_of_plain_torch():
    z, recon, wanted = rand(3, 65, 5), rand(3, 65, 4, seed=1), rand(3, 65, 4, seed=2)
    labels = rand(3, 65, 2, seed=3) > 0.5
    given = [t.requires_grad_() for t in (z, normalize(z).detach(), recon)]
    z, unit, recon = given
    ours = objective(terms(5), z, unit, recon, wanted=wanted, labels=labels)
    theirs = plain_objective(terms(5), z, unit, recon, wanted, labels)
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)
    upstream = rand(*ours.shape, seed=4)
    mine = torch.autograd.grad(ours, given, upstream)
    plain = torch.autograd.grad(theirs, given, upstream)
    for a, b in zip(mine, plain, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_gradients_are_correct():
    values = rand(2, SMALL.parameters).requires_grad_()
    x = rand(2, 3, 3, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(lambda v, y: passes(SMALL, v, y), (values, x))
    for layer in (gelu, normalize):
        assert torch.autograd.gradcheck(layer, rand(4, 3).requires_grad_())
    z, recon = rand(2, 6, 3).requires_grad_(), rand(2, 6, 4, seed=1).requires_grad_()
    unit = normalize(z.detach()).requires_grad_()
    labels, wanted = rand(2, 6, 2, seed=2) > 0, rand(2, 6, 4, seed=3)
    differentiable = [term for term in terms(3) if term.kind not in ("tilted-anchor", "hide")]
    assert torch.autograd.gradcheck(
        lambda *given: objective(differentiable, *given, wanted=wanted, labels=labels),
        (z, unit, recon),
    )


def test_layers_one_by_one_have_the_bits_of_the_whole_network():
    network = Network((3, 16, 5, 16, 3), ("gelu", "unit", "gelu", "nothing"))
    values = rand(3, network.parameters, dtype=torch.float32).requires_grad_()
    x, layers, start = rand(3, 65, 3, dtype=torch.float32, seed=1), [], 0
    for i, o in zip(network.widths, network.widths[1:], strict=False):
        weight = values.detach()[:, start : start + i * o].reshape(3, o, i)
        layers.append(EnsembleLinear(weight, values.detach()[:, start + i * o :][:, :o].clone()))
        start += i * o + o
    y = layers[0](x)
    z = layers[1](gelu(y))
    u = normalize(z)
    recon = layers[3](gelu(layers[2](u)))
    whole = passes(network, values, x)
    assert all(torch.equal(a, b) for a, b in zip(whole, (z, u, recon), strict=True))
    upstream = [torch.rand_like(part) for part in whole]
    (fused,) = torch.autograd.grad(whole, values, upstream)
    parts = [p for layer in layers for p in layer.parameters()]
    found = torch.autograd.grad((z, u, recon), parts, upstream)
    assert torch.equal(fused, torch.cat([g.flatten(1) for g in found], dim=1))


def test_a_layer_is_an_affine_map_of_each_run():
    weight, bias = rand(2, 4, 3), rand(2, 4, seed=1)
    layer, x = EnsembleLinear(weight, bias), rand(2, 7, 3, seed=2)
    torch.testing.assert_close(layer(x), x @ weight.mT + bias[:, None])
    half = EnsembleLinear(weight.bfloat16(), bias.bfloat16())  # no kernel has that type
    assert half(x.bfloat16()).dtype == torch.bfloat16


def test_strides_do_not_matter():
    values = rand(SMALL.parameters, 2).mT.requires_grad_()
    x = rand(2, 3, 5).mT
    (y,) = passes(SMALL, values, x)[-1:]
    torch.testing.assert_close(y, ensemble.formula(SMALL, values, x)[-1])
    torch.autograd.grad(y.sum(), values)  # whose upstream gradient is expanded


def test_torch_fx_sees_one_call_of_each():
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = EnsembleLinear(rand(1, 4, 3), rand(1, 4))
            self.middle = nn.Identity()
            self.second = EnsembleLinear(rand(1, 2, 4), rand(1, 2))

        def forward(self, x):
            return self.second(normalize(gelu(self.middle(self.first(x)))))

    found = around(Model(), "middle")
    assert (found.writers, found.readers) == (["first"], ["second"])


def test_second_derivatives_are_refused():
    values = rand(1, SMALL.parameters).requires_grad_()
    x = rand(1, 2, 3, seed=1)
    with pytest.raises(NotImplementedError, match="wanted first derivatives only, got a call for"):
        torch.autograd.grad(passes(SMALL, values, x)[-1].sum(), values, create_graph=True)


def test_what_has_been_changed_since_is_refused():
    values = rand(1, SMALL.parameters).requires_grad_()
    x = rand(1, 2, 3, seed=1)
    y = passes(SMALL, values, x)[-1]
    x.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_values_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"values must have shape \(runs, 44\), a row of"):
        passes(SMALL, rand(2, 40), rand(2, 5, 3))


# Torch's own check reads the gradient of what it made itself.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_registered_operators_keep_what_torch_asks_of_them(dtype):
    operators = torch.ops.colorcore
    values = rand(2, SMALL.parameters, dtype=dtype).requires_grad_()
    x = rand(2, 5, 3, dtype=dtype, seed=1).requires_grad_()
    torch.library.opcheck(operators.network.default, (values, x, SMALL.widths, SMALL.codes))
    torch.library.opcheck(operators.gelu.default, (x,))
    torch.library.opcheck(operators.unit.default, (x,))
    labels = rand(2, 5, 2, seed=2) > 0
    unit = normalize(x.detach()).detach().requires_grad_()
    given = (x, unit, x.detach() + 1, x.detach(), labels)
    torch.library.opcheck(operators.objective.default, (*given, *code(terms(3), 2)))


# What torch's compiler imports warns of its own age.
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_compiled_function_gives_the_same_without_a_break():
    def loss(values, x):
        z, u, recon = passes(SMALL3, values, x)
        labels = torch.zeros(2, 5, 2, dtype=torch.bool)
        found = objective(terms(2), z, u, recon, wanted=x, labels=labels)
        return found.sum() + gelu(normalize(z)).sum()

    first = rand(2, SMALL3.parameters).requires_grad_()
    second, x = first.detach().clone().requires_grad_(), rand(2, 5, 3, seed=1)
    loss(first, x).backward()
    torch.compile(loss, fullgraph=True, backend="aot_eager")(second, x).backward()
    torch.testing.assert_close(first.grad, second.grad)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_weighted_sum_is_that_of_the_terms_and_has_its_gradient(dtype):
    generator = torch.Generator().manual_seed(3)
    made = [torch.randn(4, 9, width, dtype=dtype, generator=generator) for width in (5, 5, 3)]
    encoder, bottleneck, recon = (each.requires_grad_() for each in made)
    wanted = torch.rand(4, 9, 3, dtype=dtype, generator=generator)
    labels = torch.rand(4, 9, 1, generator=generator) < 0.5
    anchor = Term("angular-anchor", 1, (1.0, 0.0, 0.0, 0.0, 0.0), affinities=(1.0,))
    weights = torch.rand(2, 4, dtype=dtype, generator=generator)
    total, found = weighted(
        [anchor], encoder, bottleneck, recon, wanted=wanted, labels=labels, weights=weights
    )
    want = plain_objective([anchor], encoder, bottleneck, recon, wanted, labels)
    torch.testing.assert_close(found, want.detach())
    got = torch.autograd.grad(3 * total, [bottleneck, recon])
    torch.testing.assert_close(
        got, torch.autograd.grad(3 * (want * weights).sum(), [bottleneck, recon])
    )


def objective_of(x):
    labels = torch.ones(2, 5, 2, dtype=torch.bool)
    return objective(terms(3), x, x, x, wanted=torch.zeros_like(x), labels=labels)


def weighted_of(x):
    given = {"wanted": torch.zeros_like(x), "labels": torch.ones(2, 5, 2, dtype=torch.bool)}
    return weighted(
        terms(3), x, x, x, **given, weights=torch.ones(1 + len(terms(3)), 2, dtype=x.dtype)
    )[0]


VALUES = rand(2, SMALL3.parameters)
CALLS = [
    gelu,
    normalize,
    lambda x: passes(SMALL3, VALUES, x)[-1],
    EnsembleLinear(rand(2, 4, 3), rand(2, 4)),
    objective_of,
    weighted_of,
]


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")  # of checks of shapes
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("trace", [lambda call, x: make_fx(call)(x), torch.jit.trace])
def test_a_trace_computes_from_what_it_is_given_later(call, trace):
    traced = trace(call, rand(2, 5, 3))
    first, second = (rand(2, 5, 3, seed=1).requires_grad_() for _ in range(2))
    found, wanted = traced(first), call(second)
    torch.testing.assert_close(found, wanted)
    found.sum().backward()
    wanted.sum().backward()
    torch.testing.assert_close(first.grad, second.grad)


@pytest.mark.parametrize("call", [gelu, normalize])
def test_transforms_of_torch_func_are_gone_through(call):
    x = rand(2, 5, 3)
    torch.testing.assert_close(torch.vmap(call)(x), call(x))
    plain = x.clone().requires_grad_()
    call(plain).sum().backward()
    torch.testing.assert_close(torch.func.grad(lambda x: call(x).sum())(x), plain.grad)
