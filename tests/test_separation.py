"""The torch operator: the kernel's values, with autograd."""

from __future__ import annotations

import pytest
import torch

from colorcore import kernels
from colorcore.separation import angular_separation, formula


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


def test_other_types_are_refused_with_a_remedy():
    with pytest.raises(TypeError) as caught:
        angular_separation(torch.ones(64, 5, dtype=torch.int64))
    assert str(caught.value) == (
        "latents must be float32 or float64 with shape (..., batch, k), got int64 (64, 5); "
        "cast with latents.float()"
    )
