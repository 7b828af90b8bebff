"""A sample shows whether surgery did what it says, or that nothing can be shown on it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import nn

from colorcore.anchor.surgery.operations import ablate, prune
from colorcore.errors import InputError


@dataclass
class Output:
    """As models of Hugging Face give them: nested, with numbers and nothing among tensors."""

    recon: torch.Tensor
    hidden: tuple[torch.Tensor, ...]
    loss: float | None = None


class Model(nn.Module):
    """Cannot be followed; takes named arguments; draws at random, also when evaluating."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 3)
        self.aside = nn.Linear(4, 3)
        self.around = False

    def forward(self, x, mask=None):
        x = x + 0.1 * torch.randn_like(x)
        z = self.first(x)
        if mask is not None and mask.any():
            z = z * mask
        hidden = (x, self.aside(z if self.around else x))
        return Output(self.last(z), hidden)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Model()


NAMED: dict[str, Any] = {"layer": "first", "reader": "last"}


@pytest.mark.parametrize("operate", [ablate, prune])
@pytest.mark.parametrize(
    "sample",
    [torch.ones(2, 4), (torch.ones(2, 4), torch.ones(4)), {"x": torch.ones(2, 4), "mask": None}],
)
def test_a_sample_is_a_tensor_a_tuple_or_a_dict(operate, model, sample):
    if operate is prune and isinstance(sample, tuple):
        sample = sample[:1]  # a mask of four dimensions fits no model of three
    assert operate(model, [1], **NAMED, sample=sample)


@pytest.mark.parametrize("operate", [ablate, prune])
def test_models_random_state_and_sample_stay_as_they_were(operate, model):
    model.train()
    model.last.eval()
    model.first.weight.requires_grad_(False)
    x = torch.ones(2, 4, requires_grad=True)
    before, state = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    result = operate(model, [1], **NAMED, sample=x)
    assert torch.equal(torch.get_rng_state(), state)
    assert x.grad is None
    assert all(torch.equal(model.state_dict()[name], value) for name, value in before.items())
    for one in (model, result):
        assert (one.training, one.first.training, one.last.training) == (True, True, False)
        assert [p.requires_grad for p in one.first.parameters()] == [False, True]
        assert not one.first._forward_hooks


def test_every_output_is_compared(model):
    model.around = True
    with torch.no_grad():
        model.first.weight.zero_()
        model.first.bias.fill_(1)
        model.aside.weight.fill_(0.5)
        model.last.weight.zero_()
        model.last.weight[:, 1] = 2.0
    assert ablate(model, [1], **NAMED, sample=torch.ones(2, 4))  # `aside` gets zeros as well
    with pytest.raises(InputError) as caught:
        ablate(model, [1], layer="first", reader="last", after="aside", sample=torch.ones(2, 4))
    assert str(caught.value) == (
        "layer aside: wanted 4 dimensions on axis -1, got shape (2, 3); name the layer that gives "
        "what the reader takes"
    )


class Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(2, 2, bias=False), nn.Linear(2, 1, bias=False)
        with torch.no_grad():
            self.first.weight.copy_(torch.eye(2))
            self.last.weight.fill_(1)

    def forward(self, x):
        return {"y": [self.last(x + self.first(x))]} if x.sum() < 1e9 else x


def test_a_difference_is_told_with_its_place_and_size():
    with pytest.raises(InputError) as caught:
        ablate(Skip(), [0], **NAMED, sample=torch.tensor([[3.0, 1.0]]))
    assert str(caught.value) == (  # 3 + 1 + 1 with the skip, 1 + 1 without
        "output['y'][0]: wanted what the model gives with the dimensions set to zero, got another "
        "by 3 of 8; something carries the dimensions around these layers, or mixes them: name "
        "others"
    )


