"""How seldom a deletion fails: more runs than a build trains, and one line of each."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from colorcore.errors import InputError
from colorcore.experiment.loading import Experiment
from colorcore.experiment.origin import digest
from colorcore.outputs import write_text
from colorcore.results.files import read_result

FIRST = 10_000  # seed: apart from those that results are told of, and that anything was chosen on
AT_A_TIME = 60
COLUMNS = (
    "seed", "score_r2", "target", "harm", "worst", "data_mse",
    "nearest", "decoder", "long decoder unseen", "long decoder",
)  # fmt: skip

Show = Callable[[str], None]


def extend(experiment: Experiment, path: Path, *, seeds: int, show: Show) -> None:
    """Train so many runs from `FIRST` on, judge their deletion, and write a row of each.

    A file that is there already is continued.

    Raises: InputError when that is of other settings, or a run diverges.
    """
    done = read(experiment, path) if path.exists() else pd.DataFrame(columns=[*COLUMNS])
    while len(done) < seeds:
        count = min(AT_A_TIME, seeds - len(done))
        own = range(FIRST + len(done), FIRST + len(done) + count)
        done = pd.concat([*([done] if len(done) else []), _judged(experiment, own)])
        write(experiment, path, done)
        show(f"{experiment.name}: {len(done)} of {seeds} runs")


def write(experiment: Experiment, path: Path, runs: pd.DataFrame) -> None:
    rows = runs.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    write_text(path, f"{head(experiment)}\n{rows}")


def head(experiment: Experiment) -> str:
    """The first line, which says of what settings the runs are."""
    return f"# settings {digest(experiment)}"


def read(experiment: Experiment, path: Path) -> pd.DataFrame:
    """A row a run: `COLUMNS`, of which `worst` is the named colour that is most harmed.

    The others are as `audits.audit_table` has them.

    Raises: InputError when there is none, or it is of other settings, or of other seeds than those
    from `FIRST` on.
    """
    text = read_result(path, lambda one: one.read_text(encoding="utf-8"))
    first, _, rows = text.partition("\n")
    if first != head(experiment):
        raise InputError(
            f"{path}: wanted runs of {experiment.name} as its settings are, got those of others; "
            "delete it and make tail"
        )
    runs = read_result(path, lambda _: pd.read_csv(io.StringIO(rows)))
    if list(runs) != [*COLUMNS] or list(runs["seed"]) != [*range(FIRST, FIRST + len(runs))]:
        raise InputError(
            f"{path}: wanted {', '.join(COLUMNS)} of each seed from {FIRST} on, got something "
            "else; delete it and make tail"
        )
    return runs


def _judged(experiment: Experiment, seeds: range) -> pd.DataFrame:
    # Whoever reads a tail needs no torch.
    from colorcore.results import audits
    from colorcore.results.response import ablated
    from colorcore.training.loop import train

    deletion, points = experiment.deletion, audits.Points.of(experiment, experiment.deletion)
    model = ablated(train(experiment, seeds=seeds).model, experiment, deletion)
    seen = points.seen_by(model)
    return pd.DataFrame(
        {
            "seed": np.array(seeds),
            **audits.damage(model, seen, points, deletion),
            "worst": audits.worst(model, deletion),
            "nearest": audits.nearest(seen.latents, points),
            "decoder": audits.decoded(seen.latents, points),
            "long decoder unseen": audits.decoded_long(seen.latents, points, points.others),
            "long decoder": audits.decoded_long(seen.latents, points),
        }
    )[[*COLUMNS]]
