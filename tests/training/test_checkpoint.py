"""Weights files: saved whole, joined by seed, refused when damaged."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors import SafetensorError, safe_open

from colorcore.errors import InputError
from colorcore.training import checkpoint
from colorcore.training.model import initialize

SIZE = {"hidden": 4, "depth": 1, "latent": 3}


def save(path, seeds):
    model = initialize(seeds, **SIZE)
    checkpoint.save(path, model.state_dict(), seeds=seeds, provenance={"code": "abc"})
    return path


def test_a_model_comes_back_as_it_was_saved(tmp_path):
    model, seeds = checkpoint.load([save(tmp_path / "w.safetensors", [4, 5])])
    assert seeds == [4, 5]
    original = initialize([4, 5], **SIZE).state_dict()
    assert original.keys() == model.state_dict().keys()
    assert all(torch.equal(value, original[name]) for name, value in model.state_dict().items())


def test_shards_join_in_the_order_of_their_seeds(tmp_path):
    late, early = save(tmp_path / "1.safetensors", [2, 3]), save(tmp_path / "0.safetensors", [0, 1])
    model, seeds = checkpoint.load([late, early])
    whole = initialize(range(4), **SIZE).state_dict()
    assert seeds == [0, 1, 2, 3]
    assert all(torch.equal(value, whole[name]) for name, value in model.state_dict().items())


def test_provenance_travels_with_the_weights(tmp_path):
    with safe_open(save(tmp_path / "w.safetensors", [0]), framework="pt") as file:
        assert json.loads(file.metadata()["colorcore"]) == {"code": "abc"}


def test_the_same_weights_make_the_same_bytes(tmp_path):
    first, second = save(tmp_path / "a.safetensors", [0]), save(tmp_path / "b.safetensors", [0])
    assert first.read_bytes() == second.read_bytes()


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "none.safetensors"
    with pytest.raises(InputError) as caught:
        checkpoint.read(path)
    assert str(caught.value) == f"{path}: no such weights file; train the experiment first"


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_a_truncated_file_is_refused(tmp_path, keep):
    path = save(tmp_path / "w.safetensors", [0])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError) as caught:
        checkpoint.read(path)
    assert str(caught.value).startswith(f"{path}: wanted a whole safetensors file, got one that")
    assert str(caught.value).endswith("; delete it and build again")


def test_a_seed_in_two_files_is_refused(tmp_path):
    path = save(tmp_path / "w.safetensors", [0, 1])
    with pytest.raises(InputError, match=r"wanted each seed once, got \[0, 1\] more than once"):
        checkpoint.load([path, path])


def test_weights_without_a_layer_are_refused(tmp_path):
    weights = initialize([0], **SIZE).state_dict()
    del weights["encoder.1.bias"]
    with pytest.raises(InputError, match=r"wanted a layer 'encoder\.1\.bias'"):
        checkpoint.assemble(weights)


def test_snapshots_of_one_run_become_a_model_of_moments(tmp_path):
    states = [initialize([seed, 7], **SIZE).state_dict() for seed in (1, 2, 3)]
    stacked = {name: torch.stack([s[name] for s in states]) for name in states[0]}
    path = tmp_path / "s.safetensors"
    checkpoint.save(path, stacked, seeds=[6, 7], provenance={})
    model = checkpoint.load_moments([path], seed=7)
    assert model.runs == 3
    run = initialize([7], **SIZE).state_dict()["encoder.0.weight"]
    assert torch.equal(model.state_dict()["encoder.0.weight"], run.expand(3, -1, -1))
    with pytest.raises(InputError, match="wanted snapshots of seed 8, found none"):
        checkpoint.load_moments([path], seed=8)


def test_a_full_disk_is_told_as_for_other_results(tmp_path, monkeypatch):
    def full(*_, **__):
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(InputError) as caught:
        save(tmp_path / "w.safetensors", [0])
    assert str(caught.value) == (
        f"{tmp_path}/w.safetensors: cannot be written (I/O error: No space left on device "
        "(os error 28))"
    )
    assert list(tmp_path.iterdir()) == []
