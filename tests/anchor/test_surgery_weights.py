"""Weights that are computed, shared or packed are not operated on."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations
from torch.nn.utils import prune as pruning

from chains import chain, refused
from colorcore.anchor.surgery.operations import ablate, prune

pytestmark = pytest.mark.parametrize("operate", [ablate, prune])


@pytest.mark.parametrize("place", ["0", "2"])
@pytest.mark.parametrize(
    "wrap",
    [parametrizations.weight_norm, parametrizations.spectral_norm, parametrizations.orthogonal],
)
def test_a_parametrized_weight_is_refused_with_the_call_that_makes_it_plain(operate, place, wrap):
    model = chain(nn.Tanh())
    wrap(model.get_submodule(place))
    assert refused(operate, model) == (
        f"layer {place}: wanted plain weights, got a parametrized weight; call "
        'torch.nn.utils.parametrize.remove_parametrizations(layer, "weight") first'
    )


@pytest.mark.parametrize("place", ["0", "2"])
@pytest.mark.parametrize(
    ("wrap", "name", "remedy"),
    [
        (nn.utils.weight_norm, "WeightNorm", "torch.nn.utils.remove_weight_norm"),
        (nn.utils.spectral_norm, "SpectralNorm", "torch.nn.utils.remove_spectral_norm"),
        (lambda layer: pruning.l1_unstructured(layer, "weight", 2), "L1Unstructured",
         "torch.nn.utils.prune.remove"),
    ],
)  # fmt: skip
def test_a_weight_that_a_hook_computes_is_refused(operate, place, wrap, name, remedy):
    model = chain(nn.Tanh())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrap(model.get_submodule(place))
    assert refused(operate, model) == (
        f"layer {place}: wanted one without hooks, got {name}; call {remedy} first"
    )


@pytest.mark.parametrize("place", ["0", "1", "2"])
def test_hooks_that_the_graph_does_not_show_are_refused(operate, place):
    model = chain(nn.Tanh())
    model.get_submodule(place).register_forward_hook(lambda _layer, _args, y: y.flip(-1))
    assert refused(operate, model).startswith(f"layer {place}: wanted one without hooks, got test_")


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.inner = nn.Embedding(7, 4), nn.Linear(4, 5)
        self.out, self.head = nn.Linear(5, 4), nn.Linear(4, 7, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, tokens):
        return self.head(self.out(self.inner(self.embed(tokens)).relu()))


def test_weights_that_are_shared_are_refused_with_the_other_name(operate):
    assert refused(operate, Tied(), "embed") == (
        "layer embed: wanted a weight of its own, got one shared with head.weight; give each a "
        "copy of it"
    )
    assert "layer head: wanted a weight of its own" in refused(operate, Tied(), "out")


def test_weights_that_lie_in_one_another_are_refused_and_beside_one_another_are_not(operate):
    model = chain()
    flat = nn.utils.parameters_to_vector(model.parameters()).detach()
    nn.utils.vector_to_parameters(flat, model.parameters())  # all in one storage
    assert operate(model, [0], layer="0")(torch.ones(1, 4)).shape == (1, 4)
    model.register_buffer("whole", flat)
    assert "layer 0: wanted a weight of its own, got one shared with whole" in refused(
        operate, model
    )


class Beside(nn.Module):
    """A decoder made of the encoder's weights."""

    def __init__(self):
        super().__init__()
        self.encoder, self.head = nn.Linear(4, 3), nn.Linear(3, 2)

    def forward(self, x):
        z = self.encoder(x)
        return self.head(z), z.detach() @ self.encoder.weight


class Lifted(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.encoder(x)), x @ self.encoder.weight


def test_a_weight_that_is_also_used_beside_its_layer_is_refused(operate):
    assert "matmul: wanted activations" in refused(operate, Beside(), "encoder")
    assert refused(operate, Lifted(), "encoder") == (
        "layer encoder: wanted one whose weights are used by itself alone, got encoder.weight used "
        "beside it; give each place weights of its own"
    )


def test_quantised_and_packed_weights_are_refused(operate):
    model = chain()
    packed = nn.Parameter(torch.ones(4, 4, dtype=torch.int8), requires_grad=False)
    model.get_submodule("0").weight = packed
    assert refused(operate, model) == (
        "layer 0: wanted plain numbers as weight, got Parameter of int8; operate before weights "
        "are packed, computed or quantised"
    )
    model = chain()
    del model[1].weight
    model[1].register_buffer("weight", torch.ones(4, 4))
    assert "got Tensor of float32; operate before weights are packed" in refused(operate, model)


def test_embeddings_that_change_their_rows_and_grouped_convolutions_are_refused(operate):
    model = nn.Sequential(nn.Embedding(7, 4, max_norm=1.0), nn.Linear(4, 2))
    assert "got max_norm=1.0; set max_norm to None" in refused(operate, model)
    model = nn.Sequential(nn.Conv1d(4, 4, 1, groups=2), nn.Conv1d(4, 2, 1))
    assert "wanted a convolution in one group, got 2;" in refused(operate, model)
