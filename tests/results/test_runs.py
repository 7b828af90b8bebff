"""The table of runs: its columns, and that they say what the models do."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from colorcore.colors.cubes import flat_colors, regular_rgb, score_grid
from colorcore.colors.named import NAMES, named_colors, named_rgb
from colorcore.experiment.labels import probabilities
from colorcore.experiment.loading import load
from colorcore.results import measures, response
from colorcore.results.history import labelled
from colorcore.results.runs import run_table
from colorcore.training import checkpoint
from editing import change

VARIANTS = ("baseline", "ablated", "pruned")


def columns(*concepts: str) -> list[str]:
    return [
        "seed", *(f"labelled_{name}" for name in concepts), "samples", "val_mse", "cube_mse",
        *(f"{name}_cosine" for name in concepts), "score_r2",
        *(f"{variant} {name}" for variant in VARIANTS for name in NAMES),
        *(f"cosine {name}" for name in NAMES),
        *(f"{variant} target" for variant in VARIANTS),
        "target_cosine", "surgery_gap", "unlike_max", "harm", "harm_before", "anchor_loss",
        "remainder", "remainder_opposite", "remainder_neighbors", "read_off", "deletion",
    ]  # fmt: skip


def test_runs_have_a_row_a_seed_and_the_columns_of_their_concepts(results, blue, both):
    assert list(results.runs()) == columns("red")
    assert list(blue.results.runs()) == columns("blue")
    assert list(both.results.runs()) == columns("red", "blue")
    assert results.runs()["seed"].tolist() == [0, 1, 2, 3]
    assert (results.runs()["samples"] == 31 * 64).all()


def test_labels_are_counted_from_the_history(results, both):
    history = results.history()
    want = history.groupby("seed")["labelled_red"].sum()
    assert results.runs()["labelled_red"].tolist() == want.tolist()
    want = both.results.history().groupby("seed")["labelled_blue"].sum()
    assert both.results.runs()["labelled_blue"].tolist() == want.tolist()


def test_the_target_of_red_is_red(results):
    runs = results.runs()
    for variant in VARIANTS:
        np.testing.assert_allclose(runs[f"{variant} target"], runs[f"{variant} red"], rtol=1e-6)
    np.testing.assert_allclose(runs["target_cosine"], runs["red_cosine"])


def test_the_target_of_blue_is_blue(blue):
    runs = blue.results.runs()
    for variant in VARIANTS:
        np.testing.assert_allclose(runs[f"{variant} target"], runs[f"{variant} blue"], rtol=1e-6)
    np.testing.assert_allclose(runs["target_cosine"], runs["blue_cosine"])
    np.testing.assert_allclose(runs["cosine blue"], runs["blue_cosine"])


def test_harm_is_the_worst_damage_to_what_is_unlike_a_target(results, blue):
    for one in (results, blue.results):
        runs = one.runs()
        assert (runs["harm"] >= runs["unlike_max"]).all()
    names = measures.unlike_names(blue.deletion)
    assert "yellow" in names
    assert "blue" not in names
    runs = blue.results.runs()
    want = runs[["unlike_max", *(f"ablated {name}" for name in names)]].max(axis=1)
    np.testing.assert_allclose(runs["harm"], want)
    assert (runs["harm_before"] >= runs[[f"baseline {name}" for name in names]].max(axis=1)).all()


def test_the_worst_damage_on_the_grid_is_that_of_the_cubes(blue):
    grid = blue.results.grid("score_grid")["mse"].sel(variant="ablated").values.ravel()
    apart = measures.unlike(flat_colors(score_grid()), blue.deletion)
    assert blue.results.runs()["unlike_max"][0] == pytest.approx(grid[apart].max(), rel=1e-5)


def test_the_remainder_of_red_is_what_lies_beside_the_axis(results):
    model, _ = checkpoint.load(results.weights_paths(2))
    latents = response.respond(model, named_colors()).latents
    beside = {name: latents[:, NAMES.index(name), 1:] for name in ("red", "orange", "pink", "cyan")}

    def unit(vectors):
        return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)

    def cosine(first, second):
        return (unit(first) * unit(second)).sum(axis=-1)

    runs = results.runs()
    np.testing.assert_allclose(runs["remainder"], np.linalg.norm(beside["red"], axis=-1))
    np.testing.assert_allclose(runs["remainder_opposite"], cosine(beside["red"], beside["cyan"]))
    both = unit(beside["orange"]) + unit(beside["pink"])
    np.testing.assert_allclose(runs["remainder_neighbors"], cosine(beside["red"], both))


def test_red_is_read_off_the_colors_whose_ablated_latents_are_nearest(results, small):
    model, _ = checkpoint.load(results.weights_paths(2))
    experiment = load(small)
    ablated = response.variants(model, experiment, experiment.deletion)["ablated"]
    colors, red = flat_colors(regular_rgb(10)), named_rgb("red")
    latents = response.respond(ablated, colors).latents
    distance = np.linalg.norm(latents - latents[:, [-100]], axis=-1)
    assert colors[-100].tolist() == red.tolist()
    distance[:, -100] = np.inf
    nearest = colors[np.argsort(distance, axis=-1)[:, :3]]
    want = np.square(nearest.mean(axis=1) - red).mean(axis=-1)
    np.testing.assert_allclose(results.runs()["read_off"], want, rtol=1e-6)


@pytest.mark.parametrize(
    "color", ["[0.5294117647058824, 0.807843137254902, 0.9215686274509803]",
              "[0.5294, 0.8078, 0.9216]", "[0.529, 0.808, 0.922]", "'#87ceeb'"],
)  # fmt: skip
def test_a_target_is_not_read_off_its_own_row_whatever_its_digits(results, tmp_path, color):
    folder = shutil.copytree(results.experiment.folder, tmp_path / "sky")
    colors = np.random.default_rng(0).integers(0, 256, (60, 3)) / 255
    colors[20] = np.array([135, 206, 235]) / 255
    pd.DataFrame(colors, columns=list("rgb")).to_csv(folder / "colors.csv", index=False)
    change(folder, "cube: {space: rgb, points: 10}", "csv: colors.csv")
    change(folder, "affinity: redness,", f"affinity: redness, color: {color},")
    experiment, (model, seeds) = load(folder), checkpoint.load(results.weights_paths(2))
    counts = labelled(results.history(), experiment)
    got = run_table(experiment, experiment.deletion, model, seeds=seeds, labelled=counts)
    ablated = response.variants(model, experiment, experiment.deletion)["ablated"]
    own = np.array(experiment.deletion.targets[0].rgb)
    at = response.respond(ablated, own[None]).latents
    distance = np.linalg.norm(response.respond(ablated, colors).latents - at, axis=-1)
    distance[:, 20] = np.inf
    nearest = colors[np.argsort(distance, axis=-1)[:, :3]]
    want = np.square(nearest.mean(axis=1) - own).mean(axis=-1)
    np.testing.assert_allclose(got["read_off"], want, rtol=1e-6)


def deleted(both, name) -> pd.DataFrame:
    return replace(both.results, deletion=name).runs()


def test_each_deletion_has_a_table_of_its_own(both):
    first = both.results.runs()
    assert list(both.experiment.deletions) == ["red", "blue", "red-and-blue"]
    blue, two = (deleted(both, name) for name in ("blue", "red-and-blue"))
    for runs in (blue, two):
        assert list(runs) == list(first)
        untouched = [c for c in first if c.startswith(("seed", "labelled", "baseline "))]
        untouched.remove("baseline target")
        untouched += ["val_mse", "cube_mse", "red_cosine", "blue_cosine"]
        pd.testing.assert_frame_equal(runs[untouched], first[untouched])
    np.testing.assert_allclose(first["ablated target"], first["ablated red"], rtol=1e-6)
    np.testing.assert_allclose(blue["ablated target"], blue["ablated blue"], rtol=1e-6)
    mean = (two["ablated red"] + two["ablated blue"]) / 2
    np.testing.assert_allclose(two["ablated target"], mean, rtol=1e-6)


def test_what_is_said_of_two_targets_is_the_mean_of_both(both):
    first, blue, two = both.results.runs(), deleted(both, "blue"), deleted(both, "red-and-blue")
    for column in ("target_cosine", "anchor_loss", "baseline target"):
        np.testing.assert_allclose(two[column], (first[column] + blue[column]) / 2, rtol=1e-6)
    cosines = (two["red_cosine"] + two["blue_cosine"]) / 2
    np.testing.assert_allclose(two["target_cosine"], cosines, rtol=1e-6)
    assert (two["surgery_gap"] < 1e-6).all()


def test_what_two_deletions_leave_lies_beside_both_axes(both):
    model, _ = checkpoint.load(both.results.weights_paths(1))
    latents = response.respond(model, np.array([[1.0, 0, 0], [0, 0, 1.0]])).latents
    beside = np.linalg.norm(np.delete(latents, [0, 3], axis=-1), axis=-1)
    np.testing.assert_allclose(deleted(both, "red-and-blue")["remainder"], beside.mean(axis=1))


def test_colors_are_judged_by_the_cosine_to_the_deletions_own_axis(both):
    blue = deleted(both, "blue")
    np.testing.assert_allclose(blue["cosine blue"], blue["blue_cosine"])
    first = both.results.runs()
    np.testing.assert_allclose(first["cosine red"], first["red_cosine"])


def test_the_anchor_loss_weighs_colors_by_their_chance_of_a_label(both):
    model, seeds = checkpoint.load(both.results.weights_paths(1))
    experiment = both.experiment
    chances = probabilities(
        experiment.palette, experiment.concepts.values(), experiment.targets.values()
    )[:, 1]
    latents = response.respond(model, experiment.palette.colors).latents[..., 3]
    want = ((1 - latents) * chances).sum(axis=1) / chances.sum()
    counts = labelled(both.results.history(), experiment)
    blue = experiment.deletions["blue"]
    got = run_table(experiment, blue, model, seeds=seeds, labelled=counts)["anchor_loss"]
    np.testing.assert_allclose(got, want)


def test_moments_begin_untrained_and_end_with_the_trained_runs(results):
    table = results.moments()
    assert list(table) == ["step", "seed", "red_cosine"]
    assert table["step"].tolist() == [step for step in (0, 10, 31) for _ in range(4)]
    assert table["seed"].tolist() == [0, 1, 2, 3] * 3
    last = table[table["step"] == 31]["red_cosine"]
    np.testing.assert_allclose(last, results.runs()["red_cosine"], rtol=1e-6)
    evolution = results.grid("evolution")["latents"].isel(red=-1, green=0, blue=0, latent=0)
    np.testing.assert_allclose(table[table["seed"] == 0]["red_cosine"], evolution, atol=1e-6)


def test_moments_have_every_concept_on_its_own_axis_and_are_not_those_of_a_deletion(both):
    table = both.results.moments()
    assert list(table) == ["step", "seed", "red_cosine", "blue_cosine"]
    last = table[table["step"] == 31]
    for column in ("red_cosine", "blue_cosine"):
        np.testing.assert_allclose(last[column], both.results.runs()[column], rtol=1e-6)
    assert replace(both.results, deletion="blue").moments_path == both.results.moments_path
    assert not (both.results.folder / "blue" / "moments.csv").exists()


def test_runs_in_blocks_are_what_they_are_at_once(both, monkeypatch):
    model, seeds = checkpoint.load(both.results.weights_paths(1))
    counts = labelled(both.results.history(), both.experiment)
    whole = run_table(both.experiment, both.deletion, model, seeds=seeds, labelled=counts)
    monkeypatch.setattr(response, "RUNS", 1)
    parts = run_table(both.experiment, both.deletion, model, seeds=seeds, labelled=counts)
    pd.testing.assert_frame_equal(parts, whole, rtol=1e-9)
