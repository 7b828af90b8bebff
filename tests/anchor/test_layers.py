"""Layers of any model are found by name, and those of colorcore's own do what they say."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from colorcore.anchor.layers.named import Unit, find
from colorcore.anchor.surgery.operations import ablate, prune
from colorcore.errors import InputError


@pytest.fixture
def model():
    return nn.Sequential(nn.Sequential(nn.Linear(4, 3), nn.Tanh()), nn.Linear(3, 2))


def test_the_model_itself_is_no_layer_of_its_own(model):
    with pytest.raises(InputError, match="got ''"):
        find(model, "")


def test_a_layer_is_found_by_each_of_its_names():
    shared = nn.Tanh()
    model = nn.Sequential(shared, nn.Linear(2, 2), shared)
    assert find(model, "0") is find(model, "2") is shared


@pytest.mark.parametrize(
    ("wrapper", "wanted"), [("module", "module.0.1"), ("_orig_mod", "_orig_mod.0.1")]
)
def test_a_name_that_a_wrapper_stands_before_is_told_with_it(model, wrapper, wanted):
    wrapped = nn.ModuleDict({wrapper: model})
    with pytest.raises(InputError, match=f"got '0.1'; did you mean {wanted}. wrappers of a model"):
        find(wrapped, "0.1")
    with pytest.raises(InputError, match=f"got '{wanted}'; did you mean 0.1. wrappers"):
        find(model, wanted)


def test_channels_that_come_first_are_brought_to_unit_length():
    maps = torch.tensor([[[3.0, 0.0], [4.0, 0.0]]])
    assert Unit(axis=1)(maps).tolist() == [[[0.6000000238418579, 0.0], [0.800000011920929, 0.0]]]
    assert repr(Unit(axis=1)) == "Unit(axis=1)"


def test_channels_at_unit_length_are_operated_on():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(2, 4, 1), Unit(axis=1), nn.Conv2d(4, 2, 1))
    images = torch.randn(2, 2, 3, 3)
    options: Any
    for options in ({}, {"after": "1"}):
        ablated = ablate(model, [1], layer="1", sample=images, **options)
        pruned = prune(model, [1], layer="1", sample=images, **options)
        torch.testing.assert_close(pruned(images), ablated(images))
