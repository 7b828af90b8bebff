"""Audits of runs: each operator does what it says, and readers are told what it leaves."""

from __future__ import annotations

import numpy as np
import pytest

from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.kinds import Suppression
from colorcore.colors.cubes import flat_colors, score_grid
from colorcore.colors.named import named_colors
from colorcore.experiment.fields import Settings
from colorcore.experiment.operators import (
    Leace,
    MeanDifference,
    MeanSuppression,
    NullspaceProjection,
    OptimalAblation,
    Redirection,
)
from colorcore.results import audits, recovery
from colorcore.results.audited import DAMAGE, LEFT, WAYS
from colorcore.results.measures import bounds, likeness, unlike
from colorcore.results.operators import operated, told
from colorcore.results.response import respond
from colorcore.training import checkpoint
from colorcore.training.seen import seen

SEEDS = [0, 1, 2, 3]
RED = np.array([[1.0, 0.0, 0.0]])
FEW = {
    "leace": Leace(operator="leace", labels="few"),
    "difference": MeanDifference(operator="mean-difference", labels="few"),
    "inlp": NullspaceProjection(operator="inlp", labels="perfect", rounds=1),
    "suppressed": MeanSuppression(operator="suppression", labels="few", angle=90, power=1),
    "held": OptimalAblation(operator="optimal-ablation"),
    "sent": Redirection(operator="redirection", amount=1.0),
}


@pytest.fixture(scope="module")
def model(results):
    return checkpoint.load(results.weights_paths(2))[0]


@pytest.fixture(scope="module")
def operators(results, model):
    red = results.experiment.concepts["red"].model_copy(update={"rate": 1.0})
    often = {"operators": FEW, "concepts": {"red": red}}  # so that every run has labels
    experiment = results.experiment.model_copy(update=often)
    return experiment, operated(experiment, experiment.deletion, model, seeds=SEEDS)


@pytest.fixture(scope="module")
def table(results, model):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audits, "READ", 20)
        patch.setattr(audits, "LONG", 20)
        return audits.audit_table(results.experiment, model, seeds=SEEDS)


def of(table, operator):
    return table[table["operator"] == operator].reset_index(drop=True)


def test_an_audit_has_a_row_an_operator_and_run(table):
    assert list(table) == ["operator", "seed", *DAMAGE, *LEFT]
    assert list(table["operator"].unique()) == ["none", "ablated", "rest"]
    assert set(table.groupby("operator")["seed"].apply(tuple)) == {(0, 1, 2, 3)}


def test_damage_is_what_the_evaluation_found(table, results):
    runs = results.runs()
    for operator, before in (("none", "baseline"), ("ablated", "ablated")):
        np.testing.assert_allclose(of(table, operator)["target"], runs[f"{before} target"])
    np.testing.assert_allclose(of(table, "ablated")["score_r2"], runs["score_r2"])
    np.testing.assert_allclose(of(table, "ablated")["harm"], runs["harm"])
    np.testing.assert_allclose(of(table, "ablated")["nearest"], runs["read_off"])


def test_the_floor_is_the_same_for_all_runs_and_has_no_damage(table):
    floor = of(table, "rest")
    assert floor[[*DAMAGE]].isna().all(axis=None)
    assert (floor[[*LEFT]].nunique() == 1).all()


def test_a_color_without_the_concept_is_the_nearest_that_is_unlike_it(results):
    deletion = results.experiment.deletion
    colors = np.concatenate([RED, named_colors()])
    left = audits.without(colors, deletion)
    assert unlike(left, deletion).all()
    np.testing.assert_array_equal(left[unlike(colors, deletion)], colors[unlike(colors, deletion)])
    assert np.square(left[0] - RED[0]).mean() == pytest.approx(bounds(deletion).unlike)


def test_labels_seen_are_those_of_training(results):
    found = seen(results.experiment, seeds=SEEDS)
    assert found.labelled.sum(axis=(1, 2)).tolist() == results.runs()["labelled_red"].tolist()
    assert (found.labelled <= found.drawn[..., None]).all()


def test_perfect_labels_are_chances_and_few_ones_those_that_were_seen(results):
    experiment, deletion = results.experiment, results.experiment.deletion
    perfect = told(experiment, deletion, Leace(operator="leace", labels="perfect"), seeds=SEEDS)
    reddest = likeness(experiment.palette.colors, deletion).argmax()
    assert (perfect.values[:, reddest] == 1).all()
    assert (perfect.weights == 1).all()
    few = told(experiment, deletion, FEW["difference"], seeds=SEEDS)
    counts = (few.values[..., 0] * few.weights).sum(axis=1)
    np.testing.assert_allclose(counts, results.runs()["labelled_red"])


