"""A transformer that mixes colours, with red anchored in its residual stream, and controls without.

Its runs are those of `examples/mixing_runs.py`, which says what the tables have.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd

from colorcore.results.files import read_result

TABLES = Path(__file__).parent / "mixing"
GROUPS, CURVE = TABLES / "groups.csv", TABLES / "curve.csv"
READINGS, RELEARNING = TABLES / "readings.csv", TABLES / "relearning.csv"

WAYS = {
    "projected": "projected",
    "weights": "cut from weights",
    "suppressed": "suppressed",
    "leace": "LEACE",
    "mean difference": "mean difference",
}
"""Ways to delete, and what they are called."""

SHOWN = {"anchored": ("projected", "weights", "suppressed", "leace"),
         "control": ("projected", "leace", "mean difference")}  # fmt: skip
"""Those that are told of models with an anchor and without."""


def read(path: Path) -> pd.DataFrame:
    """A table of all runs, a line on whose settings comes first."""
    return read_result(path, partial(pd.read_csv, comment="#"))


def right(groups: pd.DataFrame, model: str, way: str, group: str) -> pd.Series:
    """The share of a group's lines that is completed right, in each run."""
    rows = groups.query("model == @model and way == @way and group == @group")
    return rows["exact"].reset_index(drop=True)
