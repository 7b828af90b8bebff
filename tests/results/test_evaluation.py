"""Evaluation: the columns of runs.csv and the cubes of the representative run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from colorcore.colors.cubes import flat_colors, regular_rgb, score_grid
from colorcore.colors.named import NAMES, named_colors, named_rgb
from colorcore.colors.similarity import similarity
from colorcore.errors import InputError
from colorcore.experiment.loading import load
from colorcore.results import evaluation as evaluate
from colorcore.training import checkpoint


def test_runs_have_the_published_columns_first_then_pruned(results):
    runs, published = results.runs(), results.published_runs()
    count = len(published.columns)
    assert list(runs.columns[:count]) == list(published.columns)
    assert list(runs.columns[count : count + 17]) == [f"pruned {name}" for name in NAMES]
    assert runs["seed"].tolist() == [0, 1, 2, 3]
    assert (runs["samples"] == 31 * 64).all()


def test_errors_are_those_of_the_saved_weights(results):
    model, _ = checkpoint.load(results.weights_paths(2))
    colors = torch.from_numpy(named_colors()).float().expand(4, -1, -1)
    recon = model(colors).recon.double()
    want = (recon - colors).square().mean(dim=-1).numpy()
    got = results.runs()[[f"baseline {name}" for name in NAMES]]
    np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-6)


def test_ablated_and_pruned_outputs_agree(results):
    runs = results.runs()
    assert runs["surgery_gap"].max() < 1e-6
    for name in NAMES:
        np.testing.assert_allclose(runs[f"ablated {name}"], runs[f"pruned {name}"], atol=1e-6)


def test_labels_are_counted_from_the_history(results):
    history = results.history()
    want = history.groupby("seed")["labelled_red"].sum()
    assert results.runs()["labelled_red"].tolist() == want.tolist()


def test_damage_in_the_shape_of_red_scores_one_and_any_other_less():
    colors = flat_colors(score_grid())
    red = similarity(colors, named_rgb("red")) ** 3
    other = similarity(colors, named_rgb("cyan")) ** 3
    scores = evaluate.score(np.stack([0.3 * red + 0.001, 0.3 * other]), colors)
    assert scores[0] == pytest.approx(1)
    assert scores[1] < 0.2


def test_a_perfect_model_has_no_error_and_gray_one_quarter_on_red():
    colors = named_colors()
    recon = np.full_like(colors, 0.5)
    assert np.square(recon - colors).mean(axis=-1)[0] == 0.25


def test_cubes_hold_every_variant_of_the_representative_run(results, small):
    experiment = load(small)
    model, _ = checkpoint.load(results.weights_paths(2))
    for name, shape in {
        "color_slices": (12, 4, 5),
        "loss_cube": (150, 24, 24),
        "latent_cube": (20, 20, 20),
        "score_grid": (8, 8, 8),
    }.items():
        grid = results.grid(name)
        assert grid["recon"].shape == (3, *shape, 3)
        assert grid["mse"].shape == (3, *shape)
        assert grid["latents"].shape == (3, *shape, 5)
        assert grid["variant"].values.tolist() == list(evaluate.VARIANTS)
        lengths = np.sqrt((grid["latents"].fillna(0) ** 2).sum("latent"))
        np.testing.assert_allclose(lengths, 1, atol=1e-5)
        assert grid["latents"].sel(variant="pruned", latent=0).isnull().all()
        assert (grid["latents"].sel(variant="ablated", latent=0) == 0).all()
    one = evaluate.single_run(model, 0)
    want = evaluate.respond(one, flat_colors(score_grid())).mse[0]
    got = results.grid("score_grid")["mse"].sel(variant="baseline").values.ravel()
    np.testing.assert_allclose(got, want, rtol=1e-5)
    assert experiment.representative_seed == 0


def test_the_score_grid_has_every_seed(results):
    grid = results.grid("score_grid")
    assert grid["mse_runs"].dims == ("seed", "variant", "red", "green", "blue")
    assert grid["seed"].values.tolist() == [0, 1, 2, 3]
    mean = grid["mse_runs"].sel(variant="baseline").mean(["red", "green", "blue"])
    np.testing.assert_allclose(mean, results.runs()["cube_mse"], rtol=1e-4)


def test_evolution_starts_untrained_and_ends_with_the_trained_run(results):
    evolution = results.grid("evolution")
    assert evolution["step"].values.tolist() == [0, 10, 31]
    final = results.grid("latent_cube").sel(variant="baseline")
    np.testing.assert_allclose(evolution["recon"].sel(step=31), final["recon"], atol=1e-6)
    assert float(evolution["mse"].sel(step=0).mean()) > float(final["mse"].mean())


def test_missing_and_damaged_results_are_named(results, tmp_path):
    from colorcore.results.files import Results

    with pytest.raises(InputError, match=r"runs\.csv: no such result; build the step"):
        Results(tmp_path).runs()
    (tmp_path / "history.parquet").write_bytes(results.history_path.read_bytes()[:100])
    with pytest.raises(InputError, match="wanted a whole result file"):
        Results(tmp_path).history()
    (tmp_path / "score_grid.nc").write_bytes(results.grid_path("score_grid").read_bytes()[:100])
    with pytest.raises(InputError, match="wanted a whole result file"):
        Results(tmp_path).grid("score_grid")


def test_history_is_joined_in_the_order_of_steps_and_seeds(results):
    history = results.history()
    assert isinstance(history, pd.DataFrame)
    assert history[["step", "seed"]].to_numpy()[:5].tolist() == [
        [0, 0], [0, 1], [0, 2], [0, 3], [1, 0],
    ]  # fmt: skip


def test_an_experiment_says_where_its_dimensions_are_removed(results, small):
    model, _ = checkpoint.load(results.weights_paths(2))
    experiment, colors = load(small), named_colors()
    surgery = experiment.surgery.model_copy(update={"layer": "bottleneck"})
    behind = experiment.model_copy(update={"surgery": surgery})
    whole = evaluate.respond(model, colors).latents
    stretched = evaluate.variants(model, experiment)["ablated"]
    kept = evaluate.variants(model, behind)["ablated"]
    lengths = np.linalg.norm(evaluate.respond(stretched, colors).latents, axis=-1)
    np.testing.assert_allclose(lengths, 1)
    np.testing.assert_allclose(
        evaluate.respond(kept, colors).latents[..., 1:], whole[..., 1:], atol=1e-12
    )


def test_the_remainder_of_red_is_what_lies_beside_the_axis(results):
    model, _ = checkpoint.load(results.weights_paths(2))
    latents = evaluate.respond(model, named_colors()).latents
    beside = {name: latents[:, NAMES.index(name), 1:] for name in ("red", "orange", "pink", "cyan")}

    def unit(vectors):
        return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)

    def cosine(first, second):
        return (unit(first) * unit(second)).sum(axis=-1)

    runs = results.runs()
    np.testing.assert_allclose(runs["remainder"], np.linalg.norm(beside["red"], axis=-1))
    np.testing.assert_allclose(runs["remainder_cyan"], cosine(beside["red"], beside["cyan"]))
    both = unit(beside["orange"]) + unit(beside["pink"])
    np.testing.assert_allclose(runs["remainder_neighbors"], cosine(beside["red"], both))
    np.testing.assert_allclose(runs["orange_share"], runs["ablated orange"] / runs["ablated red"])


def test_moments_begin_untrained_and_end_with_the_trained_runs(results):
    table = results.moments()
    assert table["step"].tolist() == [step for step in (0, 10, 31) for _ in range(4)]
    assert table["seed"].tolist() == [0, 1, 2, 3] * 3
    last = table[table["step"] == 31]["red_cosine"]
    np.testing.assert_allclose(last, results.runs()["red_cosine"], rtol=1e-6)
    evolution = results.grid("evolution")["latents"].isel(red=-1, green=0, blue=0, latent=0)
    np.testing.assert_allclose(table[table["seed"] == 0]["red_cosine"], evolution, atol=1e-6)


def test_red_is_read_off_the_colors_whose_ablated_latents_are_nearest(results, small):
    model, _ = checkpoint.load(results.weights_paths(2))
    ablated = evaluate.variants(model, load(small))["ablated"]
    colors, red = flat_colors(regular_rgb(10)), named_rgb("red")
    latents = evaluate.respond(ablated, colors).latents
    distance = np.linalg.norm(latents - latents[:, [-100]], axis=-1)
    assert colors[-100].tolist() == red.tolist()
    distance[:, -100] = np.inf
    nearest = colors[np.argsort(distance, axis=-1)[:, :3]]
    want = np.square(nearest.mean(axis=1) - red).mean(axis=-1)
    np.testing.assert_allclose(results.runs()["red_read_off"], want, rtol=1e-6)
