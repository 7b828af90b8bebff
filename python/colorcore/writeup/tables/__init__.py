"""The tables of the paper: what there is, and how one is written from results."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from colorcore.errors import unknown
from colorcore.experiment.loading import Experiment
from colorcore.outputs import write_text
from colorcore.results.comparison import GROUPS
from colorcore.results.files import Results
from colorcore.writeup.tables import across, runs

TABLES: dict[str, Callable[[Experiment, Results], str]] = {
    "named-representative": runs.named_representative,
    "named-sweep": runs.named_sweep,
    "labels": runs.labels,
    "agreement": runs.agreement_table,
    "schedule": runs.schedule,
    "settings": runs.settings,
    "interventions": runs.interventions,
    "versions": runs.versions,
    "times": runs.times,
    "pareto": across.front,
    "published": across.published,
    "search": across.search,
    **{f"conditions-{group}": partial(across.comparison, group=group) for group in GROUPS},
}
TABLE_NAMES = tuple(TABLES)
ACROSS = ("published", *(f"conditions-{group}" for group in GROUPS))
"""Tables that need the runs of other experiments too."""


def render(name: str, experiment: Experiment, folder: Path, published: Path) -> None:
    """Write a table into folder/tables.

    Raises: InputError when there is no such table or its data cannot be used.
    """
    if name not in TABLES:
        raise unknown("table", name, TABLES)
    text = TABLES[name](experiment, Results(folder, published))
    write_text(folder / "tables" / f"{name}.md", text)
