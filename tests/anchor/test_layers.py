"""Layers of any model are found by name."""

from __future__ import annotations

import pytest
from torch import nn

from colorcore.anchor.layers.named import find
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
