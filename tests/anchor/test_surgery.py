"""Ablation and pruning remove the same thing."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import normalize

from colorcore.anchor.surgery.graph import around
from colorcore.anchor.surgery.operations import ablate, prune
from colorcore.errors import InputError
from colorcore.training.model import initialize


@pytest.fixture
def model():
    return initialize([0, 1, 2], hidden=16, depth=2, latent=5).eval()


@pytest.fixture
def colors():
    return torch.rand(3, 50, 3, generator=torch.Generator().manual_seed(1))


def test_ablated_latents_are_zero_in_the_dimension_and_of_unit_length(model, colors):
    latents = ablate(model, [0], layer="encoder.2", reader="decoder.0")(colors).bottleneck
    assert latents[..., 0].abs().max() == 0
    torch.testing.assert_close(latents.norm(dim=-1), torch.ones(3, 50))


def test_ablated_and_pruned_outputs_agree_to_within_rounding(model, colors):
    ablated, pruned = (
        ablate(model, [0, 3], layer="encoder.2", reader="decoder.0")(colors),
        prune(model, [0, 3], layer="encoder.2", reader="decoder.0")(colors),
    )
    assert pruned.bottleneck.shape == (3, 50, 3)
    assert (ablated.recon - pruned.recon).abs().max() < 1e-6


def test_surgery_leaves_the_model_as_it_was(model, colors):
    before = model(colors).recon
    ablate(model, [0], layer="encoder.2", reader="decoder.0")
    prune(model, [0], layer="encoder.2", reader="decoder.0")
    assert torch.equal(model(colors).recon, before)


def test_surgery_on_no_dimension_changes_nothing(model, colors):
    assert torch.equal(
        prune(model, [], layer="encoder.2", reader="decoder.0")(colors).recon, model(colors).recon
    )


@pytest.mark.parametrize("operate", [ablate, prune])
def test_a_dimension_outside_the_bottleneck_is_refused(model, operate):
    with pytest.raises(InputError) as caught:
        operate(model, [5], layer="encoder.2", reader="decoder.0")
    assert str(caught.value) == (
        "dims must lie in 0…4, the dimensions there are, got [5]; count from 0"
    )


def test_removing_every_dimension_is_refused(model):
    with pytest.raises(InputError, match=r"dims must leave a dimension of the layer, got all 5"):
        prune(model, range(5), layer="encoder.2", reader="decoder.0")


class Unit(nn.Module):
    def forward(self, x):
        return normalize(x, dim=-1)


class Classifier(nn.Module):
    """Two readers of one bottleneck, which also leaves the model by itself."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 4))
        self.unit = Unit()
        self.classes = nn.Linear(4, 3)
        self.decoder = nn.Sequential(nn.Linear(4, 8, bias=False), nn.ReLU(), nn.Linear(8, 6))

    def forward(self, x):
        latents = self.unit(self.encoder(x))
        return latents, self.classes(latents), self.decoder(latents)


@pytest.fixture
def classifier():
    torch.manual_seed(0)
    return Classifier()


@pytest.mark.parametrize("layer", ["unit", "encoder.2"])
def test_every_linear_layer_that_reads_the_named_one_is_found(classifier, layer):
    found = around(classifier, layer)
    assert (found.writers, found.readers) == (["encoder.2"], ["classes", "decoder.0"])


@pytest.mark.parametrize("dims", [[0], [1, 3]])
def test_any_model_can_be_ablated_and_pruned(classifier, dims):
    x = torch.randn(20, 6)
    ablated = ablate(classifier, dims, layer="unit")(x)
    pruned = prune(classifier, dims, layer="unit")(x)
    keep = [dim for dim in range(4) if dim not in dims]
    assert ablated[0][:, dims].abs().max() == 0
    torch.testing.assert_close(pruned[0], ablated[0][:, keep])
    for after, before in zip(pruned[1:], ablated[1:], strict=True):
        torch.testing.assert_close(after, before)
    assert not torch.allclose(classifier(x)[1], ablated[1])


def test_layers_keep_whether_they_train(classifier):
    classifier.encoder.requires_grad_(False)
    pruned = prune(classifier, [0], layer="unit")
    assert not pruned.encoder[2].weight.requires_grad
    assert pruned.decoder[0].weight.requires_grad
    assert pruned.decoder[0].in_features == 3


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        return self.last(x + self.first(x).relu())


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        return self.last(self.last(self.first(x)))


