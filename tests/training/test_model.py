"""The autoencoder: its size, its start, and the independence of its runs."""

from __future__ import annotations

import math

import pytest
import torch
from jaxtyping import TypeCheckError

from colorcore.anchor.ensemble.networks import EnsembleLinear
from colorcore.training.model import initialize

PUBLISHED = {"hidden": 16, "depth": 2, "latent": 5}


def layers(coder) -> list[EnsembleLinear]:
    return list(coder)


def parameters(model):
    return torch.cat([p.detach().flatten(1) for p in model.parameters()], dim=1)


def test_a_run_has_840_parameters():
    assert parameters(initialize([0, 1, 2], **PUBLISHED)).shape == (3, 840)


def test_a_run_computes_what_a_plain_torch_network_with_its_weights_computes():
    model = initialize([3, 4], **PUBLISHED)
    colors = torch.rand(2, 7, 3, generator=torch.Generator().manual_seed(0))
    x = colors[1]
    for i, layer in enumerate(layers(model.encoder)):
        x = torch.nn.functional.linear(x, layer.weight[1], layer.bias[1])
        x = torch.nn.functional.gelu(x) if i < 2 else x
    x = x / x.norm(dim=-1, keepdim=True)
    torch.testing.assert_close(model(colors).bottleneck[1], x)
    for i, layer in enumerate(layers(model.decoder)):
        x = torch.nn.functional.linear(x, layer.weight[1], layer.bias[1])
        x = torch.nn.functional.gelu(x) if i < 2 else x
    torch.testing.assert_close(model(colors).recon[1], x)


def test_output_is_clamped_when_evaluating_and_not_when_training():
    model = initialize([0], **PUBLISHED)
    with torch.no_grad():
        layers(model.decoder)[-1].bias.fill_(5)
    colors = torch.zeros(1, 1, 3)
    assert model.train()(colors).recon.min() > 1
    assert model.eval()(colors).recon.tolist() == [[[1, 1, 1]]]


def test_weights_start_uniform_within_one_over_the_root_of_the_fan_in():
    model = initialize(range(500), **PUBLISHED)
    for layer in layers(model.encoder) + layers(model.decoder):
        bound = 1 / math.sqrt(layer.weight.shape[-1])
        for values in (layer.weight, layer.bias):
            scaled = values / bound
            assert scaled.abs().max() <= 1
            # A uniform variable on ±1 has mean 0 and variance 1/3; five standard errors.
            n = scaled.numel()
            assert scaled.mean().abs() < 5 * math.sqrt(1 / 3 / n)
            assert (scaled.var() - 1 / 3).abs() < 5 * math.sqrt(4 / 45 / n)


def test_a_run_starts_the_same_whatever_runs_stand_beside_it():
    together = parameters(initialize([0, 1, 2, 3], **PUBLISHED))
    alone = parameters(initialize([2], **PUBLISHED))
    assert torch.equal(together[2:3], alone)


@pytest.mark.parametrize(
    ("depth", "latent", "count"), [(1, 4, 3 * 16 + 16 + 64 + 4 + 64 + 16 + 51)]
)
def test_depth_and_width_are_free(depth, latent, count):
    model = initialize([0], hidden=16, depth=depth, latent=latent)
    assert parameters(model).shape == (1, count)


def test_stated_shapes_are_checked_in_tests():
    with pytest.raises(TypeCheckError):
        initialize([0], **PUBLISHED)(torch.zeros(1, 2, 4))
