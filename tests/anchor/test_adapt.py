"""A fresh model takes the shapes and numbers of a pruned one, or says why it cannot."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from colorcore.anchor.layers.named import Unit
from colorcore.anchor.surgery.adapt import adapt
from colorcore.anchor.surgery.operations import ablate, prune
from colorcore.errors import InputError


def make(*middle):
    middle = middle or (nn.BatchNorm2d(6), nn.ReLU())
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), *middle, nn.Conv2d(6, 5, 1), nn.Tanh(), nn.Conv2d(5, 2, 1)
    )


@pytest.fixture
def x():
    torch.manual_seed(0)
    return torch.randn(4, 3, 5, 5)


def test_a_model_pruned_in_several_places_is_adapted_to(x):
    pruned = prune(prune(make(), [1, 4], layer="0"), [0], layer="3")
    adapted = adapt(make(), pruned.state_dict())
    assert [adapted.get_submodule(one).extra_repr() for one in "0135"] == [
        pruned.get_submodule(one).extra_repr() for one in "0135"
    ]
    torch.testing.assert_close(adapted(x), pruned(x))


def test_a_mean_square_of_fewer_is_adapted_to():
    torch.manual_seed(0)
    one, other = (
        nn.Sequential(nn.Linear(3, 5), nn.RMSNorm(5, eps=0.1), nn.Linear(5, 2)) for _ in range(2)
    )
    pruned, x = prune(one, [2], layer="0"), torch.randn(7, 3)
    torch.testing.assert_close(adapt(other, pruned.state_dict())(x), pruned(x))


def test_a_model_that_needs_a_sample_is_adapted_with_one():
    torch.manual_seed(0)
    one, other = (
        nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 2)) for _ in range(2)
    )
    x = torch.randn(7, 3)
    pruned = prune(one, [2], layer="0", sample=x)
    with pytest.raises(InputError, match="sample: wanted a batch to check the result on"):
        adapt(other, pruned.state_dict())
    torch.testing.assert_close(adapt(other, pruned.state_dict(), sample=x)(x), pruned(x))


def test_a_model_that_was_ablated_is_only_loaded(x):
    ablated = ablate(make(), [1], layer="0")
    fresh = make()
    torch.testing.assert_close(adapt(fresh, ablated.state_dict())(x), ablated(x))
    assert not torch.equal(next(fresh.parameters()), next(ablated.parameters()))


def test_shapes_that_pruning_does_not_make_are_refused():
    state = make().state_dict()
    state["5.weight"] = torch.ones(2, 4, 1, 1)
    with pytest.raises(InputError) as caught:
        adapt(make(), state)
    assert str(caught.value) == (
        "state: wanted 5.weight of shape (2, 5, 1, 1), as the layers around it have it, got "
        "(2, 4, 1, 1); operate on a fresh model as on the saved one, then load its state"
    )
    behind = prune(nn.Sequential(nn.Linear(3, 4), Unit(), nn.Linear(4, 2)), [0], layer="1",
                   after="1")  # fmt: skip
    with pytest.raises(InputError, match=r"state: wanted 2.weight of shape \(2, 4\), .*\(2, 3\);"):
        adapt(nn.Sequential(nn.Linear(3, 4), Unit(), nn.Linear(4, 2)), behind.state_dict())


def test_other_names_are_refused():
    state = make().state_dict()
    bias = state.pop("0.bias")
    with pytest.raises(InputError, match=r"of which 0\.bias is one, got it missing; make plain"):
        adapt(make(), state)
    with pytest.raises(InputError, match=r"of which 9\.bias is none, got it in addition; make"):
        adapt(make(), {**make().state_dict(), "9.bias": bias})
