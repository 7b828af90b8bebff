"""Every kind of layer that holds dimensions is zeroed and narrowed whole."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from colorcore.anchor.layers.named import Unit
from colorcore.anchor.surgery.graph import around
from colorcore.anchor.surgery.operations import ablate, prune
from colorcore.errors import InputError


def check(model, layer, x, *, dims=(1,), **options):
    """Ablation and pruning agree with each other and with zeros put in by hand at the layer."""
    reference = copy.deepcopy(model).eval()
    axis = options.pop("axis", -1)

    def cut(_layer, _args, y):
        return y.index_fill(axis, torch.tensor(list(dims)), 0)

    reference.get_submodule(layer).register_forward_hook(cut)
    ablated = ablate(model, dims, layer=layer, **options)
    pruned = prune(model, dims, layer=layer, **options)
    assert not torch.allclose(model.eval()(x), reference(x))
    torch.testing.assert_close(ablated.eval()(x), reference(x))
    torch.testing.assert_close(pruned.eval()(x), reference(x))
    assert [*ablated.state_dict()] == [*pruned.state_dict()] == [*model.state_dict()]
    torch.testing.assert_close(ablated.train()(x), pruned.train()(x))
    return ablated, pruned


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def warm(model, x):
    """Running statistics of its own for each dimension."""
    for _ in range(3):
        model.train()(x * 3 + 1)
    return model


@pytest.mark.parametrize(
    ("kind", "pool", "space"),
    [
        (nn.Conv1d, nn.MaxPool1d(2), (8,)),
        (nn.Conv2d, nn.AvgPool2d(2), (8, 8)),
        (nn.Conv3d, nn.AdaptiveAvgPool3d(2), (4, 4, 4)),
        (nn.ConvTranspose1d, nn.AdaptiveMaxPool1d(2), (8,)),
        (nn.ConvTranspose2d, nn.Upsample(scale_factor=2), (4, 4)),
        (nn.ConvTranspose3d, nn.MaxPool3d(2), (4, 4, 4)),
    ],
)
def test_channels_of_convolutions_are_dimensions(kind, pool, space):
    model = nn.Sequential(kind(3, 5, 3, padding=1), nn.ReLU(), pool, kind(5, 2, 2))
    _, pruned = check(model, "1", torch.randn(4, 3, *space), dims=[1, 4], axis=-1 - len(space))
    assert (pruned[0].out_channels, pruned[3].in_channels) == (3, 3)


@pytest.mark.parametrize("norm", [nn.BatchNorm2d, nn.InstanceNorm2d])
@pytest.mark.parametrize("options", [{}, {"affine": False}, {"track_running_stats": False}])
def test_a_normalisation_of_each_channel_is_narrowed_with_it(norm, options):
    model = nn.Sequential(nn.Conv2d(3, 5, 3), norm(5, **options), nn.ReLU(), nn.Conv2d(5, 2, 1))
    x = torch.randn(4, 3, 6, 6)
    inner: Any = warm(model, x)[1]
    for name, number in inner.named_parameters():
        nn.init.normal_(number, mean=2.0 if name == "bias" else 1.0)
    _, pruned = check(model, "1", x, axis=-3)
    assert pruned[1].num_features == 4


def test_a_normalisation_over_the_batch_behind_a_linear_layer_needs_a_sample():
    model = nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Linear(5, 2))
    x = torch.randn(9, 3)
    warm(model, x)
    with pytest.raises(InputError) as caught:
        ablate(model, [1], layer="0")
    assert str(caught.value) == (
        "sample: wanted a batch to check the result on, since 1 counts its axes from the front, "
        "and dimensions lie at the end, got none; give what the model is called with"
    )
    _, pruned = check(model, "1", x, sample=x)
    assert pruned[1].num_features == 4


def test_a_normalisation_over_the_batch_that_counts_another_axis_is_refused():
    model = nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 2))
    x = torch.randn(9, 5, 3)  # five places, which are what it counts
    with pytest.raises(InputError, match=r"output: wanted what the model gives"):
        ablate(warm(model, x), [1], layer="0", sample=x)


@pytest.mark.parametrize("slopes", [1, 5])
def test_slopes_of_each_dimension_are_narrowed_with_it(slopes):
    x = torch.randn(9, 3)
    model = nn.Sequential(nn.Linear(3, 5), nn.PReLU(slopes), nn.Linear(5, 2))
    _, pruned = check(model, "1", x, sample=x)
    assert pruned[1].num_parameters == min(slopes, 4)


def test_a_mean_square_of_fewer_dimensions_is_made_up_for():
    model = nn.Sequential(nn.Linear(3, 5), nn.RMSNorm(5, eps=0.1), nn.Linear(5, 2))
    nn.init.normal_(list(model.parameters())[2])  # the weight of the norm
    x = torch.randn(9, 3)
    _, pruned = check(model, "0", x, dims=[0, 3])
    assert pruned[1].normalized_shape == (3,)


@pytest.mark.parametrize("norm", [nn.LayerNorm(6), nn.GroupNorm(2, 6), nn.RMSNorm([1, 6])])
def test_a_normalisation_that_mixes_dimensions_is_cut_behind_or_not_at_all(norm):
    model = nn.Sequential(nn.Linear(3, 6), norm, nn.Linear(6, 2))
    x = torch.randn(9, 1, 3) if isinstance(norm, nn.RMSNorm) else torch.randn(9, 3)
    for operate in (ablate, prune):
        with pytest.raises(InputError, match=r"1 \(\w+\): wanted activations or a normalisation"):
            operate(model, [1], layer="0")
    check(model, "1", x, after="1")
    check(model, "1", x, after="1", sample=x)


@pytest.mark.parametrize(
    "act", [nn.Hardswish(), nn.ReLU6(), nn.Softshrink(), nn.Threshold(0.1, 0.0), nn.Hardtanh()]
)
def test_activations_that_leave_a_zero_are_passed(act):
    check(nn.Sequential(nn.Linear(3, 4), act, nn.Linear(4, 2)), "1", torch.randn(9, 3))


@pytest.mark.parametrize(
    "act",
    [nn.Sigmoid(), nn.Softplus(), nn.LogSigmoid(), nn.Hardsigmoid(), nn.Hardtanh(0.1, 1.0)],
)
def test_activations_that_make_something_of_a_zero_are_cut_off_from_what_reads_them(act):
    model, x = nn.Sequential(nn.Linear(3, 4), act, nn.Linear(4, 2)), torch.randn(9, 3)
    check(model, "1", x)
    check(model, "1", x, sample=x)
    model.insert(2, Unit())  # which counts what becomes of a zero
    for operate in (ablate, prune):
        with pytest.raises(InputError, match="something that makes too much of a zero"):
            operate(model, [1], layer="0")
    check(model, "1", x, after="1")


class Leaving(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.act, self.last = nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2)

    def forward(self, x):
        z = self.act(self.first(x))
        return z, self.last(z)


def test_dimensions_that_leave_the_model_have_to_be_zero_there():
    with pytest.raises(InputError) as caught:
        ablate(Leaving(), [1], layer="act")
    assert str(caught.value) == (
        "layer act: wanted dimensions that are zero where they leave the model, got 0.5 from act; "
        "name the layer that gives that, as layer and as after"
    )
    x = torch.randn(9, 3)
    z, _ = ablate(Leaving(), [1], layer="act", after="act", sample=x)(x)
    assert z[:, 1].abs().max() == 0
    z, _ = prune(Leaving(), [1], layer="act", after="act", sample=x)(x)
    assert z.shape == (9, 3)


def test_flattened_channels_are_cut_out_with_all_their_places():
    model = nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(45, 2)
    )
    x = torch.randn(4, 3, 8, 8)
    with pytest.raises(InputError, match="since what is flattened depends on the shape"):
        prune(model, [1], layer="1")
    _, pruned = check(model, "1", x, dims=[0, 3], axis=-3, sample=x)
    assert pruned[4].in_features == 27


def test_channels_are_not_cut_behind_what_flattens_them():
    model = nn.Sequential(nn.Conv1d(3, 4, 1), nn.Flatten(), nn.Tanh(), nn.Linear(20, 2))
    x = torch.randn(6, 3, 5)
    for after in ("1", "2"):
        with pytest.raises(InputError, match="counts other axes among the dimensions"):
            prune(model, [1], layer="0", after=after, sample=x)
    pruned = prune(model, [1], layer="1", after="1", sample=x)  # one place of one channel
    assert pruned[3].in_features == 19


def test_flattened_places_of_a_linear_layer_are_told_from_channels():
    model = nn.Sequential(nn.Linear(3, 4), nn.Flatten(), nn.Linear(20, 2))
    x = torch.randn(6, 5, 3)
    _, pruned = check(model, "0", x, dims=[0, 3], sample=x)
    assert pruned[2].in_features == 10


def test_an_embedding_writes_dimensions():
    model = nn.Sequential(nn.Embedding(7, 4, padding_idx=0), nn.Linear(4, 2))
    _, pruned = check(model, "0", torch.arange(7))
    assert pruned[0].embedding_dim == 3


class Gated(nn.Module):
    def __init__(self, act):
        super().__init__()
        self.gate, self.up, self.down = nn.Linear(3, 6), nn.Linear(3, 6), nn.Linear(6, 3)
        self.act = act

    def forward(self, x):
        return self.down(self.act(self.gate(x)) * self.up(x))


@pytest.mark.parametrize(
    ("layer", "act"), [("gate", nn.SiLU()), ("up", nn.SiLU()), ("up", nn.Sigmoid())]
)
def test_the_factors_of_a_product_are_pruned_together(layer, act):
    x = torch.randn(9, 3)
    _, pruned = check(Gated(act), layer, x, sample=x)
    assert [one.out_features for one in (pruned.gate, pruned.up)] == [5, 5]
    assert pruned.down.in_features == 5


def test_a_gate_that_is_half_open_at_zero_does_not_stand_for_the_product():
    for operate in (ablate, prune):
        with pytest.raises(InputError, match="layer gate: wanted a layer that gives all that down"):
            operate(Gated(nn.Sigmoid()), [0], layer="gate")


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv1d(3, 4, 3), nn.Conv1d(4, 2, 1)

    def forward(self, x):
        z = F.gelu(self.first(x)).clamp(min=-0.1) * 2
        return self.last(F.normalize(F.max_pool1d(z.to(x.dtype), 2), dim=1))


def test_functions_and_methods_are_known_for_what_they_are():
    check(Functional(), "first", torch.randn(5, 3, 9), axis=-2)


def relu(x):
    """No activation, but for its name."""
    return x.flip(-1)


torch.fx.wrap("relu")


class Wrapped(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.last(relu(self.first(x)))


def test_a_function_is_not_known_by_its_name():
    with pytest.raises(InputError, match="relu: wanted activations or a normalisation"):
        ablate(Wrapped(), [0], layer="first")


def test_a_layer_of_another_axis_reads_no_channels():
    model = nn.Sequential(nn.Conv1d(3, 8, 1), nn.Linear(8, 2))  # which mixes places
    with pytest.raises(InputError, match="got a layer that reads another axis"):
        ablate(model, [0], layer="0")
    model.insert(1, Unit())
    with pytest.raises(InputError, match="got a layer that reads another axis"):
        ablate(model, [0], layer="1", after="1")
    model = nn.Sequential(nn.Linear(3, 8), nn.MaxPool1d(2), nn.Linear(4, 2))
    with pytest.raises(InputError, match="got something on another axis than the dimensions'"):
        ablate(model, [0], layer="0")


def test_lengths_that_count_zeros_are_no_normalisation():
    model = nn.Sequential(nn.Linear(3, 4), Lengths(), nn.Linear(4, 2))
    with pytest.raises(InputError, match="something that may mix dimensions"):
        ablate(model, [0], layer="0")


class Lengths(nn.Module):
    def forward(self, x):
        return F.normalize(x, p=-1.0, dim=-1)


def test_the_layers_of_a_shared_space_are_told():
    found = around(Gated(nn.SiLU()), "act")
    assert (found.writers, found.readers, found.axis) == (["gate", "up"], ["down"], -1)
