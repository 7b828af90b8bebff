"""Red taken out of a transformer that mixes colours: what goes, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject
from paper import transformer
from paper.transformer import SHOWN, WAYS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

READS = ()
FILES = (transformer.CURVE, transformer.GROUPS)
TITLES = {"anchored": "anchored", "control": "no anchor"}
MARKS = {"projected": "o", "weights": "D", "suppressed": "s", "leace": "v", "mean difference": "^"}


class Data(NamedTuple):
    """Lines completed right: by the likeness of their redder operand, and in groups."""

    curve: pd.DataFrame
    groups: pd.DataFrame

    def along(self, model: str, way: str) -> pd.DataFrame:
        """A row a tenth of likeness, a column a run; in per cent."""
        rows = self.curve.query("model == @model and way == @way and role == 'operand'")
        return 100 * rows.pivot(index="likeness", columns="seed", values="exact")

    def right(self, model: str, way: str, group: str) -> pd.Series:
        return 100 * transformer.right(self.groups, model, way, group)


def gather(subject: Subject) -> Data:
    return Data(transformer.read(transformer.CURVE), transformer.read(transformer.GROUPS))


def draw(data: Data, theme: Theme) -> Figure:
    """Two panels by likeness to red, with an anchor and without; one of gains against costs."""
    figure = style.new(2.6)
    panels = figure.subplots(1, 3, width_ratios=[1, 1, 1.25])
    for axes, (model, ways), mark in zip(panels[:2], SHOWN.items(), "ab", strict=True):
        _by_likeness(axes, data, theme, model, ways)
        style.letter(axes, mark, TITLES[model])
    panels[0].set_ylabel("lines completed right, %")
    _trade(panels[2], data, theme)
    style.letter(panels[2], "c", "what goes, what it costs")
    return figure


def _color(theme: Theme, way: str) -> str:
    return theme.lines[list(WAYS).index(way)]


def _by_likeness(axes: Axes, data: Data, theme: Theme, model: str, ways: tuple[str, ...]) -> None:
    """Medians over runs; bands reach from the lowest to the highest."""
    for way in ways:
        table, color = data.along(model, way), _color(theme, way)
        axes.plot(table.median(axis=1), color=color)
        axes.fill_between(
            table.index, table.min(axis=1), table.max(axis=1), color=color, alpha=0.15, lw=0
        )
    axes.set(xlabel="likeness to red", xlim=(-0.02, 1.02), ylim=(-4, 104))


def _trade(axes: Axes, data: Data, theme: Theme) -> None:
    """A point a run; hollow where there is no anchor."""
    for model, ways in SHOWN.items():
        for way in ways:
            color = _color(theme, way)
            axes.plot(
                data.right(model, way, "unlike"), data.right(model, way, "red operand"),
                MARKS[way], ms=4, mec=color, mew=0.8, alpha=0.85,
                mfc=color if model == "anchored" else "none",
                label=f"{WAYS[way]}{'' if model == 'anchored' else ', no anchor'}",
            )  # fmt: skip
    axes.set(xlabel="right without red, %", ylabel="right with red, %")
    axes.set(xlim=(-4, 104), ylim=(-4, 104))
    axes.legend(loc="upper left", handlelength=1, borderaxespad=0.1)


def describe(data: Data) -> str:
    """Alt text."""
    told = "; ".join(
        f"{WAYS[way]}, {TITLES[model]}, {data.right(model, way, 'red operand').median():.0f} % and "
        f"{data.right(model, way, 'unlike').median():.0f} %"
        for model, ways in SHOWN.items()
        for way in ways
    )
    return (
        "Three panels on a transformer that mixes colours. Share of lines completed right against "
        "the likeness of the redder operand to red, (a) with an anchor and (b) without one, a line "
        "a way to take red out. (c) Lines with red as operand against lines without red, a point a "
        f"run; medians: {told}."
    )
