"""The result files of one experiment: what they are called, how they are written and read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from colorcore.errors import InputError
from colorcore.experiment.concepts import key
from colorcore.experiment.loading import Experiment
from colorcore.experiment.origin import origin
from colorcore.outputs import replacing, write_text
from colorcore.results import records
from colorcore.results.records import Record

if TYPE_CHECKING:
    import xarray as xr

T = TypeVar("T")

AUDIT, RECOVERY = "audit.csv", "recovery.csv"

OF_RUNS = (
    "runs.csv", "moments.csv", "curves.parquet", "history.parquet", "records/train-*.json",
    AUDIT, RECOVERY,
)  # fmt: skip
"""What is of an experiment's runs, and not made of one of its deletions but the first."""

GRIDS = ("color_slices", "loss_cube", "latent_cube", "score_grid", "evolution")
"""The colour cubes that a representative run is evaluated on, and one through its training."""

RESULTS = (
    *OF_RUNS, *(f"{name}.nc" for name in (*GRIDS, "interventions")), "interventions.csv",
    "explorer.json",
)  # fmt: skip
"""All that figures and tables may read."""

DELETION = "deletion"  # the column of runs.csv that says after which deletion a row is


@dataclass(frozen=True)
class Results:
    """A folder `build/<experiment>` and the files in it, of which none is read unchecked.

    What is made of the first deletion lies in the folder itself, and what is made of a further one
    in a folder within it, of the key of that `deletion`'s name.
    """

    folder: Path
    experiment: Experiment
    deletion: str = ""

    @classmethod
    def of(cls, folder: Path, experiment: Experiment, deletion: str = "") -> Results:
        """The results of one of an experiment's deletions, which may be named or be the first.

        Raises: InputError when there is no such deletion.
        """
        chosen = experiment.chosen(deletion)
        return cls(folder, experiment, "" if chosen == experiment.deletion else chosen.name)

    @property
    def judged(self) -> Path:
        """Where the deletion's own results lie."""
        return self.folder / key(self.deletion)

    def weights_path(self, shard: int) -> Path:
        return self.folder / f"weights-{shard}.safetensors"

    def snapshots_path(self, shard: int) -> Path:
        return self.folder / f"snapshots-{shard}.safetensors"

    def weights_paths(self, shards: int) -> list[Path]:
        """The weights of all runs, trained in so many shards.

        Raises: InputError unless they are of this experiment and of one split.
        """
        self.trained(shards)
        return [self._checked(self.weights_path(shard)) for shard in range(shards)]

    def snapshots_paths(self, shards: int) -> list[Path]:
        """The snapshots of all runs; as `weights_paths`."""
        self.trained(shards)
        return [self._checked(self.snapshots_path(shard)) for shard in range(shards)]

    def shard_history_paths(self, shards: int) -> list[Path]:
        """The histories of all runs; as `weights_paths`."""
        self.trained(shards)
        return [self._checked(self.shard_history_path(shard)) for shard in range(shards)]

    def shard_history_path(self, shard: int) -> Path:
        return self.folder / f"history-{shard}.parquet"

    def train_record_path(self, shard: int) -> Path:
        return records.record_of(self.weights_path(shard))

    @property
    def history_path(self) -> Path:
        return self.folder / "history.parquet"

    @property
    def curves_path(self) -> Path:
        return self.folder / "curves.parquet"

    @property
    def runs_path(self) -> Path:
        return self.folder / "runs.csv"

    @property
    def moments_path(self) -> Path:
        return self.folder / "moments.csv"

    @property
    def audit_path(self) -> Path:
        return self.folder / AUDIT

    @property
    def recovery_path(self) -> Path:
        return self.folder / RECOVERY

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
        table = self._read(self.runs_path, pd.read_csv)
        chosen = self.experiment.chosen(self.deletion)
        return table[table[DELETION] == chosen.name].reset_index(drop=True)

    def moments(self) -> pd.DataFrame:
        """A row a snapshot and seed; see `runs.moments`."""
        return self._read(self.moments_path, pd.read_csv)

    def interventions(self) -> pd.DataFrame:
        """A row an intervention and seed; see `falloffs.table`."""
        return self._read(self.interventions_path, pd.read_csv)

    def audit(self) -> pd.DataFrame:
        """A row an operator and seed; see `audit.audit_table`."""
        return self._read(self.audit_path, pd.read_csv)

    def recovery(self) -> pd.DataFrame:
        """A row a way to train on, moment and seed; see `recovery.recovery_table`."""
        return self._read(self.recovery_path, pd.read_csv)

    def curves(self) -> pd.DataFrame:
        """A row a term and pooled steps; see `history.History`."""
        return self._read(self.curves_path, pd.read_parquet)

    def history(self) -> pd.DataFrame:
        """A row a step and seed, of some seeds; see `history.History`."""
        return self._read(self.history_path, pd.read_parquet)

    def grid(self, name: str) -> xr.Dataset:
        """A colour cube by name, wholly in memory; see `grids.damage`."""
        import xarray as xr  # which plans do without

        return self._read(self.grid_path(name), lambda path: xr.load_dataset(path, engine="scipy"))

    def scene(self) -> str:
        """What the explorer shows, as JSON; see `explorer.encode`."""
        return self._read(self.explorer_path, lambda path: path.read_text(encoding="utf-8"))

    def trained(self, shards: int | None = None) -> list[Record]:
        """What each shard's training noted of itself: so many, or as many as the first knows of.

        Raises: InputError when one is missing or of something else, or when they are not the shards
        of one split.
        """
        first = self.check(self.train_record_path(0))
        count = first["shards"] if shards is None else shards
        rest = [self.check(self.train_record_path(shard)) for shard in range(1, count)]
        found = [first, *rest]
        seeds = [seed for record in found for seed in record["seeds"]]
        begin = self.experiment.first_seed
        if {r["shards"] for r in found} != {count} or seeds != [*range(begin, begin + len(seeds))]:
            got = ", ".join(
                f"{r['seeds'][0]} to {r['seeds'][-1]} of {r['shards']} shards" for r in found
            )
            raise InputError(
                f"{self.folder}: wanted the seeds from {begin} on, in {count} shards of one split, "
                f"got seeds {got}; train them all with the same seeds and shards"
            )
        return found

    def named(self, file: str) -> list[Path]:
        """Files by their place in the folder, in which * stands for every shard.

        Raises: InputError when one is not as it was written, and as `trained`, where shards are
        asked for.
        """
        if "*" not in file:
            return [self._checked(self.folder / file)]
        shards = range(len(self.trained()))
        return [self._checked(self.folder / file.replace("*", str(shard))) for shard in shards]

    def note(
        self,
        step: str,
        *,
        made: list[Path],
        of: Iterable[Path] = (),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the record of a step that made these files of those, with more notes of it."""
        deletion = "" if made[0].parent == self.folder else self.deletion
        records.write(
            records.record_of(made[0]),
            {**self.origin(step), "deletion": deletion, **(more or {})},
            made=records.digests(made, made[0].parent),
            of=records.digests(of, self.folder),
        )

    def origin(self, step: str) -> dict[str, str]:
        """What a step's results are to be of: experiment, settings and code."""
        return origin(self.experiment, step)

    def check(self, record: Path) -> Record:
        """A record that is of this experiment as it is, and of the deletion in whose folder it is.

        Raises: InputError when there is none, or it is of something else.
        """
        found = records.check_origin(record, self.origin(records.step_of(record)))
        place = record.parent.parent
        wanted = "" if place == self.folder else place.name
        if key(found.get("deletion", "")) != wanted:
            names = (name or "the first deletion" for name in (wanted, found.get("deletion")))
            raise InputError(
                "{}: wanted results of {}, got those of {}; build them again".format(record, *names)
            )
        return found

    def _read(self, path: Path, reader: Callable[[Path], T]) -> T:
        return read_result(self._checked(path), reader)

    def _checked(self, path: Path) -> Path:
        """A result, or a record, that is of this experiment and as it was written."""
        if path.parent.name == records.FOLDER:
            self.check(path)
        else:
            records.check(path, path.name, lambda: self.check(records.record_of(path)))
        return path


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


def write_parquet(path: Path, table: pd.DataFrame, **layout: Any) -> None:
    with replacing(path) as stand_in:
        table.to_parquet(stand_in, compression="zstd", index=False, **layout)


def write_runs(path: Path, runs: pd.DataFrame) -> None:
    with replacing(path) as stand_in:
        runs.to_csv(stand_in, index=False, float_format="%.9g", lineterminator="\n")


def write_grid(path: Path, grid: xr.Dataset, provenance: dict[str, Any]) -> None:
    """netCDF, with the provenance as an attribute."""
    marked = grid.assign_attrs(provenance=json.dumps(provenance, sort_keys=True))
    with replacing(path) as stand_in:
        marked.to_netcdf(stand_in, engine="scipy")


def write_scene(path: Path, scene: dict[str, Any]) -> None:
    """JSON on one line, since it goes into a page."""
    write_text(path, json.dumps(scene, separators=(",", ":")) + "\n")
