"""The report of one experiment: what it shows."""

from __future__ import annotations

from typing import Any

from colorcore.experiment.folder import BASE, SEARCH, SETTINGS, TRIALS, read
from colorcore.experiment.loading import Experiment
from colorcore.writeup.document import Contents, Entry, Group

TEXT = "text.md"  # in an experiment's folder: what its author has to say of it

FIGURES = {
    "dopesheet": {},
    "training": {},
    "evolution": {},
    "stack-baseline": {"by": "stack", "variant": "baseline"},
    "latents": {"variant": "baseline"},
    "latents-ablated": {"by": "latents", "variant": "ablated"},
    "stack-ablated": {"by": "stack", "variant": "ablated"},
    "colors-ablated": {"by": "colors", "variant": "ablated"},
    "error-similarity": {},
    "named": {},
    "sweep": {},
    "interventions": {},
}
TABLES = (
    "settings", "schedule", "labels", "named-representative", "named-sweep", "pareto",
    "interventions", "versions", "times",
)  # fmt: skip


def contents(experiment: Experiment) -> Contents:
    """What the report of an experiment shows: what there is to show of it."""
    figures: dict[str, dict[str, Any]] = dict(FIGURES)
    tables: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
    groups, below = {}, base(experiment)
    if below is not None:
        groups["base"] = Group(base={below: below}, conditions={experiment.name: experiment.name})
        figures |= {"schedules": {"group": "base"}, "conditions": {"group": "base"}}
        tables["conditions"] = {"group": "base"}
    if is_searched(experiment):
        figures["search"] = tables["search"] = {"of": experiment.name}
    return Contents(
        main={experiment.name: experiment.name},
        groups=groups,
        figures={name: Entry(**entry) for name, entry in figures.items()},
        tables={name: Entry(**entry) for name, entry in tables.items()},
    )


def base(experiment: Experiment) -> str | None:
    """The name of the experiment that this one says only its differences from."""
    return read(experiment.folder / SETTINGS).get(BASE)


def is_searched(experiment: Experiment) -> bool:
    """Whether its schedule was searched for, and there is a log of it."""
    return all((experiment.folder / file).is_file() for file in (SEARCH, TRIALS))


def further(experiment: Experiment) -> list[str]:
    """The names of an experiment's deletions, but for the first."""
    return list(experiment.deletions)[1:]
