"""The colours that an experiment trains on: a cube, or a file of one's own."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from colorcore.colors.similarity import LEVEL
from colorcore.errors import suggest
from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.settings import Cube
from colorcore.kernels import hsv_cube, rgb_cube

CHANNELS = ("r", "g", "b")


class Palette(NamedTuple):
    """Colours, and what is known of each.

    Shapes: `colors` (points, 3), RGB in [0, 1]; `columns` (points,) each, in [0, 1].
    """

    colors: NDArray[np.float64]
    columns: Mapping[str, NDArray[np.float64]]


def of_cube(cube: Cube) -> Palette:
    """The colours of a cube, in the order of its axes.

    Example:

        >>> of_cube(Cube(space="hsv", points=(3, 2, 2))).colors[-1].tolist()
        [0.0, 0.0, 1.0]
    """
    first, second, third = (np.linspace(0, 1, count) for count in cube.points)
    if cube.space == "hsv":
        hues = np.arange(cube.points[0]) / cube.points[0]
        return Palette(hsv_cube(hues, second, third).reshape(-1, 3), {})
    return Palette(rgb_cube(first, second, third).reshape(-1, 3), {})


def read(path: Path, uses: Collection[str]) -> Palette:
    """The colours of a CSV with columns r, g and b, and those of its other columns that are used.

    Raises: ExperimentError, one line that names file, row and column, for what cannot be used.
    """
    header, rows = _split(path)
    wanted = list(dict.fromkeys([*CHANNELS, *uses]))
    for name in wanted:
        if name not in header:
            remedy = suggest(name, header, otherwise="add it")
            raise ExperimentError(
                f"{path}, row 1: wanted a column {name}, got {', '.join(header)}; {remedy}"
            )
    numbers = {name: _numbers(path, name, header.index(name), rows) for name in wanted}
    colors = np.stack([numbers[channel] for channel in CHANNELS], axis=-1)
    if np.ptp(colors, axis=0).max() <= 2 * LEVEL:
        raise ExperimentError(
            f"{path}: wanted colours that are further apart than 2/255 in a channel, got only such "
            f"as {colors[0].tolist()}; add others"
        )
    return Palette(colors, {name: numbers[name] for name in wanted if name in uses})


def columns(path: Path) -> list[str]:
    """The names of a CSV's columns besides those of its colours.

    Raises: ExperimentError for what is not a CSV of cells.
    """
    header, _ = _split(path)
    return [name for name in header if name not in CHANNELS]


def _split(path: Path) -> tuple[list[str], dict[int, list[str]]]:
    """The names of the columns, and the rows by their numbers in the file."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file, strict=True)
            rows = [(lines.line_num, [cell.strip() for cell in row]) for row in lines if row]
    except FileNotFoundError:
        raise ExperimentError(f"{path}: no such file; put it there, or name another") from None
    except (OSError, ValueError, csv.Error) as error:
        reason = " ".join(str(error).split())
        raise ExperimentError(
            f"{path}: wanted a CSV of colours, got one that cannot be read ({reason}); mend it"
        ) from None
    found = dict(rows)
    if len(found) < 2:
        raise ExperimentError(f"{path}: wanted a row for each colour, got none; add some")
    first, *others = found
    for number in others:
        if len(found[number]) != len(found[first]):
            raise ExperimentError(
                f"{path}, row {number}: wanted {len(found[first])} cells, as row {first} has, got "
                f"{len(found[number])}; mend it"
            )
    header = found.pop(first)
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise ExperimentError(
            f"{path}, row {first}: wanted each column once, got {twice[0]!r} twice; rename one"
        )
    return header, found


def _numbers(
    path: Path, name: str, place: int, rows: Mapping[int, list[str]]
) -> NDArray[np.float64]:
    values = []
    for number, row in rows.items():
        try:
            value = float(row[place])
        except ValueError:
            value = math.nan
        if not 0 <= value <= 1:
            raise ExperimentError(
                f"{path}, row {number}, column {name!r}: wanted a number in [0, 1], got "
                f"{row[place]!r}; change it"
            )
        values.append(value)
    return np.array(values)
