"""The tables of the paper: what there is, and how one is written from results."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from colorcore.errors import unknown
from colorcore.results.comparison import GROUPS

if TYPE_CHECKING:  # what there is, is of use without what reads results
    from colorcore.experiment.loading import Experiment

TABLES: dict[str, tuple[str, str, dict[str, str]]] = {
    "named-representative": ("runs", "named_representative", {}),
    "named-sweep": ("runs", "named_sweep", {}),
    "labels": ("runs", "labels", {}),
    "agreement": ("runs", "agreement_table", {}),
    "schedule": ("runs", "schedule", {}),
    "settings": ("runs", "settings", {}),
    "interventions": ("runs", "interventions", {}),
    "versions": ("runs", "versions", {}),
    "times": ("runs", "times", {}),
    "pareto": ("across", "front", {}),
    "published": ("across", "published", {}),
    "search": ("across", "search", {}),
    **{f"conditions-{group}": ("across", "comparison", {"group": group}) for group in GROUPS},
}
"""By name: the module and its function that write it, and what to tell that function."""

TABLE_NAMES = tuple(TABLES)
ACROSS = ("published", *(f"conditions-{group}" for group in GROUPS))
"""Tables that need the runs of other experiments too."""


def render(name: str, experiment: Experiment, folder: Path, published: Path) -> None:
    """Write a table into folder/tables.

    Raises: InputError when there is no such table or its data cannot be used.
    """
    if name not in TABLES:
        raise unknown("table", name, TABLES)

    from colorcore.outputs import write_text
    from colorcore.results.files import Results

    module_name, function, options = TABLES[name]
    module = import_module(f"colorcore.writeup.tables.{module_name}")
    text = getattr(module, function)(experiment, Results(folder, published), **options)
    write_text(folder / "tables" / f"{name}.md", text)
