"""Every experiment of the paper can be trained and evaluated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from colorcore.experiment.loading import Experiment, load
from colorcore.results import history, runs
from colorcore.training.loop import train
from colorcore.writeup import opening

NAMES = list(opening.read(Path("paper")).names)
STEPS, SEEDS = 20, [0, 1]


def shortened(experiment: Experiment) -> Experiment:
    """Trained in few steps, of all phases of its schedule."""
    table = experiment.schedule.table
    rows = np.linspace(0, len(table) - 1, STEPS).astype(int)
    schedule = replace(experiment.schedule, table=table.iloc[rows].set_axis(range(STEPS)))
    return experiment.model_copy(update={"schedule": schedule, "snapshots": (0, STEPS)})


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_of_the_paper_is_trained_and_each_of_its_deletions_evaluated(name):
    experiment = shortened(load(Path("experiments") / name))
    trained = train(experiment, seeds=SEEDS)
    labelled = history.labelled(trained.history, experiment)
    found = runs.all_runs(experiment, trained.model, seeds=SEEDS, labelled=labelled)
    assert found["deletion"].unique().tolist() == [
        one.name for one in experiment.deletions.values()
    ]
    errors = found.filter(regex="^(baseline|ablated|pruned) ")
    assert errors.map(np.isfinite).all(axis=None)
    assert found["surgery_gap"].max() < 1e-5