@pytest.mark.parametrize("name", ["leace", "difference"])
def test_linear_erasers_leave_labelled_and_other_latents_with_one_mean(operators, name):
    experiment, models = operators
    few = told(experiment, experiment.deletion, FEW[name], seeds=SEEDS)
    latents = respond(models[name], experiment.palette.colors).latents
    own = few.values[..., 0] * few.weights
    for run, (with_it, every) in enumerate(zip(own, few.weights, strict=True)):
        own_mean, other = (
            np.average(latents[run], axis=0, weights=w) for w in (with_it, every - with_it)
        )
        np.testing.assert_allclose(own_mean, other, atol=1e-6)


def test_inlp_takes_one_direction_from_every_run(operators):
    experiment, models = operators
    latents = respond(models["inlp"], experiment.palette.colors).latents
    spread = np.linalg.svd(latents - latents.mean(axis=1, keepdims=True), compute_uv=False)
    assert (spread[:, -1] < 1e-5 * spread[:, 0]).all()
    assert (spread[:, -2] > 1e-3 * spread[:, 0]).all()


def test_suppression_acts_along_the_mean_of_what_is_labelled(operators, model):
    experiment, models = operators
    few = told(experiment, experiment.deletion, FEW["suppressed"], seeds=SEEDS)
    latents = respond(model, experiment.palette.colors).latents
    means = np.einsum("rn,rnk->rk", few.values[..., 0] * few.weights, latents)
    with intervene(model, Suppression(means.tolist(), Falloff(90, 1)), layer="bottleneck"):
        want = respond(model, RED).recon
    np.testing.assert_allclose(respond(models["suppressed"], RED).recon, want, atol=1e-6)


def test_an_axis_is_held_where_no_other_constant_costs_less(operators, model):
    experiment, models = operators
    data = experiment.palette.colors
    held = respond(models["held"], data)
    assert np.ptp(held.latents[..., 0], axis=1).max() < 1e-6
    assert (held.mse.mean(axis=1) <= respond(models["ablated"], data).mse.mean(axis=1) + 1e-7).all()
    np.testing.assert_allclose(
        held.latents[..., 1:], respond(model, data).latents[..., 1:], atol=1e-6
    )


def test_redirection_sends_the_axis_to_its_far_end_before_the_normalisation(operators, model):
    _, models = operators
    grid = flat_colors(score_grid())
    sent, before = respond(models["sent"], grid).latents, respond(model, grid).latents
    np.testing.assert_allclose(np.linalg.norm(sent, axis=-1), 1, atol=1e-6)
    assert (sent[..., 0] < 0).all()
    cosines = (sent[..., 1:] * before[..., 1:]).sum(axis=-1)
    lengths = np.linalg.norm(sent[..., 1:], axis=-1) * np.linalg.norm(before[..., 1:], axis=-1)
    np.testing.assert_allclose(cosines, lengths, atol=1e-6)


def test_an_operator_that_is_none_is_refused(model, results):
    class Nothing(Settings):
        labels: str = "few"

    experiment = results.experiment.model_copy(update={"operators": {"nothing": Nothing()}})
    with pytest.raises(AssertionError, match="not as an experiment that was loaded has it"):
        operated(experiment, experiment.deletion, model, seeds=SEEDS)


@pytest.fixture(scope="module")
def recovered(results, model):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recovery, "RECOVERED", 20)
        return recovery.recovery_table(results.experiment, model, seeds=SEEDS).set_index(
            ["way", "step", "seed"]
        )


def test_recovery_begins_at_the_deletion_however_it_goes_on(recovered, results):
    for way in WAYS[:-1]:
        start = recovered.loc[way, 0]
        np.testing.assert_allclose(start["target"], results.runs()["ablated target"], rtol=1e-4)


def test_what_is_trained_on_comes_back_and_what_is_not_shown_pays(recovered):
    few, every = recovered.loc["few"], recovered.loc["all"]
    assert (few.loc[20, "target"] < few.loc[0, "target"]).all()
    assert few.loc[20, "harm"].mean() > every.loc[20, "harm"].mean()


def test_a_fresh_network_has_learned_nothing_at_first(recovered):
    assert (recovered.loc["scratch", 0]["target"] > 0.1).all()
