"""Layers of any model are found by name, and what they give is captured for a loss."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from colorcore.anchor.captures import capture
from colorcore.anchor.layers import find
from colorcore.errors import InputError
from colorcore.training.model import initialize


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Sequential(nn.Linear(4, 3), nn.Tanh()), nn.Linear(3, 2))


def test_what_layers_give_is_captured_and_carries_gradients(model):
    x = torch.randn(8, 4)
    with capture(model, ["0.1", "1"]) as layers:
        output = model(x)
    torch.testing.assert_close(layers["0.1"], model[0](x))
    assert layers["1"] is output
    layers["0.1"].square().sum().backward()
    assert model[0][0].weight.grad.abs().sum() > 0
    assert model[1].weight.grad is None


def test_each_pass_overwrites_what_the_last_one_left_and_none_is_kept_after(model):
    with capture(model, ["0.0"]) as layers:
        model(torch.zeros(2, 4))
        model(torch.ones(3, 4))
        assert layers["0.0"].shape == (3, 3)
    model(torch.ones(5, 4))
    assert layers["0.0"].shape == (3, 3)
    assert not any(module._forward_hooks for module in model.modules())


def test_no_hook_is_left_when_a_name_is_wrong_or_an_error_passes(model):
    with (
        pytest.raises(InputError, match=r"layer: wanted one of 0, 0\.0, 0\.1, 1, got '0\.2'; did"),
        capture(model, ["1", "0.2"]),
    ):
        pass
    with pytest.raises(RuntimeError), capture(model, ["1"]):
        model(torch.ones(2, 7))
    assert not any(module._forward_hooks for module in model.modules())


def test_a_layer_that_gives_no_tensor_is_refused():
    model = initialize([0], hidden=4, depth=1, latent=3)
    wrapped = nn.Sequential(model)
    with (
        capture(wrapped, ["0"]),
        pytest.raises(InputError, match="layer 0: wanted a tensor, got Activations; name a layer"),
    ):
        wrapped(torch.ones(1, 2, 3))
    with capture(wrapped, ["0.bottleneck"]) as layers:
        latents = wrapped(torch.ones(1, 2, 3)).bottleneck
    assert layers["0.bottleneck"] is latents


def test_the_model_itself_is_no_layer_of_its_own(model):
    with pytest.raises(InputError, match="got ''"):
        find(model, "")
