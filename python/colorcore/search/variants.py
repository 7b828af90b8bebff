"""Experiments as a grid varies them, and as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from colorcore.experiment.folder import GRID, ExperimentError, files
from colorcore.experiment.loading import Experiment
from colorcore.experiment.operators import Operator, hyperparameters
from colorcore.schedule import Schedule
from colorcore.schedule.dopesheet import PHASE, STEP, resolve
from colorcore.schedule.sheet import read_text, rows_of, text_of
from colorcore.search.grid import Grid, Values, operator_with, routed_with, spelled

SEPARATOR = ": "  # between an operator's name, which has no colon, and what it is set to


def variants(experiment: Experiment, grid: Grid) -> dict[str, Experiment]:
    """Every training that a grid tries, by what is varied, with every operator that it tries.

    Operators are called by their names and, where they have some, settings.

    Raises: ExperimentError or ScheduleError for a step that a phase cannot begin at.
    """
    operators = _operators(experiment, grid)
    return {
        spelled(values): _trained(experiment, values).model_copy(update={"operators": operators})
        for values in grid.trainings
    }


def _operators(experiment: Experiment, grid: Grid) -> dict[str, Operator]:
    found = {}
    for name, operator in experiment.operators.items():
        for values in grid.settings.get(name, [{}]):
            one = operator_with(f"{experiment.folder / GRID}: operators.{name}", operator, values)
            found[f"{name}{SEPARATOR}{_setting(one)}" if values else name] = one
    return found


def _trained(experiment: Experiment, values: Values) -> Experiment:
    parts: dict[str, Values] = {"weights": {}, "phases": {}, "routing": {}}
    for called, value in values.items():
        kind, _, name = called.partition(".")
        parts[kind][name] = value
    place = f"{experiment.folder / GRID}: training"
    schedule = _moved(f"{place}.phases", experiment, parts["phases"])
    scaled = {
        name: schedule.table[name] * float(factor) for name, factor in parts["weights"].items()
    }
    return experiment.model_copy(
        update={
            "schedule": replace(schedule, table=schedule.table.assign(**scaled)),
            "routing": routed_with(f"{place}.routing", experiment.routing, parts["routing"]),
        }
    )


def _moved(place: str, experiment: Experiment, phases: Values) -> Schedule:
    """The schedule with phases that begin at other steps."""
    if not phases:
        return experiment.schedule
    path = files(experiment.folder).dopesheet
    header, *rows = rows_of(read_text(path))
    for row in rows:
        phase = row[header.index(PHASE)]
        if phase in phases:
            row[header.index(STEP)] = str(phases[phase])
    schedule = resolve(text_of([header, *rows]), path=Path(f"{place}: {path.name}"))
    if schedule.steps != experiment.schedule.steps:
        raise ExperimentError(
            f"{place}: wanted phases that leave the last step, {experiment.schedule.steps - 1}, got"
            f" {schedule.steps - 1}; choose earlier ones"
        )
    return schedule


def as_it_is(experiment: Experiment, grid: Grid) -> str:
    """How an experiment is trained, in the words that a grid has for what it varies."""
    phases = experiment.schedule.phases.set_index("phase")["step"]
    found: Values = {}
    for called in grid.trainings[0]:
        kind, _, name = called.partition(".")
        if kind == "weights":
            found[called] = 1
        elif kind == "phases":
            found[called] = int(phases[name])
        else:
            found[called] = getattr(experiment.routing, name)
    return spelled(found)


def set_to(experiment: Experiment) -> dict[str, str]:
    """What those operators are set to that can be set to something."""
    every = experiment.operators.items()
    return {name: _setting(one) for name, one in every if hyperparameters(one)}


def _setting(operator: Operator) -> str:
    return spelled({**hyperparameters(operator)})
