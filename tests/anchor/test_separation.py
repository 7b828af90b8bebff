"""The torch operator: the kernel's values, with autograd."""

from __future__ import annotations

import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx
from torch.profiler import ProfilerActivity, profile

from colorcore import kernels
from colorcore.anchor.separation.angular import angular_separation
from colorcore.anchor.separation.formula import formula, formula_grad, tiles
from colorcore.errors import InputError


@pytest.fixture
def latents():
    return torch.randn(3, 9, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_values_are_the_kernels(latents):
    got = angular_separation(latents, 100.0, True)
    assert got.numpy().tolist() == kernels.angular_separation(latents.numpy()).tolist()


@pytest.mark.parametrize(("power", "shift"), [(1, True), (2.5, True), (100, True), (3, False)])
def test_gradients_are_correct(latents, power, shift):
    latents.requires_grad_()
    assert torch.autograd.gradcheck(lambda z: angular_separation(z, power, shift), latents)


@pytest.mark.parametrize(("power", "shift"), [(100.0, True), (4.0, False)])
def test_the_formula_for_other_devices_is_the_same(latents, power, shift):
    first, second = latents.clone().requires_grad_(), latents.clone().requires_grad_()
    weights = torch.rand(3, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    ours, theirs = angular_separation(first, power, shift), formula(second, power, shift)
    torch.testing.assert_close(ours, theirs)
    (ours * weights).sum().backward()
    (theirs * weights).sum().backward()
    torch.testing.assert_close(first.grad, second.grad)


def test_a_transposed_tensor_works(latents):
    turned = latents.mT.contiguous().mT.requires_grad_()
    angular_separation(turned).sum().backward()
    assert turned.grad is not None
    assert turned.grad.shape == latents.shape


def test_a_tensor_without_gradient_gives_one_without(latents):
    assert not angular_separation(latents).requires_grad


def test_second_derivatives_are_correct(latents):
    small = latents[:1, :4].clone().requires_grad_()
    assert torch.autograd.gradgradcheck(lambda z: angular_separation(z, 4.0, True), small)


def test_the_formula_has_the_gradient_that_autograd_finds_for_it(latents):
    latents[0, 1] = 0  # a zero vector
    latents[1, :] *= 1e200  # squares overflow
    latents.requires_grad_()
    upstream = torch.rand(3, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    for power, shift in ((1.0, True), (2.5, True), (100.0, True), (3.0, False)):
        (want,) = torch.autograd.grad(formula(latents, power, shift), latents, upstream)
        got = formula_grad(latents, upstream, power, shift)
        kernel = torch.autograd.grad(angular_separation(latents, power, shift), latents, upstream)
        torch.testing.assert_close(got, want, equal_nan=False)
        torch.testing.assert_close(kernel[0], want, equal_nan=False)


def test_a_gradient_that_differs_between_samples_is_that_of_the_formula(latents):
    # One that does not is found in the forward pass, another in a pass of its own.
    z = latents.requires_grad_()
    for upstream in (torch.full((3, 9), 0.25).double(), torch.arange(27.0).double().view(3, 9)):
        (got,) = torch.autograd.grad(angular_separation(z, 4.0), z, upstream)
        (want,) = torch.autograd.grad(formula(z, 4.0, True), z, upstream)
        torch.testing.assert_close(got, want)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(4, 9, 5), (9, 5), (0, 5), (1, 3)])
def test_the_registered_operators_keep_what_torch_asks_of_them(shape, dtype):
    # Autograd is not theirs but that of the function around them.
    z = torch.randn(shape, dtype=dtype)
    others = torch.rand(shape[:-1], dtype=dtype), torch.rand(shape, dtype=dtype)
    operators = torch.ops.colorcore
    for mask in (None, torch.rand(shape[:-1]) > 0.5):
        torch.library.opcheck(operators.separation.default, (z, mask, 3.0, True))
        torch.library.opcheck(operators.separation_grad.default, (z, *others, mask, 3.0, True))


# What torch's compiler imports warns of its own age.
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_compiled_function_gives_the_same_without_a_break(latents):
    def loss(z):
        return (angular_separation(z * 2, 7.0) * torch.linspace(0, 1, 9)).mean()

    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    first, second = latents.clone().requires_grad_(), latents.clone().requires_grad_()
    loss(first).backward()
    compiled(second).backward()
    torch.testing.assert_close(second.grad, first.grad)


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")  # of checks of shapes
@pytest.mark.parametrize("learns", [False, True])
@pytest.mark.parametrize("trace", [lambda call, z: make_fx(call)(z), torch.jit.trace])
def test_a_trace_computes_from_the_latents_it_is_given_later(latents, trace, learns):
    def masked(z):
        return angular_separation(z, 7.0, mask=(torch.arange(9) < 7).expand(3, 9))

    for call in (lambda z: angular_separation(z), masked):
        traced = trace(call, torch.randn_like(latents).requires_grad_(learns))
        first, second = latents.clone().requires_grad_(), latents.clone().requires_grad_()
        found, wanted = traced(first), call(second)
        torch.testing.assert_close(found, wanted)
        found.sum().backward()
        wanted.sum().backward()
        torch.testing.assert_close(first.grad, second.grad)


def test_vmap_gives_what_a_leading_axis_gives(latents):
    assert torch.equal(torch.vmap(angular_separation)(latents), angular_separation(latents))
    last = latents.movedim(0, -1)
    mapped = torch.vmap(angular_separation, in_dims=-1, out_dims=-1)(last)
    assert torch.equal(mapped.movedim(-1, 0), angular_separation(latents))


def test_the_gradient_can_be_mapped_over(latents):
    mapped = torch.vmap(torch.func.grad(lambda z: angular_separation(z, 7.0).mean()))(latents)
    z = latents.requires_grad_()
    (want,) = torch.autograd.grad(angular_separation(z, 7.0).mean(dim=-1).sum(), z)
    torch.testing.assert_close(mapped, want)


def test_second_derivatives_by_transforms_are_those_by_autograd(latents):
    def total(z):
        return angular_separation(z, 4.0).sum()

    small = latents[0, :4]
    hessian = torch.func.jacrev(torch.func.jacrev(total))(small)
    torch.testing.assert_close(hessian, torch.autograd.functional.hessian(total, small))


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_forward_mode_is_refused(latents):
    with pytest.raises(NotImplementedError, match="forward mode"):
        torch.func.jvp(angular_separation, (latents,), (latents,))


def test_samples_that_are_not_numbers_make_losses_that_are_not(latents):
    latents[1, 3, 2] = torch.nan
    losses = angular_separation(latents)
    assert losses[1].isnan().all()
    assert losses[[0, 2]].isfinite().all()


def test_masked_samples_take_no_part_whatever_stands_there(latents):
    mask = torch.rand(3, 9, generator=torch.Generator().manual_seed(1)) > 0.4
    latents[~mask] = torch.nan
    upstream = torch.arange(27.0, dtype=torch.float64).view(3, 9)
    for separate in (angular_separation, formula_of_masked):
        z = latents.clone().requires_grad_()
        losses = separate(z, 4.0, mask=mask)
        losses.backward(upstream)
        assert losses[~mask].eq(0).all()
        assert z.grad is not None
        assert z.grad[~mask].eq(0).all()
        for item in range(3):
            alone = latents[item][mask[item]].requires_grad_()
            wanted = angular_separation(alone, 4.0)
            wanted.backward(upstream[item][mask[item]])
            torch.testing.assert_close(losses[item][mask[item]], wanted)
            torch.testing.assert_close(z.grad[item][mask[item]], alone.grad)


def formula_of_masked(z, power, *, mask):
    return formula(z, power, True, mask)


def test_masks_are_mapped_and_compiled_as_latents_are(latents):
    mask = torch.arange(27).view(3, 9) % 4 > 0
    wanted = angular_separation(latents, 7.0, mask=mask)
    mapped = torch.vmap(lambda z, m: angular_separation(z, 7.0, mask=m))(latents, mask)
    shared = torch.vmap(lambda z: angular_separation(z, 7.0, mask=mask[0]))(latents)
    assert torch.equal(mapped, wanted)
    assert torch.equal(shared[0], wanted[0])


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.ones(3, 9), "mask must be booleans, or whole numbers 0 and 1, got float32"),
        ([True] * 9, "mask must have the shape of the samples' terms, (3, 9), got (9,)"),
    ],
)
def test_other_masks_are_refused(latents, mask, message):
    with pytest.raises(InputError) as caught:
        angular_separation(latents, mask=mask)
    assert str(caught.value).startswith(message)


