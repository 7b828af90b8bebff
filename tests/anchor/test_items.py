"""Of what a layer gives, the tensor that is meant is taken, or it is asked for."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import pytest
import torch
from torch import nn

from colorcore.anchor.layers.captures import capture
from colorcore.errors import InputError
from colorcore.training.model import initialize


class Giving(nn.Module):
    """Gives what a function makes of its input."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def forward(self, x):
        return self.make(x)


class Pair(NamedTuple):
    first: torch.Tensor
    second: torch.Tensor


@dataclasses.dataclass(frozen=True)
class Fields:
    first: torch.Tensor
    second: torch.Tensor


@pytest.mark.parametrize(
    ("make", "index", "wanted"),
    [
        (lambda x: x.sum(), None, 1.0),
        (lambda x: (x, None), None, 1.0),
        (lambda x: [x, 2 * x], None, 1.0),
        (lambda x: (None, 2 * x), 1, 2.0),
        (lambda x: Pair(x, 2 * x), "second", 2.0),
        (lambda x: Pair(x, 2 * x), 1, 2.0),
        (lambda x: {"a": x, "b": 2 * x}, "b", 2.0),
        (lambda x: Fields(x, 2 * x), "second", 2.0),
        (lambda x: torch.max(x.unsqueeze(0), dim=0), None, 1.0),
    ],
)
def test_of_several_things_that_a_layer_gives_one_is_captured(make, index, wanted):
    model = nn.Sequential(Giving(make))
    with capture(model, ["0"], index=index) as layers:
        model(torch.ones(1))
    assert layers["0"].item() == wanted


@pytest.mark.parametrize(
    ("make", "index", "error"),
    [
        (lambda x: x, 0, "wanted several things to take item 0 of, got a tensor; leave index out"),
        (lambda x: (x, x), 2, r"wanted as index one of 0, 1, the items of its tuple, got 2; "),
        (lambda x: (x, x), "a", r"wanted as index one of 0, 1, the items of its tuple, got 'a'; "),
        (lambda x: {"a": x}, "b", "wanted as index one of 'a', the items of its dict, got 'b'; "),
        (lambda x: {"a": x}, None, "wanted a tensor, got dict; name a layer within it, or"),
        (lambda x: (), None, "wanted a tensor, got tuple; name a layer within it"),
        (lambda x: None, None, "wanted a tensor, got NoneType; name a layer within it"),
        (lambda x: (None, x), None, "item 0: wanted a tensor, got NoneType; name a layer "),
        (lambda x: x.to_sparse(), None, "wanted a plain dense tensor, got torch.sparse_coo ten"),
        (lambda x: nn.UninitializedParameter(), None, "wanted a plain dense tensor, got Uninitial"),
    ],
)  # fmt: skip
def test_what_is_no_plain_tensor_is_refused(make, index, error):
    model = nn.Sequential(Giving(make))
    with capture(model, ["0"], index=index), pytest.raises(InputError, match=error):
        model(torch.ones(1))


def test_a_layer_that_gives_a_named_tuple_is_asked_for_a_name():
    model = initialize([0], hidden=4, depth=1, latent=3)
    wrapped = nn.Sequential(model)
    with (
        capture(wrapped, ["0"]),
        pytest.raises(InputError, match="layer 0: wanted a tensor, got Activations; name a layer"),
    ):
        wrapped(torch.ones(1, 2, 3))
    with capture(wrapped, ["0.bottleneck"]) as inner, capture(wrapped, ["0"], index=1) as outer:
        latents = wrapped(torch.ones(1, 2, 3)).bottleneck
    assert torch.equal(inner["0.bottleneck"], latents)
    assert torch.equal(outer["0"], wrapped(torch.ones(1, 2, 3))[1])
