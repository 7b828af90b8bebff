"""Grids: what they vary is what an experiment of those settings would be, and mistakes are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from colorcore.errors import InputError
from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.loading import load
from colorcore.experiment.operators import MeanSuppression, Redirection
from colorcore.experiment.settings import Routing
from colorcore.search import grid as grids
from colorcore.search.variants import variants
from editing import change


@pytest.fixture
def folder(gridded, tmp_path):
    return Path(shutil.copytree(gridded, tmp_path / "small"))


def test_what_is_tried_is_what_an_experiment_of_those_settings_would_be(folder):
    experiment = load(folder)
    without, as_it_is = variants(experiment, grids.read(experiment)).values()
    sheet = experiment.schedule.table
    assert (without.schedule.table["reg-anti-subspace"] == 0).all()
    pd.testing.assert_frame_equal(as_it_is.schedule.table, sheet)
    assert as_it_is.operators["sent: amount 0.5"] == Redirection(operator="redirection", amount=0.5)
    assert as_it_is.operators["softer: angle 60, power 2"] == MeanSuppression(
        operator="suppression", labels="perfect", angle=60, power=2
    )


def test_a_phase_is_tried_at_other_steps_and_routing_in_other_ways(folder):
    change(
        folder,
        "weights: {reg-anti-subspace: [0, 1]}",
        "phases: {Main: [10, 20]}\n  routing: {layer: [bottleneck, encoder]}",
        "grid.yaml",
    )
    experiment = load(folder)
    every = variants(experiment, grids.read(experiment))
    assert [*every][1:3] == [
        "phases.Main 10, routing.layer encoder",
        "phases.Main 20, routing.layer bottleneck",
    ]
    early, _, as_it_is, last = every.values()
    assert early.schedule.table["lr"][10] == as_it_is.schedule.table["lr"][20] == 0.1
    assert last.routing == Routing(labels=("red",), layer="encoder")
    assert experiment.routing == as_it_is.routing


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  sent:",
            "  send:",
            "operators: wanted one of held, softer, sent, got 'send'; did you mean sent?",
        ),
        (
            "angle: [60, 90], power",
            "power",
            "operators.softer: wanted values to try of angle, power, got power; name those, each "
            "with its values",
        ),
        (
            "sent: {amount: [0.5, 1]}",
            "held: {amount: [0.5, 1]}",
            "operators.held: wanted values to try of nothing, got amount; name those, each with "
            "its values",
        ),
        (
            "amount: [0.5, 1]",
            "amount: [0, 1]",
            "operators.sent: amount: wanted greater than 0, got 0; change it",
        ),
        (
            "amount: [0.5, 1]",
            "amount: []",
            "operators.sent.amount: wanted at least 1, got []; add one",
        ),
        (
            "by: softer",
            "by: soft",
            "training.by: wanted one of ablated, held, softer, sent, got 'soft'; did you mean "
            "softer?",
        ),
        (
            "reg-anti-subspace:",
            "lr:",
            "training.weights: wanted one of reg-separate, reg-anchor, reg-anti-subspace, got 'lr';"
            " choose one of them",
        ),
        (
            "weights: {reg-anti-subspace: [0, 1]}",
            "phases: {Mian: [10]}",
            "training.phases: wanted one of Start, Main, got 'Mian'; did you mean Main?",
        ),
        (
            "weights: {reg-anti-subspace: [0, 1]}",
            "routing: {layer: [decoder]}",
            "training.routing: layer: wanted 'bottleneck' or 'encoder', got 'decoder'; change it",
        ),
        (
            "count: 2",
            "count: 1",
            "seeds.count: wanted greater than or equal to 2, got 1; change it",
        ),
    ],
)
def test_a_mistake_in_a_grid_is_told(folder, old, new, message):
    change(folder, old, new, "grid.yaml")
    with pytest.raises(ExperimentError) as caught:
        grids.read(load(folder))
    assert str(caught.value) == f"{folder}/grid.yaml: {message}"


def test_routing_is_varied_only_where_there_is_some(folder):
    change(folder, "routing: {labels: [red]}", "")
    old, new = "weights: {reg-anti-subspace: [0, 1]}", "routing: {layer: [encoder]}"
    change(folder, old, new, "grid.yaml")
    with pytest.raises(ExperimentError) as caught:
        grids.read(load(folder))
    assert str(caught.value) == (
        f"{folder}/grid.yaml: training.routing: wanted an experiment that routes gradients, got "
        "small, which does not; leave it out"
    )


@pytest.mark.parametrize(
    ("phase", "step", "message"),
    [
        (
            "Main",
            4,
            ": dopesheet.csv, row 4, column STEP: wanted a step after 5, that of row 3, got '4', "
            "which is step 4; keep rows in order, one a step",
        ),
        (
            "Last",
            40,
            ": wanted phases that leave the last step, 30, got 40; choose earlier ones",
        ),
    ],
)
def test_a_phase_that_cannot_begin_there_is_told(folder, phase, step, message):
    change(folder, "30,,", "30,Last,", "dopesheet.csv")
    old, new = "weights: {reg-anti-subspace: [0, 1]}", f"phases: {{{phase}: [{step}]}}"
    change(folder, old, new, "grid.yaml")
    with pytest.raises(InputError) as caught:
        variants(load(folder), grids.read(load(folder)))
    assert str(caught.value) == f"{folder}/grid.yaml: training.phases{message}"
