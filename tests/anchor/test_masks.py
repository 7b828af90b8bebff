"""What surgery took away stays away: through training, copies and files."""

from __future__ import annotations

import copy
import io
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from colorcore.anchor.layers.named import Unit
from colorcore.anchor.surgery.operations import ablate, prune
from colorcore.errors import InputError


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), Unit(), nn.Linear(4, 3))


def train(model, optimizer, x, steps=5):
    for _ in range(steps):
        optimizer.zero_grad()
        (model(x) - 1).square().mean().backward()
        optimizer.step()


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True),
        lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.1, amsgrad=True),
        lambda p: torch.optim.LBFGS(p, lr=0.1),
    ],
)
def test_a_frozen_ablation_holds_through_training(model, optimizer):
    x = torch.randn(9, 3)
    frozen = ablate(model, [1], layer="0", frozen=True)
    chosen = optimizer(frozen.parameters())

    def loss():
        chosen.zero_grad()
        value = (frozen(x) - 1).square().mean()
        value.backward()
        return value

    for _ in range(5):
        chosen.step(loss)
    assert frozen[0](x)[:, 1].abs().max() == 0
    assert frozen[2].weight[:, 1].abs().max() == 0
    assert not torch.allclose(frozen[2].weight[:, 0], model[2].weight[:, 0])


def test_an_ablation_that_is_not_frozen_grows_back():
    model: Any = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 3))
    ablated = ablate(model, [1], layer="1")
    train(ablated, torch.optim.SGD(ablated.parameters(), lr=0.1), torch.ones(2, 3))
    assert ablated[2].weight[:, 1].abs().max() > 0
    frozen = ablate(model, [1], layer="1", frozen=True)
    train(frozen, torch.optim.SGD(frozen.parameters(), lr=0.1), torch.ones(2, 3))
    assert frozen[2].weight[:, 1].abs().max() == 0


def test_noise_in_the_weights_themselves_does_not_come_through(model):
    frozen = ablate(model, [1], layer="0", frozen=True, sample=torch.ones(2, 3))
    with torch.no_grad():
        for parameter in frozen.parameters():
            parameter.add_(1)
    assert frozen(torch.ones(2, 3)).isfinite().all()
    assert frozen[0](torch.ones(2, 3))[:, 1].abs().max() == 0


def test_a_frozen_ablation_is_copied_saved_and_loaded(model):
    frozen = ablate(model, [1], layer="0", frozen=True)
    other: Any = ablate(nn.Sequential(nn.Linear(3, 4), Unit(), nn.Linear(4, 3)), [2], layer="0",
                   frozen=True)  # fmt: skip
    other.load_state_dict(frozen.state_dict())
    for one in (other, copy.deepcopy(frozen)):
        train(one, torch.optim.SGD(one.parameters(), lr=0.1), torch.ones(2, 3))
        assert one[0].weight[1].abs().max() == 0
        assert one[0].weight[2].abs().max() > 0


def test_a_frozen_ablation_is_made_plain_before_the_next(model):
    frozen = ablate(model, [1], layer="0", frozen=True)
    with pytest.raises(InputError, match=r"call torch\.nn\.utils\.parametrize\.remove"):
        ablate(frozen, [2], layer="0")
    for place, names in ((0, ("weight", "bias")), (2, ("weight",))):
        for name in names:
            parametrize.remove_parametrizations(frozen[place], name)
    assert {*frozen.state_dict()} == {*model.state_dict()}
    again = ablate(frozen, [2], layer="0")
    assert again[2].weight[:, 1:3].abs().max() == 0


@pytest.mark.parametrize("operate", [ablate, prune])
def test_surgery_behind_a_layer_keeps_the_names_and_survives_copies(operate):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 3))
    x = torch.randn(9, 3)
    result = operate(model, [1], layer="1", after="1", sample=x)
    assert [*result.state_dict()] == [*model.state_dict()]
    file = io.BytesIO()
    torch.save(result, file)
    file.seek(0)
    for one in (copy.deepcopy(result), torch.load(file, weights_only=False)):
        torch.testing.assert_close(one(x), result(x))
    fresh = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 3))
    if operate is prune:
        fresh = prune(fresh, [1], layer="1", after="1")
    fresh.load_state_dict(result.state_dict())
    torch.testing.assert_close(fresh(x), result(x))


def test_behind_a_layer_several_operations_add_up(model):
    x = torch.randn(9, 3)
    once = ablate(model, [1, 2], layer="1", after="1")
    twice = ablate(ablate(model, [1], layer="1", after="1"), [2], layer="1", after="1", sample=x)
    torch.testing.assert_close(once(x), twice(x))
    pruned = prune(prune(model, [1], layer="1", after="1"), [1], layer="1", after="1", sample=x)
    torch.testing.assert_close(pruned(x), once(x))
    assert pruned[1](model[0](x)).shape == (9, 2)
