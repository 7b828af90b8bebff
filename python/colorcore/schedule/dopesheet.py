"""Dopesheets: keyframes of hyperparameters, resolved to a table of steps × properties."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np
import pandas as pd

from colorcore.errors import suggest
from colorcore.schedule.interpolation import INTERPOLATIONS, SPACES, interpolate
from colorcore.schedule.sheet import ScheduleError, read_text

STEP, PHASE, ACTION = "STEP", "PHASE", "ACTION"
AMOUNT = re.compile(r"[0-9]+|[0-9]*\.[0-9]+")
MOST_STEPS = 10_000_000  # a slip of the finger, not a schedule: the table has a row a step


class Property(NamedTuple):
    """A column of a dopesheet: `name[:space[:interpolation]]`."""

    header: str
    name: str
    space: str
    interpolation: str


class Row(NamedTuple):
    """A line of a dopesheet, numbered as an editor numbers it."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, eq=False)
class Schedule:
    """A resolved dopesheet.

    Shapes: `table` has a row for each step 0 … last (index `step`) and a column a property;
    `keyframes` has a row a keyed cell (`step`, `property`, `value`); `phases` (`step`, `phase`) and
    `actions` (`step`, `action`) have a row where one is named.
    """

    table: pd.DataFrame
    keyframes: pd.DataFrame
    phases: pd.DataFrame
    actions: pd.DataFrame

    @property
    def steps(self) -> int:
        """How many steps training takes: the last keyed step and all before it."""
        return len(self.table)

    @property
    def properties(self) -> list[str]:
        return list(self.table.columns)


def read(path: Path | str) -> Schedule:
    """Read and resolve a dopesheet.

    Raises: ScheduleError, naming file, row and column, for anything that cannot be resolved.

    Source: format of the public notebook of Experiment 2.10.1.

    Example:

        >>> schedule = read("experiments/ex-2.10.1/dopesheet.csv")
        >>> schedule.steps, schedule.properties
        (1501, ['lr', 'reg-separate', 'reg-anchor', 'reg-anti-subspace'])
        >>> schedule.table.loc[750].round(3).to_dict()
        {'lr': 0.1, 'reg-separate': 0.01, 'reg-anchor': 0.15, 'reg-anti-subspace': 0.03}
    """
    return resolve(read_text(Path(path)), path=Path(path))


def resolve(text: str, *, path: Path) -> Schedule:
    """Resolve a dopesheet whose text is at hand; errors call it by `path`.

    Raises: ScheduleError as `read` does.
    """
    try:
        header, rows = _split(path, text)
    except csv.Error as error:
        raise ScheduleError(f"{path}: wanted CSV, got something else ({error}); mend it") from None
    properties = _properties(path, header)
    steps = _resolve_steps(path, rows)
    keys = {p.name: _keys(path, rows, steps, p) for p in properties}
    length = steps[-1] + 1
    curves = {
        p.name: interpolate(
            *keys[p.name], steps=length, space=p.space, interpolation=p.interpolation
        )
        for p in properties
    }
    return Schedule(
        table=pd.DataFrame(curves, index=pd.RangeIndex(length, name="step")),
        keyframes=pd.concat(
            [pd.DataFrame({"step": k, "property": n, "value": v}) for n, (k, v) in keys.items()],
            ignore_index=True,
        ),
        phases=_named(rows, steps, PHASE),
        actions=_named(rows, steps, ACTION),
    )


def _fail(path: Path, place: str, message: str) -> NoReturn:
    raise ScheduleError(f"{path}, {place}: {message}")


