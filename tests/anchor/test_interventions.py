"""Suppression and repulsion act within their angle and nowhere else, and can be switched off."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.fx.experimental.proxy_tensor import make_fx

from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.kinds import (
    Projection,
    Repulsion,
    Steering,
    Suppression,
)
from colorcore.anchor.surgery.operations import ablate
from colorcore.anchor.terms.per_sample import cosine
from colorcore.errors import InputError
from colorcore.training.model import initialize

AXIS = [1.0, 0.0, 0.0]


def at(degrees, *, length=1.0):
    """Latents at angles to the first axis, in the plane of the first two."""
    angles = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    return length * torch.stack([angles.cos(), angles.sin(), torch.zeros_like(angles)], dim=-1)


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


KINDS = [
    Suppression([1.0, 2.0, -1.0], Falloff(power=0)),
    Repulsion([1.0, 2.0, -1.0], Falloff(60)),
    Projection([[1.0, 2.0, -1.0], [0.0, 1.0, 1.0]]),
    Steering([1.0, 2.0, -1.0], 0.5),
    Affine([[1.0, 2.0, 0.0], [0.0, 1.0, 0.5], [0.1, 0.0, 0.3]], [1.0, -1.0, 0.25]),
]


def remade(kind, **changes):
    """The same intervention, but for some of what it was made with."""
    made = copy.deepcopy(kind)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_another_axis_may_be_the_latent_one(kind):
    latents = torch.randn(2, 4, 5, 3, generator=torch.Generator().manual_seed(0))
    first = remade(kind, axis=1)(latents.movedim(-1, 1))
    assert torch.equal(first.movedim(1, -1), kind(latents))


def test_an_axis_that_there_is_not_is_refused():
    with pytest.raises(
        InputError, match=r"axis must be a whole number in -2…1, for shape \(4, 3\)"
    ):
        Suppression(AXIS, axis=2)(torch.ones(4, 3))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_is_computed_in_float32_and_given_back_in_its_own_type(kind, dtype):
    latents = torch.randn(20, 3, generator=torch.Generator().manual_seed(0)).to(dtype)
    latents[0] = 0
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = kind(latents)
    assert found.dtype == dtype
    assert torch.equal(found, kind(latents.float()).to(dtype))
    assert found.isfinite().all()


def test_full_suppression_in_bfloat16_leaves_nothing_along_an_axis():
    latents = torch.randn(100, 3, generator=torch.Generator().manual_seed(0)).bfloat16()
    assert (Suppression(AXIS, Falloff(180, power=0))(latents)[:, 0] == 0).all()


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64])
@pytest.mark.parametrize("kind", KINDS)
def test_latents_that_are_no_real_numbers_are_refused(kind, dtype):
    with pytest.raises(InputError, match="latents must be float32, float64, float16 or bf"):
        kind(torch.ones(2, 3, dtype=dtype))


@pytest.mark.parametrize(
    ("make", "gradient"),
    [
        (lambda d: Suppression(d, Falloff(180, power=0)), [0.0, -2.0, 0.0]),
        (lambda d: Projection(d), [0.0, -2.0, 0.0]),
        (lambda d: Steering(d, 3.0), [0.0, 1.5, 0.0]),
    ],
)
def test_a_direction_that_is_a_parameter_gets_its_gradient(make, gradient):
    direction = nn.Parameter(torch.tensor([2.0, 0.0, 0.0]))
    intervention = make(direction)
    assert list(intervention.parameters())[0] is direction  # noqa: RUF015
    # Of the second coordinate of (4, 0, 0), which is 0 − 4·d̂₂ with a projection along d̂.
    intervention(torch.tensor([[4.0, 0.0, 0.0]]))[0, 1].backward()
    torch.testing.assert_close(direction.grad, torch.tensor(gradient))


def test_directions_are_the_same_as_list_array_and_tensor():
    latents = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    found = [
        Suppression(direction)(latents)
        for direction in ([1, 2, 2], np.array([1, 2, 2]), torch.tensor([1.0, 2, 2]))
    ]
    assert torch.equal(found[0], found[1])
    torch.testing.assert_close(found[0], found[2])


def test_a_projection_takes_away_all_of_a_subspace_on_either_side():
    directions = torch.tensor([[1.0, 0, 0, 0], [1.0, 1, 0, 0]])
    latents = torch.tensor([[3.0, -2.0, 1.0, 4.0], [-5.0, 6.0, 0.0, -1.0]])
    wanted = torch.tensor([[0.0, 0.0, 1.0, 4.0], [0.0, 0.0, 0.0, -1.0]])
    torch.testing.assert_close(Projection(directions)(latents), wanted)
    one_by_one = latents
    for direction in directions:
        one_by_one = Suppression(direction, Falloff(180, power=0))(one_by_one)
    assert one_by_one[:, :2].abs().max() > 1  # they are not at right angles


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(5, 9))
def test_what_a_projection_leaves_is_at_right_angles_to_every_direction(seed, count, width):
    generator = torch.Generator().manual_seed(seed)
    directions = torch.randn(count, width, generator=generator, dtype=torch.float64)
    latents = torch.randn(20, width, generator=generator, dtype=torch.float64)
    left = Projection(directions)(latents)
    assert (left @ directions.T).abs().max() < 1e-9
    taken = (latents - left).T  # lies in the subspace
    shares = torch.linalg.lstsq(directions.T, taken).solution
    assert (directions.T @ shares - taken).abs().max() < 1e-9


def test_directions_that_span_less_than_their_number_are_refused():
    with pytest.raises(InputError, match="directions must each add to what the others span, got 2"):
        Projection([[1.0, 0, 0], [2.0, 0, 0]])(torch.ones(1, 3))


def test_steering_moves_along_the_direction_by_the_amount():
    latents = torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    assert Steering([0, 2], 3)(latents).tolist() == [[1.0, 4.0], [0.0, 3.0]]
    assert Steering([0, 2], -1)(latents).tolist() == [[1.0, 0.0], [0.0, -1.0]]
    with pytest.raises(InputError, match="amount must be a finite number, got nan; choose another"):
        Steering([0, 2], math.nan)


@pytest.mark.parametrize("values", [["a"], [True, False], [1j], [[1.0], [1.0, 2.0]]])
def test_directions_that_are_no_real_numbers_are_refused_as_they_are_given(values):
    with pytest.raises(
        InputError, match=r"direction must be (real )?numbers, one a coordinate, got"
    ):
        Suppression(values)


def test_a_direction_that_changes_later_changes_no_intervention():
    given = torch.tensor(AXIS)
    suppression = Suppression(given, Falloff(power=0))
    given.fill_(0)
    assert suppression(torch.tensor([[2.0, 1.0, 0.0]])).tolist() == [[0.0, 1.0, 0.0]]


def test_a_direction_with_a_history_is_refused():
    with pytest.raises(InputError) as caught:
        Suppression(nn.Linear(3, 1).weight[0])
    assert str(caught.value) == (
        "direction must be a Parameter to be learned, got a tensor that requires a gradient; wrap "
        "it in torch.nn.Parameter, or detach it"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_traced_intervention_acts_on_what_it_is_given_later(kind):
    traced = make_fx(kind)(torch.randn(4, 3))
    later = torch.randn(4, 3)
    torch.testing.assert_close(traced(later), kind(later))


def test_suppression_over_half_a_turn_takes_away_what_is_opposite_too():
    suppressed = Suppression(AXIS, Falloff(180, power=0))(torch.tensor([[-2.0, 0.0, 0.0]]))
    assert suppressed.tolist() == [[0.0, 0.0, 0.0]]


@pytest.mark.parametrize("kind", KINDS)
def test_an_intervention_is_compiled_whole(kind, compiling):
    latents = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    compiled = torch.compile(kind, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(latents), kind(latents))
