"""Aims, fallbacks and routed gradients: those of plain torch, and nothing but what they are of."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import mse_loss, normalize

from colorcore.experiment.loading import load
from colorcore.training.batches import sampler
from colorcore.training.coders import coders
from colorcore.training.loop import train
from colorcore.training.model import Autoencoder, initialize, network, row
from colorcore.training.objective import objective
from colorcore.training.routing import Routed, passing
from editing import change

TERMS = """
  a-fallback: {term: fallback, direction: [-3, 0, 0, 0, 0], color: '#336699'}
  an-aim: {term: aim, labels: {red: 0.5}}"""
ANSWER = (0.2, 0.4, 0.6)  # of the fallback


def copied(folder: Path, place: Path) -> Path:
    return Path(shutil.copytree(folder, place))


@pytest.fixture
def aimed(small, tmp_path):
    """The small experiment with an aim before its other terms, and a fallback."""
    folder = copied(small, tmp_path / "aimed")
    change(folder, "regularizers:", f"regularizers:{TERMS}")
    sheet = folder / "dopesheet.csv"
    head, first, *rest = sheet.read_text().splitlines()
    rows = [f"{head},an-aim,a-fallback", f"{first},0.5,0.25", *(f"{row},," for row in rest)]
    sheet.write_text("\n".join(rows) + "\n")
    return folder


def routed(small, place, said):
    folder = copied(small, place)
    change(folder, "surgery:", f"routing: {{labels: [red], {said}}}\nsurgery:")
    return load(folder)


def given(experiment):
    """Some runs in float64, their batch with a few labels, and their model in plain torch."""
    seeds, sizes = [3, 4], experiment.model.model_dump()
    batch = sampler(experiment, seeds=seeds).draw(5)
    batch.labels[:, ::7] = True
    model = initialize(seeds, **sizes).double()
    return row(model).requires_grad_(), batch._replace(colors=batch.colors.double()), model


def without_axis(layers, layer):
    kept = torch.tensor([0.0, 1, 1, 1, 1])
    return normalize(layers.encoder * kept, dim=-1) if layer == "encoder" else layers[1] * kept


def decoder_of(model: Autoencoder) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The weights and biases of the decoder."""
    parameters = list(model.decoder.parameters())
    return list(zip(parameters[::2], parameters[1::2], strict=True))


def decoded(layers, latents: torch.Tensor) -> torch.Tensor:
    """What the decoder makes, of tensors that are those of its parameters, held constant or not."""
    for i, (weight, bias) in enumerate(layers):
        latents = latents @ weight.mT + bias[:, None]
        latents = torch.nn.functional.gelu(latents) if i + 1 < len(layers) else latents
    return latents


@pytest.mark.parametrize("layer", ["encoder", "bottleneck"])
def test_an_aim_and_a_fallback_are_those_of_plain_torch(aimed, layer):
    change(aimed, "surgery: {layer: encoder}", f"surgery: {{layer: {layer}}}")
    experiment = load(aimed)
    values, batch, model = given(experiment)
    weights = torch.linspace(0.5, 1, 12, dtype=torch.float64).view(6, 2)
    total, found = objective(experiment).costs(
        values, passing(experiment).layers(values, batch), batch, weights
    )
    (ours,) = torch.autograd.grad(total, values)

    layers = model(batch.colors)
    parts = decoder_of(model)
    fixed = [(weight.detach(), bias.detach()) for weight, bias in parts]
    answers = decoded(fixed, without_axis(layers, layer))
    off = answers - batch.colors.mean(dim=1, keepdim=True)
    own = batch.labels[..., 0] * 0.5
    aim = (own * off.square().mean(dim=-1)).sum(dim=-1) / (own.sum(dim=-1) + 1e-8)
    point = torch.tensor([[[-1.0, 0, 0, 0, 0]]], dtype=torch.float64).expand(2, 1, 5)
    answer = decoded(parts, point)
    fallback = (answer - torch.tensor(ANSWER, dtype=torch.float64)).square().mean(dim=(1, 2))
    torch.testing.assert_close(found[1:3], torch.stack([fallback, aim]))

    plain = replaced(aimed)
    rest = [0, 3, 4, 5]  # the reconstruction, and the terms of latents
    theirs, same = objective(plain).costs(
        values, passing(plain).layers(values, batch), batch, weights[rest]
    )
    torch.testing.assert_close(found[rest], same)
    (by_rest,) = torch.autograd.grad(theirs, values)
    more = (torch.stack([fallback, aim]) * weights[1:3]).sum()
    by_both = torch.autograd.grad(more, list(model.parameters()))
    by_both = torch.cat([g.flatten(1) for g in by_both], dim=1)
    torch.testing.assert_close(ours, by_rest + by_both, rtol=1e-8, atol=1e-10)


def replaced(aimed):
    """The experiment without these two terms."""
    change(aimed, TERMS, "")
    sheet = aimed / "dopesheet.csv"
    lines = [line.split(",") for line in sheet.read_text().splitlines()]
    sheet.write_text("".join(",".join(line[:-2]) + "\n" for line in lines))
    return load(aimed)


