"""What surgery cannot do rightly it refuses by name, and says what to do instead."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from chains import chain, refused
from colorcore.anchor.ensemble.networks import EnsembleLinear
from colorcore.anchor.surgery.operations import ablate, prune

pytestmark = pytest.mark.parametrize("operate", [ablate, prune])


class Doubled(nn.Linear):
    def forward(self, input):
        return super().forward(input).flip(-1) * 2


class Adapted(nn.Module):
    def __init__(self):
        super().__init__()
        self.base_layer, self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 1), nn.Linear(1, 4)

    def forward(self, x):
        return self.base_layer(x) + self.b(self.a(x))


def test_a_subclass_with_a_forward_of_its_own_is_no_linear_layer(operate):
    torch.manual_seed(0)
    model = nn.Sequential(Doubled(4, 4), nn.Linear(4, 4))
    assert "wanted activations or a normalisation" in refused(operate, model)
    message = refused(operate, model, reader="1", sample=torch.ones(2, 4))
    assert message == (
        "layer 0: wanted a linear layer, a convolution or an embedding, got Doubled; name the ones "
        "that write and read the dimensions"
    )


def test_a_layer_whose_forward_was_replaced_is_refused(operate):
    model = chain()
    vars(model.get_submodule("0"))["forward"] = lambda x: x.flip(-1)
    message = refused(operate, model, reader="1", sample=torch.ones(2, 4))
    assert "got Linear with a forward of its own" in message


def test_one_of_two_layers_that_are_added_is_refused_and_their_sum_is_not(operate):
    torch.manual_seed(0)
    model, x = nn.Sequential(Adapted(), nn.Tanh(), nn.Linear(4, 4)), torch.randn(6, 4)
    assert refused(operate, model, "0.base_layer") == (
        "layer 0.base_layer: wanted a layer that gives all that 2 reads, got one of several; name "
        "the layer in which they come together, or the reader and a sample"
    )
    result = operate(model, [1], layer="0", sample=x)
    last: Any = model[2]
    with torch.no_grad():
        last.weight[:, 1] = 0
    torch.testing.assert_close(result(x), model(x))


class Step(nn.Module):
    def __init__(self, act):
        super().__init__()
        self.act = act

    def forward(self, x):
        return self.act(x)


@pytest.mark.parametrize(
    "act",
    [
        lambda x: x.flip(-1),
        lambda x: x.cumsum(-1),
        lambda x: x - x.mean(-1, keepdim=True),
        lambda x: x.softmax(-1),
        lambda x: x.sort(-1).values,
        lambda x: x[..., [1, 0, 3, 2]],
        lambda x: torch.stack([x, x]).sum(0),
    ],
)
def test_a_layer_without_parameters_is_looked_into_also_when_named(operate, act):
    message = refused(operate, chain(Step(act)), "1")
    assert "got something that may mix dimensions" in message


@pytest.mark.parametrize(
    "act",
    [lambda x: x.flip(-1), lambda x: x - x.mean(-1, keepdim=True), lambda x: x.softmax(-1)],
)
def test_a_layer_that_mixes_dimensions_shows_on_a_sample(operate, act):
    sample = torch.randn(9, 4)
    message = refused(operate, chain(Step(act)), "0", reader="2", sample=sample)
    assert message.startswith("output: wanted what the model gives with the dimensions set to zero")


class Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x, **options):
        if x.sum() > 1e9:  # cannot be followed
            return x
        return self.last(x + self.first(x).relu())


def test_a_skip_around_a_named_layer_is_measured(operate):
    torch.manual_seed(0)
    message = refused(operate, Skip(), "first", reader="last", sample=torch.randn(9, 4))
    assert "wanted" in message
    if operate is ablate:
        assert message.startswith("output: wanted what the model gives with the dimensions set to")
        assert message.endswith("mixes them: name others")


class Unread(nn.Module):
    """A second reader that nobody named."""

    def __init__(self):
        super().__init__()
        self.first, self.last, self.other = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        z = self.first(x)
        return (self.last(z), self.other(z)) if x.sum() < 1e9 else z


def test_behind_a_layer_all_that_reads_it_has_to_be_named(operate):
    torch.manual_seed(0)
    x = torch.randn(9, 4)
    given = {"layer": "first", "sample": x}
    assert operate(Unread(), [0], reader=["last", "other"], **given)
    if operate is prune:
        assert "the model behind the operation takes" in refused(
            operate, Unread(), "first", reader="last", sample=x
        )


class InPlace(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        z = self.first(x)
        same = z
        z += x
        return self.last(same)


def test_a_sum_in_place_is_no_sum_beside(operate):
    assert "wanted activations or a normalisation" in refused(operate, InPlace(), "first")


class Choosing(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x, order=None):
        z = self.first(x)
        return self.last(z if order is not None else z.flip(-1))


def test_arguments_that_may_be_left_out_need_a_sample(operate):
    torch.manual_seed(0)
    x = torch.randn(5, 4)
    assert refused(operate, Choosing(), "first") == (
        "sample: wanted a batch to check the result on, since the model may go another way with "
        "other order, got none; give what the model is called with"
    )
    assert "output: wanted what the model gives" in refused(operate, Choosing(), "first", sample=x)
    assert operate(Choosing(), [0], layer="first", sample=(x, 1))


class Modal(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last, self.other = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        z = self.first(x)
        return self.last(z) if self.training else self.last(z) + self.other(z)


def test_a_model_that_is_read_otherwise_in_training_is_refused(operate):
    assert refused(operate, Modal(), "first") == (
        "layer first: wanted the same layers around it in training and after, got ['last'] and "
        "['last', 'other']; name the readers and give a sample"
    )


def test_after_the_named_reader_or_before_the_writer_is_refused_also_with_a_reader(operate):
    model = nn.Sequential(nn.Linear(4, 4), nn.GELU(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    for after in ("0", "1", "4"):
        assert refused(operate, model, "2", reader="4", after=after).startswith("after: wanted a")


def test_one_network_of_many_is_no_other_kind(operate):
    model = nn.Sequential(EnsembleLinear(torch.ones(2, 3, 4), torch.ones(2, 3)), nn.Linear(3, 2))
    assert operate(model, [0], layer="0")(torch.ones(2, 5, 4)).shape == (2, 5, 2)


def test_a_model_that_does_more_than_its_forward_needs_a_sample(operate):
    torch.manual_seed(0)
    x = torch.randn(5, 4)
    model = chain(nn.Tanh())
    vars(model)["forward"] = lambda x: model[2](model[1](model[0](x).flip(-1)))
    hooked = chain(nn.Tanh())
    hooked.register_forward_hook(lambda _layer, _args, y: y[:])
    for one in (model, hooked):
        assert refused(operate, one).startswith(
            "sample: wanted a batch to check the result on, since the model does more when called"
        )
    assert operate(hooked, [0], layer="0", sample=x)
