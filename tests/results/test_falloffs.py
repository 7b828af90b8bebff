"""Interventions on trained runs: what they do to errors, and that they leave the runs alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.kinds import Repulsion, Suppression
from colorcore.colors.cubes import flat_colors, score_grid
from colorcore.colors.named import named_colors
from colorcore.experiment.loading import load
from colorcore.results import falloffs
from colorcore.results.distribution import band_of, binned
from colorcore.results.interventions import INTERVENTIONS, label
from colorcore.results.measures import likeness, score, unlike
from colorcore.results.response import respond
from colorcore.training import checkpoint


def acting(kind, angle, power):
    """An intervention along the axis of red."""
    return falloffs.KINDS[kind]([1.0, 0, 0, 0, 0], Falloff(angle=angle, power=power))


@pytest.fixture
def model(results):
    return checkpoint.load(results.weights_paths(2))[0]


def test_every_intervention_has_a_row_for_every_run(results):
    table = results.interventions()
    assert list(table["intervention"].unique()) == ["ablated", *INTERVENTIONS]
    assert set(table.groupby("intervention")["seed"].apply(tuple)) == {(0, 1, 2, 3)}


def test_ablation_is_what_the_evaluation_found(results):
    table = results.interventions()
    ablated = table[table["intervention"] == "ablated"]
    np.testing.assert_allclose(ablated["red"], results.runs()["ablated red"], rtol=1e-6)
    np.testing.assert_allclose(ablated["target"], results.runs()["ablated target"], rtol=1e-6)
    np.testing.assert_allclose(ablated["score_r2"], results.runs()["score_r2"], rtol=1e-6)
    np.testing.assert_allclose(ablated["unlike_max"], results.runs()["unlike_max"])


def test_colors_beyond_the_angle_are_reproduced_as_without_intervention(small, results, model):
    grid = flat_colors(score_grid())
    before = respond(model, grid)
    for kind, angle, power in INTERVENTIONS.values():
        beyond = before.latents[..., 0] < np.cos(np.radians(angle)) - 1e-3
        assert beyond.any()
        with intervene(model, acting(kind, angle, power), layer="bottleneck"):
            after = respond(model, grid).mse
        np.testing.assert_allclose(after[beyond], before.mse[beyond], rtol=1e-5)


def test_interventions_leave_the_model_as_it_was(small, results, model):
    before = respond(model, named_colors()).mse
    experiment = load(small)
    falloffs.evaluate(experiment, experiment.deletion, model, seeds=[0, 1, 2, 3])
    assert np.array_equal(respond(model, named_colors()).mse, before)


def test_what_an_intervention_does_is_in_the_table_and_in_the_bands(main, results, model):
    grid, table = flat_colors(score_grid()), results.interventions()
    bands = results.grid("interventions")
    for name, (kind, angle, power) in INTERVENTIONS.items():
        with intervene(model, acting(kind, angle, power), layer="bottleneck"):
            errors = respond(model, grid).mse
        rows = table[table["intervention"] == name]
        worst = errors[:, unlike(grid, main.deletion)].max(axis=-1)
        np.testing.assert_allclose(rows["unlike_max"], worst, rtol=1e-6)
        np.testing.assert_allclose(rows["score_r2"], score(errors, grid, main.deletion), rtol=1e-6)
        want = binned(likeness(grid, main.deletion), errors)
        got = band_of(bands, intervention=name)
        np.testing.assert_allclose(got, want, rtol=1e-5)
        np.testing.assert_allclose(got.index, want.index)


def test_runs_in_blocks_are_what_they_are_at_once(small, model, monkeypatch):
    experiment, seeds = load(small), [0, 1, 2, 3]
    whole, grid = falloffs.evaluate(experiment, experiment.deletion, model, seeds=seeds)
    monkeypatch.setattr("colorcore.results.response.RUNS", 3)
    parts, other = falloffs.evaluate(experiment, experiment.deletion, model, seeds=seeds)
    pd.testing.assert_frame_equal(parts, whole, rtol=1e-9)
    xr.testing.assert_allclose(other, grid)


def of_both(both, name, intervention):
    """A model, and its errors of the deletion's target and of blue under an intervention."""
    found, _ = checkpoint.load(both.results.weights_paths(1))
    deletion = both.experiment.deletions[name]
    table, _ = falloffs.evaluate(both.experiment, deletion, found, seeds=[0, 1])
    rows = table[table["intervention"] == intervention]
    return found, rows["target"].to_numpy(), rows["blue"].to_numpy()


@pytest.mark.parametrize("kind", [Suppression, Repulsion])
def test_concepts_that_are_deleted_together_are_acted_on_along_the_axis_of_each(both, kind):
    name = label(kind.__name__.lower(), 60, 1)
    model, target, _ = of_both(both, "red-and-blue", name)
    falloff = Falloff(angle=60, power=1)
    along = [kind(axis, falloff) for axis in np.eye(6)[[0, 3]].tolist()]
    with (
        intervene(model, along[0], layer="bottleneck"),
        intervene(model, along[1], layer="bottleneck"),
    ):
        want = respond(model, np.array([[1.0, 0, 0], [0, 0, 1.0]])).mse.mean(axis=1)
    np.testing.assert_allclose(target, want, rtol=1e-6)


def test_a_further_deletion_is_intervened_in_along_its_own_axis(both):
    model, target, of_blue = of_both(both, "blue", "suppression, 90°, power 1")
    suppressed = Suppression(np.eye(6)[3].tolist(), Falloff(angle=90, power=1))
    with intervene(model, suppressed, layer="bottleneck"):
        want = respond(model, np.array([[0, 0, 1.0]])).mse[:, 0]
    np.testing.assert_allclose(target, want)
    np.testing.assert_allclose(of_blue, want)
