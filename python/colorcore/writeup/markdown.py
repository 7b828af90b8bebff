"""How tables are written: Markdown that both renderers read, and numbers as the text shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from colorcore.colors.named import hex_code, named_rgb
from colorcore.results.distribution import summary
from colorcore.writeup.numerals import significant

UNIT = 1000  # errors are told in thousandths, so that a column needs no powers of ten

MARKS = re.compile(r"[!-/:-@\[-`{-~]")  # of ASCII
ESCAPED = re.compile(r"\\.")
WIDEST = 28  # letters: beyond, a column of words wraps, so that those of numbers need not
SPAN = re.compile(r"\[\]\{[^}]*\}")  # markup of a swatch, which takes the width of a letter

Rows = Iterable[Sequence[str]]


def pipe_table(header: Sequence[str], rows: Rows, *, align: str) -> str:
    """A Pandoc pipe table; `align` has l or r for each column.

    A rule is as long as its column's widest cell, but for long ones: from rules Pandoc takes the
    relative widths of the columns of a table that is wider than the page.
    """
    lines = [[_cell(text) for text in line] for line in (header, *rows)]
    widths = [min(max(_width(line[i]) for line in lines), WIDEST) for i in range(len(header))]
    rules = [
        "-" * (width + 1) + ":" if side == "r" else ":" + "-" * (width + 1)
        for width, side in zip(widths, align, strict=True)
    ]
    lines.insert(1, rules)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def _cell(text: str) -> str:
    """A text within a table, where a line or a bar would end its cell."""
    return " ".join(text.split("\n")).replace("|", r"\|")


def _width(cell: str) -> int:
    """How many letters a cell shows."""
    return len(ESCAPED.sub("#", SPAN.sub("#", cell)))


def plain(text: str) -> str:
    """A text that is no Markdown, as Markdown; nor does Quarto take anything in it for its own."""
    return MARKS.sub(r"\\\g<0>", text)


def swatch(name: str) -> str:
    """A patch of a named colour, and its name."""
    return f'[]{{.swatch color="{hex_code(named_rgb(name))}"}} {name}'


def thousandths(value: float) -> str:
    """An error × 1000 with two significant digits, never more than three decimals."""
    scaled = UNIT * value
    if abs(scaled) < 1e-3:
        return "0"
    return significant(scaled, 2)


def interval(values: pd.Series, write: Callable[[float], str]) -> str:
    """Median and, in brackets, the ends of the 90 % interval."""
    found = summary(values)
    return f"{write(found['median'])} ({write(found['low'])} to {write(found['high'])})"
