"""Interventions on trained runs: what they do to errors, and that they leave the runs alone."""

from __future__ import annotations

import numpy as np
import pytest

from colorcore.colors.cubes import flat_colors, score_grid
from colorcore.colors.named import named_colors
from colorcore.experiment.loading import load
from colorcore.results import falloffs
from colorcore.results.evaluation import respond, unlike_red
from colorcore.training import checkpoint


@pytest.fixture
def model(results):
    return checkpoint.load(results.weights_paths(2))[0]


def test_every_intervention_has_a_row_for_every_run(results):
    table = results.interventions()
    assert list(table["intervention"].unique()) == ["ablated", *falloffs.INTERVENTIONS]
    assert set(table.groupby("intervention")["seed"].apply(tuple)) == {(0, 1, 2, 3)}


def test_ablation_is_what_the_evaluation_found(results):
    table = results.interventions()
    ablated = table[table["intervention"] == "ablated"]
    np.testing.assert_allclose(ablated["red"], results.runs()["ablated red"], rtol=1e-6)
    np.testing.assert_allclose(ablated["score_r2"], results.runs()["score_r2"], rtol=1e-6)
    np.testing.assert_allclose(ablated["unlike_red_max"], results.runs()["unlike_red_max"])


def test_colors_beyond_the_angle_are_reproduced_as_without_intervention(small, results, model):
    grid = flat_colors(score_grid())
    before = respond(model, grid)
    scored = results.grid("interventions")["mse_runs"]
    for name, (_, angle, _) in falloffs.INTERVENTIONS.items():
        beyond = before.latents[..., 0] < np.cos(np.radians(angle)) - 1e-3
        assert beyond.any()
        after = scored.sel(intervention=name).values.reshape(before.mse.shape)
        np.testing.assert_allclose(after[beyond], before.mse[beyond], rtol=1e-5)


def test_interventions_leave_the_model_as_it_was(small, results, model):
    before = respond(model, named_colors()).mse
    falloffs.table(load(small), model, seeds=[0, 1, 2, 3])
    assert np.array_equal(respond(model, named_colors()).mse, before)


def test_damage_far_from_red_is_the_largest_there(results):
    grid = results.grid("interventions")
    colors = flat_colors(score_grid())
    errors = grid["mse_runs"].values.reshape(len(grid["intervention"]), 4, -1)
    worst = errors[..., unlike_red(colors)].max(axis=-1)
    table = results.interventions()["unlike_red_max"].to_numpy().reshape(worst.shape)
    np.testing.assert_allclose(table, worst, rtol=1e-5)
