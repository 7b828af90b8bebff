"""One trial after another: which values to try next, and how well they do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import optuna
import pandas as pd

from colorcore.errors import InputError
from colorcore.experiment.folder import DOPESHEET
from colorcore.experiment.loading import Experiment
from colorcore.results.history import labelled
from colorcore.results.measures import before
from colorcore.results.runs import run_table
from colorcore.schedule.dopesheet import resolve
from colorcore.search.log import COMPLETE, DIVERGED, MEASURES
from colorcore.search.settings import Aim, Range, Search
from colorcore.training.loop import train

DIGITS = 3  # of a tried value, so that it reads well in a dopesheet


def propose(search: Search, log: pd.DataFrame) -> dict[str, float]:
    """The values to try next, a function of the search and of its log.

    Source: the tree-structured Parzen estimator of Optuna.
    """
    space = {
        name: optuna.distributions.FloatDistribution(r.low, r.high, log=r.log)
        for name, r in search.space.items()
    }
    sampler = optuna.samplers.TPESampler(
        seed=search.sampler_seed + len(log), n_startup_trials=search.random_trials
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for row in log.to_dict("records"):
        done = row["state"] == COMPLETE
        study.add_trial(
            optuna.trial.create_trial(
                state=optuna.trial.TrialState.COMPLETE if done else optuna.trial.TrialState.FAIL,
                params={name: row[name] for name in space},
                distributions=dict(space),
                value=row["value"] if done else None,
            )
        )
    asked = study.ask(dict(space)).params
    return {name: _rounded(asked[name], search.space[name]) for name in space}


def _rounded(value: float, bounds: Range) -> float:
    return min(max(float(f"{value:.{DIGITS}g}"), bounds.low), bounds.high)


def merit(runs: pd.DataFrame, aim: Aim) -> pd.Series:
    """How good each run is: its score, less what it falls short of the aim, term by term.

    A shortfall is relative, and counts as 1 at most: a run that is quite wrong is no worse than
    one that is wrong.
    """
    short = (1 - runs["ablated target"] / aim.target).clip(0, 1)
    harmed = (runs["harm"] / aim.harm - 1).clip(0, 1)
    dulled = (before(runs) / aim.before - 1).clip(0, 1)
    blurred = (runs["val_mse"] / aim.val_mse - 1).clip(0, 1)
    costs = aim.harm_weight * harmed + aim.before_weight * dulled + aim.val_mse_weight * blurred
    return runs["score_r2"] - short - costs


def value(runs: pd.DataFrame, aim: Aim) -> float:
    """What is maximised: halfway between the mean run's merit and the worst run's."""
    found = merit(runs, aim)
    return float((found.mean() + found.min()) / 2)


def attempt(experiment: Experiment, search: Search, sheet: str) -> dict[str, str | float]:
    """Train and evaluate with a dopesheet, as an entry of the log."""
    schedule = resolve(sheet, path=Path(DOPESHEET))
    # Snapshots end with the last step, which a search does not move.
    tried = experiment.model_copy(update={"schedule": schedule})
    seeds = range(search.seeds.first, search.seeds.first + search.seeds.count)
    try:
        training = train(tried, seeds=seeds)
    except InputError:
        return {"state": DIVERGED, "value": np.nan, **dict.fromkeys(MEASURES, np.nan)}
    counts = labelled(training.history, tried)
    runs = run_table(tried, tried.deletion, training.model, seeds=list(seeds), labelled=counts)
    return {
        "state": COMPLETE,
        "value": value(runs, search.aim),
        "score median": runs["score_r2"].median(),
        "score min": runs["score_r2"].min(),
        "target min": runs["ablated target"].min(),
        "target max": runs["ablated target"].max(),
        "harm max": runs["harm"].max(),
        "before median": before(runs).median(),
        "val_mse median": runs["val_mse"].median(),
    }
