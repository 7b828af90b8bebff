"""The figure of the example on mixing, for light and for dark pages, and its alt text."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from colorcore.writeup import style
from colorcore.writeup.style import Theme
from mixing_damage import share_right
from mixing_data import RGB

NAMES = {
    "before": "before",
    "projected": "projected",
    "suppressed": "suppressed",
    "weights": "cut from weights",
    "mean difference": "difference of means",
    "leace": "LEACE",
}
ANCHORED = ("before", "projected", "suppressed", "weights")
CONTROL = ("before", "projected", "mean difference", "leace")
MARKS = {"projected": "o", "suppressed": "s", "weights": "D", "mean difference": "^", "leace": "v"}


class Data(NamedTuple):
    """Tables of all runs, as `mixing_runs` has them."""

    graded: pd.DataFrame
    groups: pd.DataFrame
    curve: pd.DataFrame
    instead: pd.DataFrame

    def right(self, model: str, way: str, group: str) -> pd.Series:
        """How many lines of a group are completed right, a share a seed."""
        return share_right(self.groups, model, way, group)

    def along(self, model: str, way: str, role: str) -> pd.DataFrame:
        """Lines completed right: a row a tenth of likeness, a column a seed."""
        rows = self.curve.query("model == @model and way == @way and role == @role")
        return rows.pivot(index="likeness", columns="seed", values="exact")


def save(data: Data, out: Path) -> None:
    """Write mixing-light.svg and mixing-dark.svg."""
    style.save_both(partial(draw, data), out, "mixing")


def draw(data: Data, theme: Theme) -> Figure:
    """Above, where colours lie and what goes with them; below, what it costs, and what comes."""
    figure = style.new(5.6)
    [above], [below] = figure.subfigures(2, 1, squeeze=False, height_ratios=[1, 1])
    panels = above.subplots(1, 3, width_ratios=[1, 1.25, 1.25])
    _graded(panels[0], data, theme)
    for axes, mark, model, ways in (
        (panels[1], "b", "anchored", ANCHORED),
        (panels[2], "c", "control", CONTROL),
    ):
        _curves(axes, data, theme, model, ways)
        style.letter(axes, mark, f"by likeness: {model}")
    panels[1].set_ylabel("lines completed right, %", labelpad=1)
    [[left, right]] = below.subfigures(1, 2, squeeze=False, width_ratios=[1, 1.1])
    _trade(left, data, theme)
    _instead(right, data, theme)
    return figure


def _graded(axes: Axes, data: Data, theme: Theme) -> None:
    """A point a colour, in its own: the median over seeds of where it lies."""
    rows = data.graded.query("model == 'anchored'")
    token = rows.groupby("seed").cumcount()
    middle = rows.groupby(token)[["likeness", "along"]].median()
    axes.scatter(
        middle["likeness"], middle["along"], c=RGB.numpy(), s=9, ec=theme.faint, lw=0.3, zorder=2
    )
    axes.set(xlabel="likeness to red", ylabel="cosine to the axis", xlim=(-0.05, 1.05))
    style.letter(axes, "a", "where it lies")


def _colors(theme: Theme) -> dict[str, str]:
    first, second, third, fourth, last = theme.lines
    return {
        "before": last,
        "projected": first,
        "suppressed": third,
        "weights": second,
        "mean difference": fourth,
        "leace": second,
    }


def _curves(axes: Axes, data: Data, theme: Theme, model: str, ways: tuple[str, ...]) -> None:
    """Lines are medians over seeds; bands reach from the lowest to the highest."""
    for way in ways:
        table, color = 100 * data.along(model, way, "operand"), _colors(theme)[way]
        axes.plot(table.median(axis=1), color=color, label=NAMES[way])
        axes.fill_between(
            table.index, table.min(axis=1), table.max(axis=1), color=color, alpha=0.2, lw=0
        )
    axes.set(xlabel="likeness of the redder operand", ylim=(-4, 104), xlim=(-0.02, 1.02))
    if model == "anchored":  # erasers have their colours beside what they cost
        axes.legend(loc="lower left", handlelength=1.2, borderaxespad=0.1)


def _trade(figure: SubFigure, data: Data, theme: Theme) -> None:
    """A point a seed: what is left of red's lines, and of those without red."""
    axes = figure.subplots()
    for model, ways in (("anchored", ANCHORED[1:]), ("control", CONTROL[1:])):
        for way in ways:
            color = _colors(theme)[way]
            axes.plot(
                100 * data.right(model, way, "unlike"),
                100 * data.right(model, way, "red operand"),
                MARKS[way],
                ms=4,
                mec=color,
                mfc=color if model == "anchored" else "none",
                mew=0.8,
                alpha=0.85,
                label=f"{NAMES[way]}{'' if model == 'anchored' else ', control'}",
            )
    axes.set(xlabel="right without red, %", ylabel="right with red as operand, %")
    axes.set(xlim=(-4, 104), ylim=(-4, 104))
    axes.legend(loc="upper left", handlelength=1, borderaxespad=0.1)
    style.letter(axes, "d", "what goes, and what it costs")


def _instead(figure: SubFigure, data: Data, theme: Theme) -> None:
    """A column a colour that is mixed with red: it, the mean, and answers before and after."""
    rows = data.instead.query("model == 'anchored' and seed == seed.min()")
    told = rows.query("way == 'projected'").drop_duplicates("partner").sort_values("mean")
    before = rows.query("way == 'before'").drop_duplicates("partner").set_index("partner")
    sheet = np.stack(
        [
            RGB.numpy()[told["partner"]],
            RGB.numpy()[told["mean"]],
            RGB.numpy()[before.loc[told["partner"], "answer"]],
            RGB.numpy()[told["answer"]],
        ]
    )
    axes = figure.subplots()
    axes.imshow(sheet, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(4), ["red +", "mean", "before", "projected"])
    axes.set_xticks([])
    axes.hlines([0.5, 1.5, 2.5], -0.5, len(told) - 0.5, color=theme.panel, lw=2)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    style.letter(axes, "e", "what is answered, first seed")


def describe(data: Data) -> str:
    """Alt text."""
    shares = {
        (model, way, group): 100 * data.right(model, way, group).median()
        for model in ("anchored", "control")
        for way in NAMES
        for group in ("red operand", "unlike")
    }
    told = "; ".join(
        f"{NAMES[way]} {shares[model, way, 'red operand']:.0f} % and "
        f"{shares[model, way, 'unlike']:.0f} %"
        for model, ways in (("anchored", ANCHORED[1:]), ("control", CONTROL[1:]))
        for way in ways
    )
    return (
        "Five panels on taking red out of a transformer that mixes colours. (a) Cosine of 216 "
        "colours to the axis against their likeness to red: a rise from near zero to red on top. "
        "(b) Share of lines completed right against the likeness of their redder operand, before "
        "and after three deletions in anchored models. (c) The same for controls without an "
        "anchor, whose axis is projected out or to which erasers are fitted. (d) Lines with red as "
        "an operand against lines without red, a point a seed, each in the median: "
        f"{told}. (e) Rows of colours: each colour that is mixed with red, the mean, and what the "
        "first seed's model answers before and after projection."
    )