def test_another_axis_is_refused(latents):
    with pytest.raises(InputError) as caught:
        angular_separation(latents, axis=3)
    assert str(caught.value) == (
        "axis must be a whole number in -3…2, for shape (3, 9, 5), got 3; choose that of the "
        "latent dimension"
    )


def test_the_latent_axis_may_be_any(latents):
    channels_first = latents.movedim(-1, 1)
    assert torch.equal(angular_separation(channels_first, axis=1), angular_separation(latents))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(latents, dtype):
    half = latents.to(dtype).requires_grad_()
    losses = angular_separation(half)
    losses.mean().backward()
    single = half.detach().float().requires_grad_()
    wanted = angular_separation(single)
    wanted.mean().backward()
    assert losses.dtype == torch.float32
    assert torch.equal(losses, wanted)
    assert single.grad is not None
    assert torch.equal(half.grad, single.grad.to(dtype))


def test_autocast_changes_neither_values_nor_derivatives_of_any_order(latents):
    def results():
        z = latents.float().requires_grad_()
        losses = angular_separation(z, 4.0)
        (grad,) = torch.autograd.grad(losses.sum(), z, create_graph=True)
        (second,) = torch.autograd.grad(grad.square().sum(), z)
        return losses, grad, second

    wanted = results()
    with torch.autocast("cpu", torch.bfloat16):
        got = results()
    for one, other in zip(got, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


def test_the_formula_gives_the_same_by_tiles(latents, monkeypatch):
    def results():
        z = latents.clone().requires_grad_()
        losses = formula(z, 4.0, True)
        (grad,) = torch.autograd.grad(losses.square().sum(), z, create_graph=True)
        (second,) = torch.autograd.grad(grad.square().sum(), z)
        return losses, grad, second

    wanted = results()
    monkeypatch.setattr("colorcore.anchor.separation.formula.TILE", 1)
    monkeypatch.setattr("colorcore.anchor.separation.formula.TILE_SHARE", 0)
    assert len(list(tiles(latents.shape))) == 9
    for got, want in zip(results(), wanted, strict=True):
        torch.testing.assert_close(got, want)


def test_the_formula_holds_no_matrix_of_pairs(monkeypatch):
    monkeypatch.setattr("colorcore.anchor.separation.formula.TILE", 2**20)  # a fifth of the pairs
    z = torch.randn(2250, 2, requires_grad=True)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        formula(z, 3.0, True).sum().backward()
    events = profiled.events() or []
    largest = max(event.cpu_memory_usage for event in events)
    assert largest < 2250**2 * 4  # bytes that one such matrix takes
