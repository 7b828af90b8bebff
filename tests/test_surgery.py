"""Ablation and pruning remove the same thing."""

from __future__ import annotations

import pytest
import torch

from colorcore.errors import InputError
from colorcore.model import initialize
from colorcore.surgery import ablate, prune


@pytest.fixture
def model():
    return initialize([0, 1, 2], hidden=16, depth=2, latent=5).eval()


@pytest.fixture
def colors():
    return torch.rand(3, 50, 3, generator=torch.Generator().manual_seed(1))


def test_ablated_latents_are_zero_in_the_dimension_and_of_unit_length(model, colors):
    latents = ablate(model, [0])(colors).bottleneck
    assert latents[..., 0].abs().max() == 0
    torch.testing.assert_close(latents.norm(dim=-1), torch.ones(3, 50))


def test_ablated_and_pruned_outputs_agree_to_within_rounding(model, colors):
    ablated, pruned = ablate(model, [0, 3])(colors), prune(model, [0, 3])(colors)
    assert pruned.bottleneck.shape == (3, 50, 3)
    assert (ablated.recon - pruned.recon).abs().max() < 1e-6


def test_surgery_leaves_the_model_as_it_was(model, colors):
    before = model(colors).recon
    ablate(model, [0])
    prune(model, [0])
    assert torch.equal(model(colors).recon, before)


def test_surgery_on_no_dimension_changes_nothing(model, colors):
    assert torch.equal(prune(model, [])(colors).recon, model(colors).recon)


@pytest.mark.parametrize("operate", [ablate, prune])
def test_a_dimension_outside_the_bottleneck_is_refused(model, operate):
    with pytest.raises(InputError) as caught:
        operate(model, [5])
    assert str(caught.value) == (
        "dims must lie in 0…4, the dimensions of the bottleneck, got [5]; count from 0"
    )


def test_removing_every_dimension_is_refused(model):
    with pytest.raises(InputError, match=r"dims must leave a dimension .* got all 5"):
        prune(model, range(5))