def _split(path: Path, text: str) -> tuple[list[str], list[Row]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [cell.strip() for cell in next(lines, [])]
    if STEP not in header:
        _fail(path, "row 1", f"wanted a column {STEP}, got {header}; add it")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        _fail(path, "row 1", f"wanted each column once, got {twice} twice; remove one")
    rows = []
    for cells in lines:
        if any(cell.strip() for cell in cells):
            rows.append(Row(lines.line_num, _cells(path, header, cells, lines.line_num)))
    if not rows:
        _fail(path, "row 2", "wanted at least one row of keyframes, got none; add step 0")
    return header, rows


def _cells(path: Path, header: list[str], cells: list[str], line: int) -> dict[str, str]:
    if len(cells) != len(header):
        _fail(
            path,
            f"row {line}",
            f"wanted {len(header)} cells, as in the header, got {len(cells)}; check its commas",
        )
    return dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _properties(path: Path, header: list[str]) -> list[Property]:
    properties = [_property(path, name) for name in header if name not in (STEP, PHASE, ACTION)]
    names = [p.name for p in properties]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        _fail(path, "row 1", f"wanted each property once, got {twice} twice; remove one")
    if not properties:
        _fail(path, "row 1", "wanted a column for at least one property, got none; add lr")
    return properties


def _property(path: Path, header: str) -> Property:
    name, space, interpolation, *rest = [*header.split(":"), "", ""]
    place = f"row 1, column {header!r}"
    if not name or any(rest):
        _fail(path, place, f"wanted name[:space[:interpolation]], got {header!r}; rename it")
    space, interpolation = space or "linear", interpolation or "minjerk"
    if space not in SPACES:
        _fail(path, place, _wanted("space", space, SPACES))
    if interpolation not in INTERPOLATIONS:
        _fail(path, place, _wanted("interpolation", interpolation, INTERPOLATIONS))
    return Property(header, name, space, interpolation)


def _wanted(what: str, got: str, known: Collection[str]) -> str:
    remedy = suggest(got, known, otherwise="use one of these")
    return f"wanted {what} {', '.join(known)}, got {got!r}; {remedy}"


def _resolve_steps(path: Path, rows: list[Row]) -> list[int]:
    """The absolute step of each row, strictly increasing from 0."""
    absolute = [_absolute(path, row) for row in rows]
    steps = [
        step if step is not None else _relative(path, rows, absolute, i)
        for i, step in enumerate(absolute)
    ]
    if steps[0] != 0:
        _fail(
            path,
            f"row {rows[0].line}, column {STEP}",
            f"wanted the first row on step 0, got {rows[0].cells[STEP]!r}; start at 0",
        )
    for i in range(1, len(steps)):
        if steps[i] <= steps[i - 1]:
            _fail(
                path,
                f"row {rows[i].line}, column {STEP}",
                f"wanted a step after {steps[i - 1]}, that of row {rows[i - 1].line}, "
                f"got {rows[i].cells[STEP]!r}, which is step {steps[i]}; "
                "keep rows in order, one a step",
            )
    return steps


def _absolute(path: Path, row: Row) -> int | None:
    """The step of a row that states it, None for one relative to its neighbours."""
    cell = row.cells[STEP]
    if cell[:1] in ("+", "-"):
        return None
    if not cell.isdecimal() or len(cell) > len(str(MOST_STEPS)) or int(cell) > MOST_STEPS:
        _fail(
            path,
            f"row {row.line}, column {STEP}",
            f"wanted a whole number up to {MOST_STEPS}, +N, -N, +F or -F, got {cell!r}; write one",
        )
    return int(cell)


def _relative(path: Path, rows: list[Row], absolute: list[int | None], i: int) -> int:
    cell, place = rows[i].cells[STEP], f"row {rows[i].line}, column {STEP}"
    if not AMOUNT.fullmatch(cell[1:]):
        _fail(path, place, f"wanted +N, -N, +F or -F, got {cell!r}; write one")
    amount = float(cell[1:])
    before = next((s for s in reversed(absolute[:i]) if s is not None), None)
    after = next((s for s in absolute[i + 1 :] if s is not None), None)
    fraction = 0 < amount < 1
    if not fraction and (amount < 1 or amount != int(amount)):
        _fail(
            path,
            place,
            f"wanted a whole number of steps or a fraction between 0 and 1, got {cell!r}; "
            "write one",
        )
    if before is None and (fraction or cell[0] == "+"):
        _fail(path, place, f"{cell!r} needs a row above with an absolute step; add one")
    if after is None and (fraction or cell[0] == "-"):
        _fail(path, place, f"{cell!r} needs a row below with an absolute step; add one")
    start = before if cell[0] == "+" else after
    assert start is not None
    length = amount
    if fraction:
        assert before is not None
        assert after is not None
        length = amount * (after - before)
    # Half to even, and the step rather than the distance to it: so the original rounds.
    return round(start + length if cell[0] == "+" else start - length)


def _keys(
    path: Path, rows: list[Row], steps: list[int], column: Property
) -> tuple[np.ndarray, np.ndarray]:
    """The steps at which a property is keyed, and its values there."""
    keyed = [(s, row) for s, row in zip(steps, rows, strict=True) if row.cells[column.header]]
    if not keyed:
        _fail(path, f"column {column.header!r}", "wanted at least one value, got none; key step 0")
    values = []
    for _, row in keyed:
        place = f"row {row.line}, column {column.header!r}"
        value = _number(path, place, row.cells[column.header])
        if column.space == "log" and value <= 0:
            _fail(path, place, f"wanted a positive number in log space, got {value:g}; raise it")
        values.append(value)
    return np.array([s for s, _ in keyed]), np.array(values)


def _number(path: Path, place: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        _fail(path, place, f"wanted a finite number, got {cell!r}; write one")
    return value


def _named(rows: list[Row], steps: list[int], column: str) -> pd.DataFrame:
    pairs = [
        (step, row.cells[column])
        for step, row in zip(steps, rows, strict=True)
        if row.cells.get(column)
    ]
    return pd.DataFrame(pairs, columns=["step", column.lower()])