def test_an_aim_and_a_fallback_stand_in_the_history_under_their_names(aimed):
    training = train(load(aimed), seeds=[2, 3])
    history = training.history[training.history["seed"] == 3]
    assert list(history.columns)[3:7] == ["loss", "recon", "a-fallback", "an-aim"]
    assert history["weight a-fallback"].eq(0.25).all()
    unlabelled = history["labelled_red"] == 0
    assert history.loc[unlabelled, "an-aim"].eq(0).all()
    assert history.loc[~unlabelled, "an-aim"].gt(0).all()
    terms = ["recon", *load(aimed).regularizers]
    weighted = [history[name] * history[f"weight {name}"] for name in terms[1:]]
    loss = np.sum([history["recon"], *weighted], axis=0)
    assert history["loss"].to_numpy() == pytest.approx(loss, rel=1e-5)


def test_a_fallback_teaches_the_decoder_what_to_answer(aimed):
    model = train(load(aimed), seeds=[2]).model
    layers = decoder_of(model)
    (answer,) = decoded(layers, torch.tensor([[[-1.0, 0, 0, 0, 0]]]))
    before = initialize([2], hidden=16, depth=2, latent=5)
    layers = decoder_of(before)
    (first,) = decoded(layers, torch.tensor([[[-1.0, 0, 0, 0, 0]]]))
    assert mse_loss(answer[0], torch.tensor(ANSWER)) < mse_loss(first[0], torch.tensor(ANSWER)) / 10


def test_an_aim_teaches_the_decoder_nothing(aimed):
    experiment = load(aimed)
    values, batch, _ = given(experiment)
    aim = objective(experiment).others[1]
    cost = aim.cost(values, passing(experiment).layers(values, batch), batch)
    (by,) = torch.autograd.grad(cost.sum(), values)
    encoder, decoder = coders(**experiment.model.model_dump())
    assert by[:, encoder.place].any()
    assert not by[:, decoder.place].any()


@pytest.mark.parametrize("layer", ["encoder", "bottleneck"])
@pytest.mark.parametrize("unlabelled", ["all", "rest"])
def test_a_routed_gradient_is_that_of_the_coordinates_it_passes_along(
    small, tmp_path, layer, unlabelled
):
    experiment = routed(small, tmp_path / "it", f"unlabelled: {unlabelled}, layer: {layer}")
    values, batch, model = given(experiment)
    plain = load(small)
    there = passing(experiment).layers(values, batch)
    for ours, theirs in zip(there, passing(plain).layers(values, batch), strict=True):
        assert torch.equal(ours, theirs)
    error = mse_loss(there[-1], batch.colors)
    (got,) = torch.autograd.grad(error, values)

    layers = model(batch.colors)
    kept = torch.ones(2, 64, 5, dtype=torch.double)
    kept[batch.labels[..., 0]] = torch.tensor([1.0, 0, 0, 0, 0]).double()
    if unlabelled == "rest":
        kept[~batch.labels[..., 0]] = torch.tensor([0.0, 1, 1, 1, 1]).double()
    if layer == "encoder":
        mixed = normalize(kept * layers.encoder + (1 - kept) * layers.encoder.detach(), dim=-1)
    else:
        mixed = kept * layers.bottleneck + (1 - kept) * layers.bottleneck.detach()
    parts = decoder_of(model)
    want = mse_loss(decoded(parts, mixed), batch.colors)
    want = torch.autograd.grad(want, list(model.parameters()))
    want = torch.cat([g.flatten(1) for g in want], dim=1)
    torch.testing.assert_close(got, want, rtol=1e-8, atol=1e-12)


def test_routes_of_several_labels_are_the_axes_of_those_that_a_sample_has(repo, tmp_path):
    folder = copied(repo / "experiments" / "both", tmp_path / "both")
    change(
        folder, "representative", "routing: {labels: [blue, red], unlabelled: rest}\nrepresentative"
    )
    labels = torch.tensor([[[True, False], [False, True], [True, True], [False, False]]])
    passes = passing(load(folder))
    assert isinstance(passes, Routed)
    kept = passes.kept(labels)
    assert kept.int().tolist() == [
        [[1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0], [1, 0, 0, 1, 0, 0], [0, 1, 1, 0, 1, 1]]
    ]


def test_a_run_that_is_aimed_and_routed_has_the_same_bits_alone_and_among_others(aimed):
    change(aimed, "surgery:", "routing: {labels: [red]}\nsurgery:")
    experiment = load(aimed)
    alone, among = (row(train(experiment, seeds=seeds).model) for seeds in ([2], [1, 2, 3]))
    assert torch.equal(alone[0], among[1])


def test_the_halves_have_the_bits_of_the_whole(small):
    experiment = load(small)
    values, batch, _ = given(experiment)
    encoder, decoder = coders(**experiment.model.model_dump())
    before, behind = encoder(values, batch.colors)
    whole = passing(experiment).layers(values, batch)
    assert network(**experiment.model.model_dump()).parameters == decoder.place.stop
    assert all(torch.equal(a, b) for a, b in zip(whole, (before, behind), strict=False))
    assert torch.equal(whole[2], decoder(values, behind)[0])
