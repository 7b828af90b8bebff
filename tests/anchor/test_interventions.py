"""Suppression and repulsion act within their angle and nowhere else, and can be switched off."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from colorcore.anchor.falloff import Falloff
from colorcore.anchor.interventions import Repulsion, Suppression, intervene
from colorcore.anchor.surgery import ablate
from colorcore.anchor.terms import cosine
from colorcore.errors import InputError
from colorcore.training.model import initialize

AXIS = [1.0, 0.0, 0.0]


def at(degrees, *, length=1.0):
    """Latents at angles to the first axis, in the plane of the first two."""
    angles = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    return length * torch.stack([angles.cos(), angles.sin(), torch.zeros_like(angles)], dim=-1)


def test_a_falloff_goes_from_its_strength_on_the_direction_to_nothing_at_its_angle():
    falloff = Falloff(angle=60, power=2, strength=0.8)
    cosines = torch.tensor([1.0, 0.75, 0.5, 0.0, -1.0])
    torch.testing.assert_close(falloff(cosines), torch.tensor([0.8, 0.2, 0.0, 0.0, 0.0]))


def test_a_falloff_of_power_zero_acts_alike_within_its_angle():
    cosines = torch.tensor([1.0, 0.51, 0.5, 0.49])
    assert Falloff(angle=60, power=0, strength=0.5)(cosines).tolist() == [0.5, 0.5, 0.0, 0.0]


def test_a_falloff_over_half_a_turn_reaches_all_but_the_opposite():
    assert Falloff(angle=180)(torch.tensor([1.0, 0.0, -1.0])).tolist() == [1.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("angle", 0.0, "above 0 and at most 180 degrees"),
        ("angle", 181.0, "above 0 and at most 180 degrees"),
        ("power", -1.0, "at least 0 and finite"),
        ("power", math.nan, "at least 0 and finite"),
        ("strength", 1.5, "at least 0 and at most 1"),
    ],
)
def test_falloffs_out_of_range_are_refused_by_name(name, value, wanted):
    with pytest.raises(InputError, match=f"{name} must be {wanted}, got {value}; choose another"):
        Falloff(**{name: value})


def test_suppression_takes_away_what_lies_along_the_direction():
    suppressed = Suppression([2.0, 0, 0], Falloff(angle=90, power=1))(at([0, 60, 90, 120]))
    # At 60° the cosine and the share are both 1/2, so that a quarter is taken.
    wanted = at([0, 60, 90, 120])
    wanted[0, 0], wanted[1, 0] = 0, 0.25
    torch.testing.assert_close(suppressed, wanted)


def test_full_suppression_of_a_hemisphere_leaves_nothing_along_the_direction():
    latents = torch.randn(100, 4, dtype=torch.float64)
    suppressed = Suppression([1, 1, 0, 0], Falloff(power=0))(latents)
    assert (suppressed @ torch.tensor([1.0, 1, 0, 0], dtype=torch.float64)).max() < 1e-12


def test_suppression_of_a_unit_latent_and_ablation_with_no_falloff_agree_on_the_near_side():
    model = initialize([0], hidden=8, depth=1, latent=4).double().eval()
    colors = torch.rand(1, 200, 3, dtype=torch.float64)
    direction = [1.0, 0, 0, 0]
    with intervene(model, Suppression(direction, Falloff(power=0)), layer="encoder.1") as switch:
        switch.on = False
        near = model(colors).bottleneck[0, :, 0] > 0
    # Before the normalisation, where ablation takes its dimension too.
    encoded = model(colors).encoder
    latents = nn.functional.normalize(Suppression(direction, Falloff(power=0))(encoded), dim=-1)
    layer, reader = model.around_bottleneck
    ablated = ablate(model, [0], layer=layer, reader=reader)(colors).bottleneck
    assert 0 < near.sum() < 200
    torch.testing.assert_close(latents[0, near], ablated[0, near])


def test_repulsion_turns_what_is_on_the_direction_to_the_edge_and_keeps_its_length():
    turned = Repulsion(AXIS, Falloff(angle=60))(at([1e-3], length=3.0))
    torch.testing.assert_close(turned, at([60.0], length=3.0), atol=1e-4, rtol=0)


def test_repulsion_from_exactly_the_direction_goes_towards_the_least_aligned_axis():
    direction = [3.0, 4.0, 0.0]
    turned = Repulsion(direction, Falloff(angle=90))(torch.tensor([[0.6, 0.8, 0.0]]))
    torch.testing.assert_close(turned, torch.tensor([[0.0, 0.0, 1.0]]))


def test_repulsion_leaves_what_is_beyond_its_angle_to_the_bit():
    latents = torch.randn(200, 3)
    turned = Repulsion(AXIS, Falloff(angle=40))(latents)
    beyond = cosine(latents, AXIS) <= math.cos(math.radians(40))
    assert 0 < beyond.sum() < 200
    assert torch.equal(turned[beyond], latents[beyond])
    assert not torch.equal(turned[~beyond], latents[~beyond])


@given(
    st.integers(0, 10_000),
    st.integers(2, 8),
    st.floats(10, 180),
    st.floats(0, 8),
    st.floats(0, 1),
)
def test_repulsion_keeps_lengths_and_never_brings_a_vector_nearer(seed, k, angle, power, strength):
    generator = torch.Generator().manual_seed(seed)
    latents, direction = torch.randn(2, 30, k, generator=generator, dtype=torch.float64)
    axis = direction[0].tolist()
    turned = Repulsion(axis, Falloff(angle, power, strength))(latents)
    torch.testing.assert_close(turned.norm(dim=-1), latents.norm(dim=-1))
    assert (cosine(turned, axis) <= cosine(latents, axis) + 1e-6).all()


@pytest.mark.parametrize("kind", [Suppression, Repulsion])
def test_a_zero_vector_stays_zero_and_nan_stays_nan(kind):
    latents = torch.tensor([[0.0, 0.0, 0.0], [math.nan, 0.0, 0.0]])
    changed = kind(AXIS, Falloff(angle=180))(latents)
    assert changed[0].tolist() == [0.0, 0.0, 0.0]
    assert changed[1].isnan().any()


@pytest.mark.parametrize("kind", [Suppression, Repulsion])
@pytest.mark.parametrize("power", [0.5, 1.0, 3.0])
def test_gradients_pass_through_interventions(kind, power):
    latents = at([20.0, 50.0, 80.0, 90.0, 130.0]).requires_grad_()
    assert torch.autograd.gradcheck(kind(AXIS, Falloff(angle=70, power=power)), latents[:3])
    kind(AXIS, Falloff(angle=90, power=power))(latents).sum().backward()
    assert latents.grad is not None
    assert latents.grad.isfinite().all()


@pytest.mark.parametrize("kind", [Suppression, Repulsion])
def test_directions_that_do_not_fit_are_refused(kind):
    with pytest.raises(InputError, match="direction must have the latents' 2 coordinates, got"):
        kind(AXIS)(torch.ones(4, 2))
    with pytest.raises(InputError, match="direction must have a length above 0, got 0"):
        kind([0.0, 0.0])(torch.ones(4, 2))


def test_repulsion_in_one_dimension_is_refused():
    with pytest.raises(InputError, match="at least 2 dimensions to turn in, got 1; add one"):
        Repulsion([1.0])(torch.ones(4, 1))


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))


def test_an_intervention_acts_in_its_context_while_it_is_on(model):
    x = torch.randn(8, 4)
    before = model(x)
    suppression = Suppression(AXIS, Falloff(power=0))
    wanted = model[2](suppression(model[1](model[0](x))))
    with intervene(model, suppression, layer="1") as switch:
        assert torch.equal(model(x), wanted)
        switch.on = False
        assert torch.equal(model(x), before)
        switch.on = True
        assert torch.equal(model(x), wanted)
    assert torch.equal(model(x), before)
    assert not torch.equal(wanted, before)


def test_an_intervention_ends_with_its_context_when_an_error_passes(model):
    x = torch.randn(8, 4)
    before = model(x)
    with pytest.raises(RuntimeError, match="stop"), intervene(model, Suppression(AXIS), layer="1"):
        raise RuntimeError("stop")
    assert torch.equal(model(x), before)


def test_two_interventions_act_in_the_order_in_which_they_began(model):
    x = torch.randn(8, 4)
    first, second = Repulsion(AXIS), Suppression([0.0, 1.0, 0.0])
    wanted = model[2](second(first(model[1](model[0](x)))))
    with intervene(model, first, layer="1"), intervene(model, second, layer="1"):
        assert torch.equal(model(x), wanted)


def test_the_bottleneck_of_the_autoencoder_is_a_layer_to_intervene_on():
    model = initialize([0, 1], hidden=8, depth=1, latent=4).eval()
    colors = torch.rand(2, 20, 3)
    with intervene(model, Suppression([1.0, 0, 0, 0], Falloff(power=0)), layer="bottleneck"):
        assert model(colors).bottleneck[..., 0].max() < 1e-6


def test_a_layer_that_is_not_there_or_gives_no_tensor_is_refused(model):
    with (
        pytest.raises(InputError, match="layer: wanted one of 0, 1, 2, got '3'"),
        intervene(model, Suppression(AXIS), layer="3"),
    ):
        pass

    class Pair(nn.Module):
        def forward(self, x):
            return x, x

    pair = nn.Sequential(Pair())
    with (
        intervene(pair, Suppression(AXIS), layer="0"),
        pytest.raises(InputError, match="layer 0: wanted a tensor, got tuple; name a layer within"),
    ):
        pair(torch.ones(1, 3))
