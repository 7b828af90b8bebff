"""The log of a search: a row a trial."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from colorcore.errors import InputError
from colorcore.experiment.folder import SEARCH, TRIALS
from colorcore.outputs import replacing
from colorcore.results.files import read_result

COMPLETE, DIVERGED = "complete", "diverged"
MEASURES = (
    "score median", "score min", "target min", "target max", "harm max", "before median",
    "val_mse median"
)  # fmt: skip
COLUMNS = ("trial", "state", "value", *MEASURES)  # of the log, besides the values tried


def read_log(path: Path) -> pd.DataFrame:
    """A row a trial: its number, the values tried, its state, value and measures.

    Raises: InputError when there is none, it cannot be read or lacks a column.
    """
    log = read_result(path, pd.read_csv)
    lacking = [column for column in COLUMNS if column not in log]
    if lacking:
        raise InputError(
            f"{path}, row 1: wanted a column {lacking[0]}, got {list(log.columns)}; search anew"
        )
    return log


def write_log(path: Path, log: pd.DataFrame) -> None:
    with replacing(path) as stand_in:
        log.to_csv(stand_in, index=False, lineterminator="\n")


def best(log: pd.DataFrame) -> pd.Series:
    """The best trial, the first among equals.

    Raises: InputError when no trial is complete.
    """
    if not (log["state"] == COMPLETE).any():
        raise InputError(
            f"{TRIALS}: wanted a trial that is {COMPLETE}, got {len(log)} that are not; lower the "
            f"bounds of {SEARCH}"
        )
    return log.loc[[log["value"].idxmax()]].iloc[0]
