"""The schedule: weights above, learning rate below, keyframes marked, phases named."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING

from colorcore.experiment.checks import LEARNING_RATE
from colorcore.schedule.dopesheet import Schedule
from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ()


def gather(subject: Subject) -> Schedule:
    schedule, called = subject.experiment.schedule, subject.document.terms
    return replace(
        schedule,
        table=schedule.table.rename(columns=called),
        keyframes=schedule.keyframes.replace({"property": called}),
    )


def draw(data: Schedule, theme: Theme) -> Figure:
    """Every property over the steps of training, with a dot at each keyframe."""
    figure = style.new(3.4)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1.3])
    weights = [name for name in data.properties if name != LEARNING_RATE]
    colors = dict(zip(weights, cycle(theme.lines), strict=False)) | {LEARNING_RATE: theme.text}
    for axes, names in ((upper, weights), (lower, [LEARNING_RATE])):
        for place, name in enumerate(names):
            keys = data.keyframes[data.keyframes["property"] == name]
            is_hidden = any(data.table[name].equals(data.table[other]) for other in names[:place])
            look = {"color": colors[name], "ls": (0, (4, 4)) if is_hidden else "-"}  # both are seen
            axes.plot(data.table.index, data.table[name], label=name, **look)
            axes.plot(keys["step"], keys["value"], "o", color=colors[name], ms=3.5)
        axes.set_ylim(0, axes.get_ylim()[1] * 1.12)
        axes.margins(x=0.01)
    upper.set_ylabel("weight")
    upper.legend(ncols=len(weights), loc="lower left", bbox_to_anchor=(0, 1.0))
    lower.set(xlabel="step", ylabel="learning rate")
    for _, (step, phase) in data.phases.iterrows():
        upper.axvline(step, color=theme.faint, lw=0.8, zorder=0)
        upper.annotate(
            style.plain(f"phase: {phase}"), (step, 1), (4, -2), xycoords=("data", "axes fraction"),
            textcoords="offset points", va="top", fontsize=7, color=theme.text, alpha=0.8,
        )  # fmt: skip
    style.letter(lower, "b")
    upper.text(-0.07, 1.02, "(a)", transform=upper.transAxes)
    return figure


def describe(data: Schedule) -> str:
    """Alt text."""
    weights = [name for name in data.properties if name != LEARNING_RATE]
    ends = data.table.iloc[[0, -1]]
    moves = "; ".join(
        f"{name} from {ends[name].iloc[0]:g} to {ends[name].iloc[1]:g}, "
        f"highest {data.table[name].max():g} at step {data.table[name].idxmax()}"
        for name in weights
    )
    rate = data.table[LEARNING_RATE]
    return (
        f"Two line charts over {data.steps} training steps, with dots at keyframes. Above, the "
        f"weights: {moves}. Below, the learning rate, which rises to {rate.max():g} by step "
        f"{rate.idxmax()} and ends at {rate.iloc[-1]:g}."
    )