class Deciding(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        z = self.first(x)
        return self.last(z) if z.sum() > 0 else z


def chain(*middle):
    return nn.Sequential(nn.Linear(4, 4), *middle, nn.Linear(4, 4))


@pytest.mark.parametrize(
    ("model", "layer", "message"),
    [
        (chain(), "2", "layer: wanted one of 0, 1, got '2'"),
        (chain(nn.LayerNorm(4)), "1", r"1 \(LayerNorm\): wanted activations or a normalisation"),
        (chain(nn.LayerNorm(4)), "0", r"1 \(LayerNorm\): wanted activations or a normalisation"),
        (chain(nn.Softmax(-1)), "0", r"1 \(Softmax\): wanted activations or a normalisation"),
        (chain(), "1", "layer 1: wanted a linear layer that reads it, got none"),
        (nn.Sequential(nn.ReLU(), nn.Linear(4, 4)), "0", "x|input_1"),
        (Residual(), "first", "add: wanted activations .* got x, which no layer writes; name"),
        (Twice(), "first", "layer last: wanted a linear layer that is called once, got 2 calls"),
        (Deciding(), "first", "torch.fx can follow, .* and give a sample"),
    ],
)
@pytest.mark.parametrize("operate", [ablate, prune])
def test_what_is_ambiguous_is_refused_by_name(operate, model, layer, message):
    with pytest.raises(InputError, match=message):
        operate(model, [0], layer=layer)


def test_a_model_that_cannot_be_followed_is_operated_on_by_both_names_and_a_sample():
    torch.manual_seed(0)
    model, sample = Deciding(), torch.ones(5, 4) * 3
    with torch.no_grad():
        model.first.bias.fill_(4)  # the way through `last`
    named = {"layer": "first", "reader": "last", "sample": sample}
    assert ablate(model, [1], **named).last.weight[:, 1].abs().max() == 0
    assert prune(model, [1], **named).last.in_features == 3
    with pytest.raises(InputError, match=r"torch.fx can follow, .* and give a sample"):
        ablate(model, [1], layer="first", reader="last")


def test_named_readers_that_are_not_those_are_refused(classifier):
    with pytest.raises(InputError) as caught:
        prune(classifier, [0], layer="encoder.2", reader="decoder.0")
    assert str(caught.value) == (
        "reader: wanted classes, decoder.0, which read what encoder.2 gives, got decoder.0; leave "
        "reader out, or name another layer"
    )
    named = prune(classifier, [0], layer="unit", reader=["decoder.0", "classes"])
    assert named.decoder[0].in_features == named.classes.in_features == 3


def test_named_layers_that_do_not_fit_are_refused():
    model = Deciding()
    model.first = nn.Linear(4, 3)
    with pytest.raises(InputError, match=r"last must read as many .*writes, 3, got 4; name"):
        prune(model, [0], layer="first", reader="last", sample=torch.ones(1, 4))


@pytest.fixture
def behind_the_norm():
    return {"layer": "encoder.2", "reader": "decoder.0", "after": "bottleneck"}


def test_behind_a_normalisation_what_is_left_keeps_its_size(model, colors, behind_the_norm):
    whole = model(colors).bottleneck
    left = ablate(model, [0], **behind_the_norm)(colors).bottleneck
    assert left[..., 0].abs().max() == 0
    assert torch.equal(left[..., 1:], whole[..., 1:])


def test_behind_a_normalisation_ablation_and_pruning_still_agree(model, colors, behind_the_norm):
    ablated = ablate(model, [0, 3], **behind_the_norm)(colors)
    pruned = prune(model, [0, 3], **behind_the_norm)(colors)
    assert pruned.bottleneck.shape == (3, 50, 3)
    assert (ablated.recon - pruned.recon).abs().max() < 1e-6


def test_a_vector_along_the_axis_leaves_nothing_behind_a_normalisation():
    writer, reader = nn.Linear(2, 2, bias=False), nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        writer.weight.copy_(torch.eye(2))
        reader.weight.copy_(torch.tensor([[1.0, 1.0]]))
    model, along = nn.Sequential(writer, Unit(), reader), torch.tensor([[3.0, 3e-6]])
    assert ablate(model, [0], layer="1", after="1")(along).item() == pytest.approx(1e-6)
    assert ablate(model, [0], layer="1")(along).item() == pytest.approx(1)


class TwoWays(nn.Module):
    """A layer that is read with and without its normalisation."""

    def __init__(self):
        super().__init__()
        self.writer, self.unit, self.norm = nn.Linear(3, 5), nn.Identity(), Unit()
        self.straight, self.normed = nn.Linear(5, 2), nn.Linear(5, 2)

    def forward(self, x):
        z = self.unit(self.writer(x))
        return self.straight(z) + self.normed(self.norm(z))


@pytest.mark.parametrize("operate", [ablate, prune])
@pytest.mark.parametrize(
    ("model", "layer", "after", "message"),
    [
        (
            nn.Sequential(nn.Linear(3, 5), nn.GELU(), nn.Linear(5, 5), Unit(), nn.Linear(5, 3)),
            "3", "1",
            "after: wanted a layer through which 4 gets all that 2 writes, got 1; name the "
            "normalisation between them",
        ),
        (
            nn.Sequential(nn.Linear(3, 5), Unit(), nn.Linear(5, 3), nn.GELU()),
            "1", "3",
            "after: wanted a layer through which 2 gets all that 0 writes, got 3; name the "
            "normalisation between them",
        ),
        (
            TwoWays(), "unit", "norm",
            "after: wanted a layer through which straight gets all that writer writes, got norm; "
            "name the normalisation between them",
        ),
        (
            nn.Sequential(nn.Linear(3, 5), Unit(), nn.Linear(5, 3)), "1", "norm",
            "layer: wanted one of 0, 1, 2, got 'norm'; choose one of them",
        ),
    ],
)  # fmt: skip
def test_surgery_behind_a_layer_that_not_all_goes_through_is_refused(
    operate, model, layer, after, message
):
    with pytest.raises(InputError) as caught:
        operate(model, [0], layer=layer, after=after)
    assert str(caught.value) == message


def test_surgery_may_be_right_behind_the_layer_that_writes():
    model = nn.Sequential(nn.Linear(3, 4), Unit(), nn.Linear(4, 2))
    x = torch.randn(6, 3)
    behind = ablate(model, [1], layer="1", after="0")(x)
    assert torch.equal(behind, ablate(model, [1], layer="1")(x))