@pytest.mark.parametrize("operate", [ablate, prune])
def test_a_sample_on_which_nothing_can_be_shown_is_refused(operate, model):
    with torch.no_grad():
        model.first.weight[1] = 0
        model.first.bias[1] = 0
    with pytest.raises(InputError) as caught:
        operate(model, [1], **NAMED, sample=torch.ones(2, 4))
    assert str(caught.value) == (
        "sample: wanted one on which dimension 1 of first is not zero anyway, got zeros; give "
        "another sample"
    )
    with torch.no_grad():
        model.last.weight[:, 2] = 0
    with pytest.raises(InputError) as caught:
        operate(model, [2], **NAMED, sample=torch.ones(2, 4))
    assert str(caught.value) == (
        "sample: wanted one on which the dimensions matter, got outputs that stay as they are "
        "without them; give another sample"
    )


def test_a_sample_that_the_model_does_not_take_is_refused(model):
    with pytest.raises(InputError, match="sample: wanted what the model takes, got RuntimeError: "):
        ablate(model, [1], **NAMED, sample=torch.ones(2, 5))
    with pytest.raises(InputError, match="sample: wanted what the model takes, got TypeError: "):
        ablate(model, [1], **NAMED, sample={"z": torch.ones(2, 4)})


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("operate", [ablate, prune])
def test_models_of_any_precision_are_measured_and_keep_it(operate, dtype):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2)).to(dtype)
    x = torch.randn(9, 4, dtype=dtype)
    result = operate(model, [1], layer="0", sample=x)
    assert {one.dtype for one in result.parameters()} == {dtype}
    assert result(x).dtype == dtype


def test_a_model_without_numbers_is_pruned_but_neither_ablated_nor_measured():
    with torch.device("meta"):
        model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    assert prune(model, [1], layer="0")[2].in_features == 3
    with pytest.raises(InputError) as caught:
        ablate(model, [1], layer="0")
    assert str(caught.value) == (
        "model: wanted one whose weights are there, got 0.weight on meta; load them first"
    )
    with pytest.raises(InputError, match="sample: wanted a model that can run, got one on meta"):
        prune(model, [1], layer="0", sample=torch.ones(1, 4))


def test_a_part_that_can_be_followed_is_enough_if_a_sample_bears_it_out():
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 4))

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = inner

        def forward(self, x):
            return self.block(x) if x.sum() < 1e9 else x

    x = torch.randn(9, 4)
    with pytest.raises(InputError, match=r"torch\.fx can follow"):
        prune(Outer(), [1], layer="block.0")
    pruned, ablated = (one(Outer(), [1], layer="block.0", sample=x) for one in (prune, ablate))
    assert pruned.block[0].out_features == 5
    torch.testing.assert_close(pruned(x), ablated(x))


def test_a_layer_that_the_sample_does_not_reach_is_refused():
    class Passing(Skip):
        def forward(self, x):
            return self.last(self.first(x)) if x.sum() > 0 else x

    with pytest.raises(InputError) as caught:
        ablate(Passing(), [0], **NAMED, sample=-torch.ones(1, 2))
    assert str(caught.value) == (
        "sample: wanted one on which layer first is called, got none; name a layer that the model "
        "calls, or give another sample"
    )


# The compiler looks for gradients of what a part is given, and torch warns of that.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@pytest.mark.parametrize("kind", ["compiled", "in place", "a part"])
@pytest.mark.parametrize("operate", [ablate, prune])
def test_a_model_that_was_compiled_and_run_is_measured_as_it_is_written(kind, operate):
    torch.manual_seed(0)
    plain, x = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 4)), torch.randn(9, 4)
    model: Any = copy.deepcopy(plain)
    name = "1"
    if kind == "compiled":
        model, name = torch.compile(model, backend="eager"), "_orig_mod.1"
    if kind == "in place":
        model.compile(backend="eager")
    if kind == "a part":
        model[1].compile(backend="eager")
    model(x)
    for after in (False, True):
        found = operate(model, [1], layer=name, after=name if after else None, sample=x)
        wanted = operate(plain, [1], layer="1", after="1" if after else None)
        torch.testing.assert_close(found(x), wanted(x))
    torch._dynamo.reset()
