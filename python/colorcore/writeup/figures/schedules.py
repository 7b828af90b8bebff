"""The schedules of several experiments on one axis of time, a panel a property."""

from __future__ import annotations

from itertools import chain, cycle, repeat
from string import ascii_lowercase
from typing import TYPE_CHECKING

import pandas as pd

from colorcore.experiment.checks import LEARNING_RATE
from colorcore.writeup import style
from colorcore.writeup.document import Document
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANEL = 1.05  # inches: the height of one

READS = ()
READS_OF = ()  # their settings alone
WIDE = 3.0  # the first, which others may hide
DASHES = ("-", "-", "--", "-.", ":")

Data = dict[str, pd.DataFrame]
"""The table of each schedule by what its experiment is called."""


def reads_of(document: Document, group: str) -> list[str]:
    """The experiments whose schedules are shown."""
    return list(document.group(group))


def gather(subject: Subject, group: str) -> Data:
    members = subject.document.group(group).items()
    tables = {label: subject.document.load(name).schedule.table for name, label in members}
    return {label: t.rename(columns=subject.document.terms) for label, t in tables.items()}


def _properties(data: Data) -> list[str]:
    """Every property that a schedule has, the learning rate last."""
    names = dict.fromkeys(str(name) for table in data.values() for name in table)
    return [*(name for name in names if name != LEARNING_RATE), LEARNING_RATE]


def draw(data: Data, theme: Theme) -> Figure:
    """Every property over the steps of training, a line an experiment that has it."""
    shown = _properties(data)
    second, first, *others = theme.lines  # the first of a group has one colour in all figures
    colors = (first, second, *others)
    figure = style.new(0.6 + PANEL * len(shown))
    panels = figure.subplots(len(shown), 1, sharex=True)
    for axes, name, mark in zip(panels, shown, ascii_lowercase, strict=False):
        for (label, table), color, dashes, width in zip(
            data.items(), cycle(colors), cycle(DASHES), chain([WIDE], repeat(None)), strict=False
        ):
            if name in table:
                axes.plot(
                    table.index,
                    table[name],
                    dashes,
                    color=color,
                    lw=width,
                    label=style.plain(label),
                )
        axes.set_ylim(bottom=0)
        axes.margins(x=0.01)
        style.letter(axes, mark, "learning rate" if name == LEARNING_RATE else name)
    handles = {
        label: line
        for axes in panels
        for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        [handles[label] for label in data], list(data), loc="outside upper center", ncols=3
    )
    panels[-1].set_xlabel("step")
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    said = "; ".join(
        f"{label}: "
        + ", ".join(
            f"{name} from {table[name].iloc[0]:g}, highest {table[name].max():g}"
            for name in _properties(data)
            if name in table
        )
        for label, table in data.items()
    )
    return f"Line charts of weights and learning rate over training, a line a schedule. {said}."
