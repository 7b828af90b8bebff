"""The schedules of several experiments on one axis of time, a panel a property."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from colorcore.experiment.loading import LEARNING_RATE, Experiment, load
from colorcore.results.comparison import GROUPS, MAIN
from colorcore.results.files import Results
from colorcore.writeup.figures import style
from colorcore.writeup.figures.style import Theme

PANEL = 1.05  # inches: the height of one

NAMES = {
    "reg-anchor": "anchor",
    "reg-anti-subspace": "anti-subspace",
    "reg-separate": "separation",
    "reg-anti-anchor": "anti-anchor",
    "reg-unit": "unitarity",
    LEARNING_RATE: "learning rate",
}
DASHES = ("-", "-", "--", "-.", ":")

Data = dict[str, pd.DataFrame]


def gather(experiment: Experiment, results: Results) -> Data:
    folder = experiment.folder.parent
    others = {label: load(folder / name) for name, label in GROUPS["schedules"].items()}
    return {name: one.schedule.table for name, one in {MAIN: experiment, **others}.items()}


def draw(data: Data, theme: Theme) -> Figure:
    """Every property over the steps of training, a line an experiment that has it."""
    shown = [name for name in NAMES if any(name in table for table in data.values())]
    figure = style.new(0.6 + PANEL * len(shown))
    panels = figure.subplots(len(shown), 1, sharex=True)
    for axes, name, mark in zip(panels, shown, "abcdefgh", strict=False):
        for (label, table), color, dashes in zip(data.items(), theme.lines, DASHES, strict=True):
            if name in table:
                axes.plot(table.index, table[name], dashes, color=color, label=label)
        axes.set_ylim(bottom=0)
        axes.margins(x=0.01)
        style.letter(axes, mark, NAMES[name])
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
            f"{NAMES[name]} from {table[name].iloc[0]:g}, highest {table[name].max():g}"
            for name in NAMES
            if name in table
        )
        for label, table in data.items()
    )
    return f"Line charts of weights and learning rate over training, a line a schedule. {said}."
