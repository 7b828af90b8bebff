"""How each combination of a grid does, and whether an experiment uses the best."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from colorcore.errors import InputError
from colorcore.experiment.folder import GRID, TUNED
from colorcore.experiment.loading import Experiment
from colorcore.experiment.operators import ABLATED, NONE
from colorcore.experiment.origin import digest
from colorcore.outputs import write_text
from colorcore.provenance import digest_of
from colorcore.results.files import read_result
from colorcore.results.measures import HARMED
from colorcore.search import grid as grids
from colorcore.search.grid import AS_IT_IS, Grid
from colorcore.search.variants import SEPARATOR, as_it_is, set_to, variants

TRAINING = "training"
WHICH = (TRAINING, "operator", "setting")
SCORE = "score median"  # by which combinations are chosen
MEASURES = (SCORE, "score min", "target median", "harm median", "harmed")

Show = Callable[[str], None]


class Choice(NamedTuple):
    """What an experiment uses, and what did best, and how; nothing did where nothing was tried.

    It is `of` an operator, or of the training, which is judged by one.
    """

    of: str
    used: str
    best: str | None
    measures: Mapping[str, float]


def tune(experiment: Experiment, path: Path, *, show: Show) -> None:
    """Try a grid: train each of its trainings once, judge every operator, and write a row of each.

    A file that is there already is continued.

    Raises: InputError when that is of other settings; ExperimentError for a grid that does not fit.
    """
    grid = grids.read(experiment)
    every = variants(experiment, grid)
    done = read(experiment, grid, path) if path.exists() else pd.DataFrame(columns=[*_columns()])
    for training in [*every][done[TRAINING].nunique() :]:
        rows = _judged(training, every[training], grid)
        done = pd.concat([*([done] if len(done) else []), rows])
        table = done.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        write_text(path, f"{_head(every, grid)}\n{table}")
        show(f"{experiment.name}, {training}: score {rows[SCORE].max():.4f} at best")


def read(experiment: Experiment, grid: Grid, path: Path) -> pd.DataFrame:
    """A row a training, operator and setting, with `MEASURES` of its runs: as far as it was tried.

    A training that diverged has none.

    Raises: InputError when there is no such file, or it is of other settings, or of other rows.
    """
    every = variants(experiment, grid)
    text = read_result(path, lambda one: one.read_text(encoding="utf-8"))
    first, _, rows = text.partition("\n")
    if first != _head(every, grid):
        raise InputError(
            f"{path}: wanted what was tried of {experiment.name} as its settings and its {GRID} "
            "are, got that of others; delete it and make tune"
        )
    tuned = read_result(path, lambda _: pd.read_csv(io.StringIO(rows)))
    wanted = [row for training, one in every.items() for row in _rows(training, one)]
    if list(tuned) != _columns() or _which(tuned) != wanted[: len(tuned)]:
        raise InputError(
            f"{path}: wanted {', '.join(_columns())} of each combination of {GRID}, got something "
            "else; delete it and make tune"
        )
    return tuned


def choices(experiment: Experiment) -> list[Choice]:
    """Of its training, where that was varied, and of each operator that can be set to something.

    Raises: InputError as `read` does, and when not all of a grid was tried.
    """
    used = set_to(experiment)
    if not (experiment.folder / GRID).is_file():
        return [Choice(name, setting, None, {}) for name, setting in used.items()]
    grid = grids.read(experiment)
    tuned = read(experiment, grid, experiment.folder / TUNED)
    if tuned[TRAINING].nunique() < len(grid.trainings):
        raise InputError(
            f"{experiment.folder / TUNED}: wanted {len(grid.trainings)} trainings, got "
            f"{tuned[TRAINING].nunique()}; make tune goes on with them"
        )
    best = _best(tuned, grid.training.by)
    own = tuned[tuned[TRAINING] == best[TRAINING]]
    found = []
    if grid.axes:
        found.append(_choice(TRAINING, as_it_is(experiment, grid), best, by=TRAINING))
    for name, setting in used.items():
        row = _best(own, name) if name in grid.operators else None
        found.append(_choice(name, setting, row, by="setting"))
    return found


def _choice(of: str, used: str, best: pd.Series | None, *, by: str) -> Choice:
    if best is None:
        return Choice(of, used, None, {})
    return Choice(of, used, str(best[by]), {name: float(best[name]) for name in MEASURES})


def _best(tuned: pd.DataFrame, operator: str) -> pd.Series:
    """The row of an operator that scores best, the first among equals."""
    rows = tuned[tuned["operator"] == operator]
    return rows.iloc[int(rows[SCORE].fillna(-np.inf).argmax())]


def _columns() -> list[str]:
    return [*WHICH, *MEASURES]


def _head(every: dict[str, Experiment], grid: Grid) -> str:
    """The first line, which says what was tried, on what seeds, and not what of it is used."""
    tried = [[training, digest(one)] for training, one in every.items()]
    return f"# settings {digest_of([tried, grid.seeds.model_dump()])}"


def _which(tuned: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(row) for row in tuned[[*WHICH]].itertuples(index=False)]


def _rows(training: str, variant: Experiment) -> list[tuple[str, ...]]:
    """Where each row of a training stands in a table, by `WHICH`."""
    named = [called.partition(SEPARATOR) for called in variant.operators]
    each = ((name, setting or AS_IT_IS) for name, _, setting in named)
    return [(training, name, setting) for name, setting in ((ABLATED, AS_IT_IS), *each)]


def _judged(training: str, variant: Experiment, grid: Grid) -> pd.DataFrame:
    """Every operator of a training on its runs. Of one that diverges, no measures."""
    rows = pd.DataFrame(_rows(training, variant), columns=[*WHICH])
    try:
        found = _damages(variant, range(grid.seeds.first, grid.seeds.first + grid.seeds.count))
    except InputError:
        return rows.reindex(columns=_columns())
    return rows.join(pd.DataFrame(map(_measures, found), columns=[*MEASURES]))


def _damages(variant: Experiment, seeds: range) -> list[dict[str, np.ndarray]]:
    # Whoever reads what was tried needs no torch.
    from colorcore.results import audits
    from colorcore.results.operators import operated
    from colorcore.training.loop import train

    deletion, points = variant.deletion, audits.Points.of(variant, variant.deletion)
    model = train(variant, seeds=seeds).model
    every = operated(variant, deletion, model, seeds=[*seeds])
    return [
        audits.damage(one, points.seen_by(one), points, deletion)
        for name, one in every.items()
        if name != NONE
    ]


def _measures(runs: dict[str, np.ndarray]) -> tuple[float, ...]:
    score, harm = runs["score_r2"], runs["harm"]
    medians = (np.median(runs["target"]), np.median(harm))
    return np.median(score), score.min(), *medians, int((harm > HARMED).sum())
