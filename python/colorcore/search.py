"""Search: numbers of a dopesheet, varied within bounds, for a deletion that no run gets wrong."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import optuna
import pandas as pd
from pydantic import Field, model_validator

from colorcore.errors import InputError, unknown
from colorcore.evaluate import run_table
from colorcore.experiment import Experiment, load, read_settings
from colorcore.folder import DOPESHEET, SEARCH, TRIALS, ExperimentError
from colorcore.outcome import before, harm
from colorcore.outputs import replacing, write_text
from colorcore.schedule import STEP, read_text, resolve
from colorcore.settings import Count, Dim, Finite, Positive, Settings
from colorcore.train import train

COMPLETE, DIVERGED = "complete", "diverged"
DIGITS = 3  # of a tried value, so that it reads well in a dopesheet
MEASURES = (
    "score median", "score min", "red min", "red max", "harm max", "before median", "val_mse median"
)  # fmt: skip
COLUMNS = ("trial", "state", "value", *MEASURES)  # of the log, besides the values tried

Cell = Annotated[tuple[int | str, str], Field(strict=False)]
Show = Callable[[str], None]


class Range(Settings):
    """Between which bounds a value is sought, and the cells (STEP, property) it is put into."""

    low: Finite
    high: Finite
    log: bool = False
    cells: Annotated[tuple[Cell, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Range:
        if not self.low < self.high:
            raise ValueError(f"wanted low < high, got {self.low:g} and {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError(f"wanted low > 0 on a log scale, got {self.low:g}")
        return self


class Aim(Settings):
    """What each run should keep to.

    `red` is the least error of ablated red, `harm` the largest of a colour unlike red, `before` the
    largest of a named colour before surgery, `val_mse` the largest validation error of the whole
    model; the weights say what twice as much costs, in units of the score.
    """

    red: Positive
    harm: Positive
    before: Positive
    val_mse: Positive
    harm_weight: Positive
    before_weight: Positive
    val_mse_weight: Positive


class Seeds(Settings):
    """The training seeds of every trial: `count` of them from `first` on."""

    first: Dim
    count: Annotated[int, Field(ge=2)]


class Search(Settings):
    """What search.yaml holds. The first `random_trials` are drawn blindly."""

    trials: Count
    random_trials: Count
    sampler_seed: Dim
    seeds: Seeds
    aim: Aim
    space: Annotated[dict[str, Range], Field(min_length=1)]


def read(folder: Path) -> Search:
    """Read the search of an experiment and check that its dopesheet has the cells.

    Raises: ExperimentError, one line that names file, place, what was wanted, what came and the
    remedy.
    """
    path = folder / SEARCH
    search = read_settings(path, Search)
    for name in search.space:
        if name in COLUMNS:
            raise ExperimentError(
                f"{path}: space.{name}: wanted a name that {TRIALS} does not use otherwise, got "
                f"{name!r}; rename it"
            )
    try:
        fill(
            read_text(folder / DOPESHEET), search, {name: r.low for name, r in search.space.items()}
        )
    except InputError as error:
        raise ExperimentError(f"{path}: {error}") from None
    return search


def fill(sheet: str, search: Search, values: dict[str, float]) -> str:
    """The text of a dopesheet with some of its numbers replaced.

    Raises: InputError naming the step or property that the dopesheet lacks, or two values for one
    cell.
    """
    header, *rows = csv.reader(io.StringIO(sheet))
    columns = {cell.split(":")[0]: i for i, cell in enumerate(header)}
    lines = {row[columns[STEP]]: row for row in rows}
    filled = set()
    for name, value in values.items():
        for step, column in search.space[name].cells:
            place = f"space.{name}.cells"
            if str(step) not in lines:
                raise unknown(f"{place}, {STEP} of {DOPESHEET}", str(step), lines)
            if column not in columns or column == STEP:
                known = [known for known in columns if known != STEP]
                raise unknown(f"{place}, property of {DOPESHEET}", column, known)
            if (step, column) in filled:
                raise InputError(
                    f"{place}: wanted each cell once, got {[step, column]} twice; remove one"
                )
            filled.add((step, column))
            lines[str(step)][columns[column]] = f"{value:g}"
    return "".join(",".join(row) + "\n" for row in [header, *rows])


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
    short = (1 - runs["ablated red"] / aim.red).clip(0, 1)
    harmed = (harm(runs) / aim.harm - 1).clip(0, 1)
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
    runs = run_table(tried, training.model, seeds=list(seeds), history=training.history)
    return {
        "state": COMPLETE,
        "value": value(runs, search.aim),
        "score median": runs["score_r2"].median(),
        "score min": runs["score_r2"].min(),
        "red min": runs["ablated red"].min(),
        "red max": runs["ablated red"].max(),
        "harm max": harm(runs).max(),
        "before median": before(runs).median(),
        "val_mse median": runs["val_mse"].median(),
    }


def run(folder: Path, out: Path, *, show: Show) -> None:
    """Make all trials; keep their log in `out`, and beside it the best trial's dopesheet.

    A log that is there already is continued, to the same end as if it never had been interrupted.

    Raises: InputError when that log is another search's, or no trial is complete.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    experiment, search = load(folder), read(folder)
    sheet = read_text(folder / DOPESHEET)
    log = _continued(out / TRIALS, search)
    for number in range(len(log), search.trials):
        values = propose(search, log)
        entry = {
            "trial": number,
            **values,
            **attempt(experiment, search, fill(sheet, search, values)),
        }
        log = pd.DataFrame([*log.to_dict("records"), entry], columns=_columns(search))
        write_log(out / TRIALS, log)
        score, leader = entry["value"], log["value"].max()
        show(f"trial {number + 1} of {search.trials}: {score:.4f}, best {leader:.4f}")
    write_text(out / DOPESHEET, fill(sheet, search, best(log, search)))


def best(log: pd.DataFrame, search: Search) -> dict[str, float]:
    """The values of the best trial, the first among equals.

    Raises: InputError when no trial is complete.
    """
    if not (log["state"] == COMPLETE).any():
        raise InputError(
            f"{TRIALS}: wanted a trial that is {COMPLETE}, got {len(log)} that are not; lower the "
            f"bounds of {SEARCH}"
        )
    winner = log.loc[[log["value"].idxmax()]].iloc[0]
    return {name: float(winner[name]) for name in search.space}


def _columns(search: Search) -> list[str]:
    return ["trial", *search.space, *COLUMNS[1:]]


def _continued(path: Path, search: Search) -> pd.DataFrame:
    """The log to go on from: one that this search has made, or an empty one."""
    if not path.exists():
        return pd.DataFrame(columns=_columns(search))
    log = read_log(path)
    if list(log.columns) != _columns(search) or not _made_by(search, log):
        raise InputError(
            f"{path}: wanted the log of this search, got another's; move it away to begin anew"
        )
    return log


def _made_by(search: Search, log: pd.DataFrame) -> bool:
    """Whether each value is the one that the search proposes after the trials before it.

    The last trial vouches for the others, which all had a part in proposing it.
    """
    if log.empty:
        return True
    proposed, tried = propose(search, log[:-1]), log.iloc[-1]
    return all(math.isclose(proposed[name], tried[name]) for name in search.space)


def read_log(path: Path) -> pd.DataFrame:
    """A row a trial: its number, the values tried, its state, value and measures."""
    return pd.read_csv(path)


def write_log(path: Path, log: pd.DataFrame) -> None:
    with replacing(path) as stand_in:
        log.to_csv(stand_in, index=False, lineterminator="\n")
