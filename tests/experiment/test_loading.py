"""Experiments: what loads, and how mistakes are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.loading import load
from colorcore.experiment.origin import digest

MAIN = Path("experiments/ex-2.10.1")


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(MAIN, tmp_path / "mine"))


def change(folder, old, new, file="experiment.yaml"):
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_main_experiment_is_the_published_one():
    experiment = load(MAIN)
    assert experiment.name == "ex-2.10.1"
    assert experiment.data.cube.points == 10
    assert experiment.data.batch_size == 64
    assert experiment.labels["red"].rate == 0.08
    assert experiment.labels["red"].power == 8
    assert list(experiment.regularizers) == ["reg-separate", "reg-anchor", "reg-anti-subspace"]
    assert experiment.schedule.steps == 1501


def test_settings_cannot_be_changed():
    experiment = load(MAIN)
    with pytest.raises(ValidationError, match="frozen"):
        experiment.representative_seed = 5


def test_the_digest_changes_with_settings_and_schedule_and_not_with_spelling(folder):
    original = digest(load(folder))
    change(folder, "title: Delete", "# a comment\ntitle:   Delete")
    assert digest(load(folder)) == original
    change(folder, "rate: 0.08", "rate: 0.07")
    changed = digest(load(folder))
    assert changed != original
    change(folder, "0.15", "0.16", "dopesheet.csv")
    assert digest(load(folder)) not in (original, changed)


MISTAKES = {
    ("rate: 0.08", "rate: 1.5"): "labels.red.rate: wanted less than or equal to 1, got 1.5; "
    "change it",
    ("rate: 0.08", "rate: high"): "labels.red.rate: wanted a valid number, got 'high'; change it",
    ("eps: 1.0e-8", "eps: 1e-8"): "optimizer.eps: wanted a valid number, got '1e-8'; write it with "
    "a point, as 1.0e-8",
    ("rate: 0.08", "rat: 0.08"): "labels.red.rat: wanted only known keys, got this one; did you "
    "mean rate?",
    (", rate: 0.08", ""): "labels.red.rate: wanted a value, got none; add it",
    ("batch_size: 64", "batchsize: 64"): "data.batchsize: wanted only known keys, got "
    "this one; did you mean batch_size?",
    ("batch_size: 64", "batch_size: 64\n  batchsize: 1"): "data.batchsize: wanted only known keys, "
    "got this one; did you mean batch_size?",
    ("batch_size: 64", "batch_size: 0"): "data.batch_size: wanted greater than or equal to 1, "
    "got 0; change it",
    ("angular-anchor", "angular-anker"): "regularizers.reg-anchor.term: wanted one of "
    "angular-separation, angular-anchor, euclidean-anchor, anti-anchor, repel-subspace, "
    "keep-subspace, unitarity, got 'angular-anker'; did you mean angular-anchor?",
    ("term: repel-subspace, ", ""): "regularizers.reg-anti-subspace.term: wanted one of "
    "angular-separation, angular-anchor, euclidean-anchor, anti-anchor, repel-subspace, "
    "keep-subspace, unitarity, got none; add it",
    ("redness", "rednes"): "labels.red.affinity: wanted 'redness' or 'vibrancy', got 'rednes'; "
    "change it",
    ("[1, 0, 0, 0, 0]", "[1, 0, 0]"): "regularizers.reg-anchor.direction: wanted 5 numbers that "
    "are not all 0, as model.latent says, got [1.0, 0.0, 0.0]; change one of them",
    ("[1, 0, 0, 0, 0]", "[0, 0, 0, 0, 0]"): "regularizers.reg-anchor.direction: wanted 5 numbers "
    "that are not all 0, as model.latent says, got [0.0, 0.0, 0.0, 0.0, 0.0]; change one of them",
    ("labels: {red: 1.0}", "labels: {rad: 1.0}"): "regularizers.reg-anchor.labels: wanted labels "
    "of this file, ['red'], got 'rad'; did you mean red?",
    ("surgery: {dims: [0]}", "surgery: {dims: [5]}"): "surgery.dims: wanted different dimensions "
    "in 0…4, as model.latent says, got [5]; change one of them",
    ("surgery: {dims: [0]}", "surgery: {dims: [0, 1, 2, 3, 4]}"): "surgery.dims: wanted at least "
    "one dimension to be left, got all 5; drop one",
    ("power: 100, shift: true", "power: 2.5, shift: false"): "regularizers.reg-separate.power: "
    "wanted a whole number when shift is false, since cosines can be negative, got 2.5; round it "
    "or set shift: true",
    ("1501]", "1500]"): "snapshots: wanted increasing steps that end with 1501, after training, "
    "got [0, 100, 250, 375, 500, 750, 1100, 1500]; change them",
    ("representative_seed: 0", "representative_seed: -1"): "representative_seed: wanted greater "
    "than or equal to 0, got -1; change it",
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), MISTAKES)
def test_mistakes_name_file_place_and_remedy(folder, old, new):
    change(folder, old, new)
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == f"{folder}/experiment.yaml: {MISTAKES[old, new]}"


def test_a_column_that_no_regularizer_uses_is_refused(folder):
    change(folder, "reg-anchor", "reg-anker", "dopesheet.csv")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/dopesheet.csv, row 1, column 'reg-anker': wanted lr or a regularizer of "
        f"{folder}/experiment.yaml, reg-separate, reg-anchor, reg-anti-subspace; "
        "did you mean reg-anchor?"
    )


def test_a_regularizer_without_a_column_is_refused(folder):
    change(folder, "surgery:", "  reg-unit: {term: unitarity}\n\nsurgery:")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: regularizers.reg-unit: wanted a column of that name in "
        f"{folder}/dopesheet.csv, got ['lr', 'reg-separate', 'reg-anchor', 'reg-anti-subspace']; "
        "add it"
    )


def test_a_sheet_without_learning_rate_is_refused(folder):
    change(folder, ",lr,", ",rate,", "dopesheet.csv")
    with pytest.raises(ExperimentError, match="row 1: wanted a column lr"):
        load(folder)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ExperimentError) as caught:
        load(tmp_path / "none")
    assert str(caught.value) == (
        f"{tmp_path}/none/experiment.yaml: no such file; name a folder that holds experiment.yaml "
        "and dopesheet.csv"
    )


def test_what_is_not_yaml_is_refused(folder):
    (folder / "experiment.yaml").write_text("title: [")
    with pytest.raises(ExperimentError, match="wanted YAML, got something else"):
        load(folder)
    (folder / "experiment.yaml").write_text("just words")
    with pytest.raises(ExperimentError, match="the file: wanted a valid dictionary"):
        load(folder)


def test_a_key_that_stands_twice_is_refused(folder):
    change(folder, "batch_size: 64", "batch_size: 64\n  batch_size: 32")
    with pytest.raises(ExperimentError, match="key 'batch_size' stands twice"):
        load(folder)


def test_a_negative_learning_rate_is_refused(folder):
    change(folder, "0.05,,,", "-0.05,,,", "dopesheet.csv")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/dopesheet.csv, column lr: wanted no rate below 0, got -0.05; raise it"
    )


@pytest.mark.parametrize("name", ["recon", "loss", "labelled_red"])
def test_a_regularizer_named_as_a_column_of_the_history_is_refused(folder, name):
    for file in ("experiment.yaml", "dopesheet.csv"):
        change(folder, "reg-anchor", name, file)
    with pytest.raises(ExperimentError, match=f"rename it, reg-{name} say"):
        load(folder)


def test_the_digest_tells_the_order_of_labels(folder):
    label = "green: {affinity: vibrancy, power: 1, rate: 0.01}"
    red = "red: {affinity: redness, power: 8, rate: 0.08}"
    change(folder, red, f"{red}\n  {label}")
    first = digest(load(folder))
    change(folder, f"{red}\n  {label}", f"{label}\n  {red}")
    assert digest(load(folder)) != first
