"""The result files of one experiment: what they are called, how they are written and read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import xarray as xr

from colorcore.errors import InputError
from colorcore.experiment.loading import Experiment
from colorcore.outputs import replacing, write_text

T = TypeVar("T")

OF_RUNS = ("runs.csv", "moments.csv", "history.parquet", "train-*.json")
"""What is of an experiment's runs, and not made of one of its deletions."""

DELETION = "deletion"  # the column of runs.csv that says after which deletion a row is


@dataclass(frozen=True)
class Results:
    """A folder `build/<experiment>` and the files in it.

    What is made of the first deletion lies in the folder itself, and what is made of a further one
    in a folder within it, of that `deletion`'s name.
    """

    folder: Path
    deletion: str = ""

    @classmethod
    def of(cls, folder: Path, experiment: Experiment, deletion: str = "") -> Results:
        """The results of one of an experiment's deletions, which may be named or be the first.

        Raises: InputError when there is no such deletion.
        """
        chosen = experiment.chosen(deletion)
        return cls(folder, "" if chosen == experiment.deletion else chosen.name)

    @property
    def judged(self) -> Path:
        """Where the deletion's own results lie."""
        return self.folder / self.deletion

    def weights_path(self, shard: int) -> Path:
        return self.folder / f"weights-{shard}.safetensors"

    def snapshots_path(self, shard: int) -> Path:
        return self.folder / f"snapshots-{shard}.safetensors"

    def weights_paths(self, shards: int) -> list[Path]:
        return [self.weights_path(shard) for shard in range(shards)]

    def snapshots_paths(self, shards: int) -> list[Path]:
        return [self.snapshots_path(shard) for shard in range(shards)]

    def shard_history_path(self, shard: int) -> Path:
        return self.folder / f"history-{shard}.parquet"

    def record_path(self, shard: int) -> Path:
        return self.folder / f"train-{shard}.json"

    @property
    def history_path(self) -> Path:
        return self.folder / "history.parquet"

    @property
    def runs_path(self) -> Path:
        return self.folder / "runs.csv"

    @property
    def moments_path(self) -> Path:
        return self.folder / "moments.csv"

    @property
    def interventions_path(self) -> Path:
        return self.judged / "interventions.csv"

    @property
    def explorer_path(self) -> Path:
        return self.judged / "explorer.json"

    def grid_path(self, name: str) -> Path:
        return self.judged / f"{name}.nc"

    def runs(self) -> pd.DataFrame:
        """A row a seed; see `runs.run_table`. The file has those of all deletions."""
        table = read_result(self.runs_path, pd.read_csv)
        chosen = self.deletion or table[DELETION].iloc[0]
        return table[table[DELETION] == chosen].reset_index(drop=True)

    def moments(self) -> pd.DataFrame:
        """A row a snapshot and seed; see `runs.moments`."""
        return read_result(self.moments_path, pd.read_csv)

    def interventions(self) -> pd.DataFrame:
        """A row an intervention and seed; see `falloffs.table`."""
        return read_result(self.interventions_path, pd.read_csv)

    def history(self) -> pd.DataFrame:
        """A row a step and seed; see `loop.Training`."""
        return read_result(self.history_path, pd.read_parquet)

    def grid(self, name: str) -> xr.Dataset:
        """A colour cube by name, wholly in memory; see `grids.damage`."""
        return read_result(self.grid_path(name), lambda path: xr.load_dataset(path, engine="scipy"))

    def records(self) -> list[dict[str, Any]]:
        """What each shard's training noted of itself, in the order of the shards."""
        paths = sorted(self.folder.glob("train-*.json"))
        if not paths:
            raise InputError(f"{self.folder}: no train-*.json; train the experiment first")
        return [
            read_result(path, lambda p: json.loads(p.read_text(encoding="utf-8"))) for path in paths
        ]


def read_result(path: Path, reader: Callable[[Path], T]) -> T:
    """Read a file of results.

    Raises: InputError when there is none, or it cannot be read.
    """
    try:
        return reader(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such result; build the step that makes it first") from error
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise InputError(
            f"{path}: wanted a whole result file, got one that cannot be read ({error}); "
            "delete it and build again"
        ) from error


def read_shard_history(path: Path) -> pd.DataFrame:
    """The history of one shard."""
    return read_result(path, pd.read_parquet)


def write_history(path: Path, history: pd.DataFrame) -> None:
    with replacing(path) as stand_in:
        history.to_parquet(stand_in, compression="zstd", index=False)


def write_runs(path: Path, runs: pd.DataFrame) -> None:
    with replacing(path) as stand_in:
        runs.to_csv(stand_in, index=False, float_format="%.9g", lineterminator="\n")


def write_grid(path: Path, grid: xr.Dataset, provenance: dict[str, Any]) -> None:
    """netCDF, with the provenance as an attribute."""
    marked = grid.assign_attrs(provenance=json.dumps(provenance, sort_keys=True))
    with replacing(path) as stand_in:
        marked.to_netcdf(stand_in, engine="scipy")


def write_record(path: Path, record: dict[str, Any]) -> None:
    write_text(path, json.dumps(record, indent=2, sort_keys=True) + "\n")


def write_scene(path: Path, scene: dict[str, Any]) -> None:
    """JSON on one line, since it goes into a page."""
    write_text(path, json.dumps(scene, separators=(",", ":")) + "\n")
