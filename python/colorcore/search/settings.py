"""What a search varies, between which bounds, and what each run should keep to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from colorcore.errors import InputError, unknown
from colorcore.experiment.fields import SEEDS, Count, Dim, Finite, Positive, Settings
from colorcore.experiment.folder import DOPESHEET, SEARCH, TRIALS, ExperimentError
from colorcore.experiment.loading import read_settings
from colorcore.schedule.dopesheet import STEP
from colorcore.schedule.sheet import read_text, rows_of, text_of
from colorcore.search.log import COLUMNS

Cell = Annotated[tuple[int | str, str], Field(strict=False)]


class Range(Settings):
    """Between which bounds a value is sought, and the cells (STEP, property) it is put into."""

    low: Finite
    high: Finite
    log: bool = False
    cells: Annotated[tuple[Cell, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Range:
        if not self.low < self.high:
            raise ValueError(f"wanted low < high, got {self.low:g} and {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError(f"wanted low > 0 on a log scale, got {self.low:g}")
        return self


class Aim(Settings):
    """What each run should keep to.

    `target` is the least error of the ablated concept, `harm` the largest of a colour unlike it,
    `before` the largest of a named colour before surgery, `val_mse` the largest validation error of
    the whole model; the weights say what twice as much costs, in units of the score.
    """

    target: Positive
    harm: Positive
    before: Positive
    val_mse: Positive
    harm_weight: Positive
    before_weight: Positive
    val_mse_weight: Positive


class Seeds(Settings):
    """The training seeds of every trial: `count` of them from `first` on."""

    first: Dim
    count: Annotated[int, Field(ge=2)]

    @model_validator(mode="after")
    def _check(self) -> Seeds:
        if self.first + self.count > SEEDS:
            raise ValueError(f"wanted seeds below 2^63, got {self.count} from {self.first} on")
        return self


class Search(Settings):
    """What search.yaml holds. The first `random_trials` are drawn blindly."""

    trials: Count
    random_trials: Count
    sampler_seed: Annotated[int, Field(ge=0, lt=2**31)]  # NumPy knows 2³²; each trial adds one
    seeds: Seeds
    aim: Aim
    space: Annotated[dict[str, Range], Field(min_length=1)]


def read(folder: Path) -> Search:
    """Read the search of an experiment and check that its dopesheet has the cells.

    Raises: ExperimentError, one line that names file, place, what was wanted, what came and the
    remedy.
    """
    path = folder / SEARCH
    search = read_settings(path, Search)
    for name in search.space:
        if name in COLUMNS:
            raise ExperimentError(
                f"{path}: space.{name}: wanted a name that {TRIALS} does not use otherwise, got "
                f"{name!r}; rename it"
            )
    try:
        fill(
            read_text(folder / DOPESHEET), search, {name: r.low for name, r in search.space.items()}
        )
    except InputError as error:
        raise ExperimentError(f"{path}: {error}") from None
    return search


def fill(sheet: str, search: Search, values: dict[str, float]) -> str:
    """The text of a dopesheet with some of its numbers replaced.

    Raises: InputError naming the step or property that the dopesheet lacks, or two values for one
    cell.
    """
    header, *rows = rows_of(sheet)
    columns = {cell.split(":")[0]: i for i, cell in enumerate(header)}
    lines = {row[columns[STEP]]: row for row in rows}
    filled = set()
    for name, value in values.items():
        for step, column in search.space[name].cells:
            place = f"space.{name}.cells"
            if str(step) not in lines:
                raise unknown(f"{place}, {STEP} of {DOPESHEET}", str(step), lines)
            if column not in columns or column == STEP:
                known = [known for known in columns if known != STEP]
                raise unknown(f"{place}, property of {DOPESHEET}", column, known)
            if (step, column) in filled:
                raise InputError(
                    f"{place}: wanted each cell once, got {[step, column]} twice; remove one"
                )
            filled.add((step, column))
            lines[str(step)][columns[column]] = f"{value:g}"
    return text_of([header, *rows])
