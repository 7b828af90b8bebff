"""Falloffs: how strongly an intervention acts, by the angle."""

from __future__ import annotations

import math

import pytest
import torch

from colorcore.anchor.interventions.falloff import Falloff
from colorcore.errors import InputError


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
        ("angle", 0.09, "at least 0.1 and at most 180 degrees"),
        ("angle", 181.0, "at least 0.1 and at most 180 degrees"),
        ("power", -1.0, "at least 0 and finite"),
        ("power", math.nan, "at least 0 and finite"),
        ("strength", 1.5, "at least 0 and at most 1"),
    ],
)
def test_falloffs_out_of_range_are_refused_by_name(name, value, wanted):
    with pytest.raises(InputError, match=f"{name} must be {wanted}, got {value}; choose another"):
        Falloff(**{name: value})


@pytest.mark.parametrize("beyond", [-1.0, -1.0000001])
def test_a_falloff_of_power_zero_over_half_a_turn_acts_alike_on_all_also_on_the_opposite(beyond):
    assert (
        Falloff(180, power=0, strength=0.5)(torch.tensor([1.0, 0.0, beyond])).tolist() == [0.5] * 3
    )


def test_the_narrowest_falloff_acts_on_what_lies_on_the_direction():
    assert Falloff(0.1)(torch.tensor([1.0, 0.999])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 3.0])
def test_gradients_of_a_falloff_are_finite_at_its_edge(power):
    cosines = torch.tensor([1.0, 0.0, -1.0], requires_grad=True)
    Falloff(180, power=power)(cosines).sum().backward()
    assert cosines.grad is not None
    assert cosines.grad.isfinite().all()


def test_falloffs_of_the_same_numbers_are_equal_and_cannot_be_changed():
    assert Falloff(60, 2, 0.5) == Falloff(60.0, 2.0, 0.5) != Falloff(60)
    with pytest.raises(AttributeError, match="cannot assign to field"):
        Falloff(60).angle = 70  # pyright: ignore[reportAttributeAccessIssue]
