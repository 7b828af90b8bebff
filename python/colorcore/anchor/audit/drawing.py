"""The figure of an audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from colorcore.anchor.audit.measures import INTERVAL
from colorcore.anchor.audit.readings import OUTPUTS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = ("#0b6fb8", "#c2570c", "#0f8a63", "#9a4fb0", "#6b7280")
"""Those of lines on light pages, which can be told apart by the colour-blind."""

SIZES: dict[Any, Any] = {
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
FOUND = ("ceiling", "edited", "floor")
LEAST_SCORE = -0.1  # what is worse than that is drawn there
LEAST_ERROR = 1e-4  # of the largest: what is smaller is drawn there


def draw(
    table: pd.DataFrame, relearning: pd.DataFrame, *, colors: Sequence[str] = COLORS
) -> Figure:
    """Scores and errors of readers, a row each, and curves of relearning where there are any."""
    import matplotlib as mpl

    with mpl.rc_context(SIZES):
        return _figure(table, relearning, colors)


def _figure(table: pd.DataFrame, relearning: pd.DataFrame, colors: Sequence[str]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.5, 4.2), layout="constrained")
    [[left, right]] = figure.subfigures(1, 2, squeeze=False)
    errors, scores = table.loc[[OUTPUTS]], table.drop(OUTPUTS, level="read")
    axes = left.subplots()
    _rows(axes, scores.clip(lower=LEAST_SCORE), colors)
    axes.set(xlim=(LEAST_SCORE - 0.03, 1.03), xlabel="R² or AUC on held-out samples")
    axes.set_title("(a) what readers find", loc="left")
    left.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    if relearning.empty:
        below = right.subplots()
    else:
        below, curves = right.subplots(2, 1, height_ratios=[len(errors), len(errors) + 3])
        _curves(curves, relearning, colors)
    _rows(below, errors.clip(lower=LEAST_ERROR * errors.to_numpy().max()), colors)
    below.set(xscale=_scale(errors), xlabel="error of the concept")
    below.set_title("(b) what they make of it", loc="left")
    return figure


def _rows(axes: Axes, table: pd.DataFrame, colors: Sequence[str]) -> None:
    """A row a reader and prior: an interval and a mark for what was found where."""
    y = np.arange(len(table))
    for name, color, mark, shift in zip(FOUND, colors, "|o|", (-0.2, 0, 0.2), strict=False):
        low, high = table[f"{name} low"], table[f"{name} high"]
        axes.hlines(y + shift, low, high, color=color, lw=0.9)
        axes.plot(table[name], y + shift, mark, color=color, ms=4, label=name)
    axes.set_yticks(y, [_named(*index) for index in table.index])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(table) - 0.4, -0.6)


def _scale(errors: pd.DataFrame) -> str:
    """Logarithmic over more than two decades, which alone have ticks enough."""
    found = errors.to_numpy()
    return "log" if found.max() > 100 * found.min() > 0 else "linear"


def _named(read: str, reader: str, prior: str) -> str:
    kind = read.partition(",")[0]
    return f"{reader}, {prior}" if kind != "class" else f"{reader}, {kind}"


def _curves(axes: Axes, relearning: pd.DataFrame, colors: Sequence[str]) -> None:
    """The concept's error over steps, a line for each part that moved and what was shown."""
    for (part, shown), color in zip(_kinds(relearning), colors, strict=False):
        chosen = (relearning["part"] == part) & (relearning["shown"] == shown)
        errors = relearning[chosen].groupby("step")["concept"]
        middle, low, high = (errors.quantile(at) for at in INTERVAL.values())
        axes.fill_between(middle.index, low, high, color=color, alpha=0.2, lw=0)
        axes.plot(middle.index, middle, color=color, lw=1.2, label=f"{part}, {shown}")
    axes.set_xscale("symlog", linthresh=1)
    axes.set(xlabel="step of training", ylabel="error of the concept")
    axes.set_yscale(_scale(relearning[["concept"]]))
    axes.set_title("(c) trained again", loc="left")
    axes.legend()


def describe(table: pd.DataFrame, relearning: pd.DataFrame) -> str:
    """Alt text."""
    scores = table.drop(OUTPUTS, level="read")
    natural = scores.xs("natural", level="prior").reset_index()
    told = [
        f"{reader} {edited:.2f}, where {ceiling:.2f} was and {floor:.2f} is the floor"
        for reader, ceiling, edited, floor in zip(
            natural["reader"], *(natural[name] for name in FOUND), strict=True
        )
    ]
    last = relearning[relearning["step"] == relearning["step"].max()]
    for part, shown in _kinds(relearning):
        chosen = (last["part"] == part) & (last["shown"] == shown)
        error = last[chosen]["concept"].median()
        told.append(f"trained again ({part}, {shown}), the concept's error ends at {error:.3f}")
    return "What readers find of the concept, R² in the median: " + "; ".join(told) + "."


def _kinds(relearning: pd.DataFrame) -> list[tuple[str, str]]:
    """Which part moved and what was shown, in order."""
    each = relearning[["part", "shown"]].drop_duplicates()
    return list(zip(each["part"], each["shown"], strict=True))
