"""Interventions act on a model in their context, and can be switched off."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from typing import Any, NamedTuple

import pytest
import torch
from torch import nn

from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.kinds import Repulsion, Suppression
from colorcore.errors import InputError
from colorcore.training.model import initialize

AXIS = [1.0, 0.0, 0.0]


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


def test_a_layer_that_is_not_there_is_refused(model):
    with (
        pytest.raises(InputError, match="layer: wanted one of 0, 1, 2, got '3'"),
        intervene(model, Suppression(AXIS), layer="3"),
    ):
        pass


def test_a_layer_that_gives_no_tensor_is_refused():
    class Nothing(nn.Module):
        def forward(self, x):
            return {"x": x}

    model = nn.Sequential(Nothing())
    with (
        intervene(model, Suppression(AXIS), layer="0"),
        pytest.raises(InputError, match="layer 0: wanted a tensor, got dict; name a layer within"),
    ):
        model(torch.ones(1, 3))


class Giving(nn.Module):
    """Gives what a function makes of its input."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def forward(self, x):
        return self.make(x)


class Pair(NamedTuple):
    first: Any
    second: object


@dataclasses.dataclass(frozen=True)
class Fields:
    first: Any
    second: object = dataclasses.field(default=None)


@pytest.mark.parametrize(
    ("make", "index", "wanted"),
    [
        (lambda x: (x, "rest"), None, (0, "rest")),
        (lambda x: (None, x), 1, (None, 0)),
        (lambda x: [x, "rest"], 0, [0, "rest"]),
        (lambda x: Pair("rest", x), "second", Pair("rest", 0)),
        (lambda x: Pair(x, "rest"), 0, Pair(0, "rest")),
        (lambda x: OrderedDict(a="rest", b=x), "b", OrderedDict(a="rest", b=0)),
        (lambda x: Fields(x, "rest"), "first", Fields(0, "rest")),
    ],
)
def test_an_item_that_is_acted_on_goes_back_into_the_same_container(make, index, wanted):
    model = nn.Sequential(Giving(make))
    with intervene(model, torch.zeros_like, layer="0", index=index):
        found = model(torch.tensor(1.0))
    assert type(found) is type(wanted)
    assert found == wanted


@pytest.mark.parametrize(
    ("intervention", "got"),
    [
        (lambda z: None, "NoneType"),
        (lambda z: z[:1], r"float32 \(1, 3\)"),
        (lambda z: z.double(), r"float64 \(8, 3\)"),
    ],
)
def test_an_intervention_that_gives_something_else_is_refused(model, intervention, got):
    wanted = (
        rf"layer 1: wanted an intervention that gives float32 \(8, 3\) as it gets it, got {got};"
    )
    with intervene(model, intervention, layer="1"), pytest.raises(InputError, match=wanted):
        model(torch.ones(8, 4))
