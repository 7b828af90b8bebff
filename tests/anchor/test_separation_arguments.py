"""What the separation takes in PyTorch, and what it refuses and how."""

from __future__ import annotations

import pytest
import torch

from colorcore.anchor.separation.angular import angular_separation


@pytest.mark.parametrize("dtype", [torch.complex64, torch.int64, torch.bool])
def test_other_types_are_refused_with_a_remedy(dtype):
    with pytest.raises(TypeError) as caught:
        angular_separation(torch.ones(64, 5, dtype=dtype))
    name = str(dtype).removeprefix("torch.")
    assert str(caught.value) == (
        f"latents must be floating-point numbers with shape (..., batch, k), got {name} (64, 5); "
        "cast with latents.float()"
    )


@pytest.mark.parametrize("shape", [(5,), (3, 0)])
def test_other_shapes_are_refused_with_a_remedy(shape):
    with pytest.raises(ValueError, match="give each sample a row of at least one coordinate"):
        angular_separation(torch.ones(shape))


def test_other_devices_use_the_formula():
    # The meta device stands for all that are not the CPU: it knows shapes and no numbers.
    z = torch.ones(7, 64, 5, device="meta", requires_grad=True)
    losses = angular_separation(z)
    assert losses.shape == (7, 64)
    assert losses.device.type == "meta"
    assert torch.autograd.grad(losses.sum(), z)[0].shape == z.shape


def test_a_tensor_that_is_negated_as_it_is_read_is_taken():
    values = torch.tensor([[1.0, 0.5], [0.0, 1.0], [-1.0, 0.25]])
    negated = torch.complex(torch.zeros_like(values), -values).conj().imag
    assert negated.is_neg()
    assert (angular_separation(negated) == angular_separation(values)).all()


def test_a_sparse_tensor_is_refused():
    with pytest.raises(TypeError) as caught:
        angular_separation(torch.eye(3).to_sparse())
    assert str(caught.value) == "latents must be dense, got sparse_coo; pass latents.to_dense()"
