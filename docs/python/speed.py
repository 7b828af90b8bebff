"""The figure of the page on speed: every case that was timed beside other programs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from colorcore.writeup import style
from colorcore.writeup.style import Theme
from timings import FIRST, Timings, duration

PANELS = {
    "separation": "angular separation, value and gradient",
    "train": "training, whole processes",
    "labels": "batches and labels of a step",
    "color": "colour cubes and conversions",
}
WIDTH = 5.0  # inches: narrow, so that letters stay legible on a phone
ROW, HEAD, FOOT = 0.2, 0.6, 0.16  # inches: a case; what stands around a panel; the axis' name
LEGEND = 17  # points: the height of a line of markers and names, above which the title stands
MARKERS = ("D", "o", "s", "^", "v")  # the first is colorcore's


def draw(timings: Timings, theme: Theme) -> Figure:
    """A panel a bench, a row a case, a marker a program; time on logarithmic axes."""
    cases = {bench: timings.compared(bench) for bench in PANELS}
    sizes = [len(rows) for rows in cases.values()]
    figure = style.new(ROW * sum(sizes) + HEAD * len(sizes) + FOOT, width=WIDTH)
    panels = figure.subplots(len(PANELS), 1, height_ratios=sizes)
    for axes, letter, (bench, title) in zip(panels, "abcd", PANELS.items(), strict=True):
        draw_bench(axes, timings, bench, theme)
        axes.set_title(f"({letter}) {title}", loc="left", pad=LEGEND)
    panels[-1].set_xlabel("time, on a logarithmic scale of its own in each panel")
    return figure


def draw_bench(axes: Axes, timings: Timings, bench: str, theme: Theme) -> None:
    """The cases of one bench from top to bottom, and which marker is whose."""
    cases = timings.compared(bench)
    timed = [timings.timed(bench, case) for case in cases]
    programs = list(dict.fromkeys(name for row in timed for name in row))
    for i, name in enumerate(programs):
        found = [(row[name], y) for y, row in enumerate(timed) if name in row]
        axes.plot(
            *zip(*found, strict=True),
            linestyle="none",
            marker=MARKERS[i],
            markersize=6 if name == FIRST else 5,
            color=theme.lines[i],
            fillstyle="full" if name == FIRST else "none",  # where times are close, all show
            label=name,
            zorder=2 if name == FIRST else 3,
        )
    axes.set_yticks(range(len(cases)), cases)
    axes.set_ylim(len(cases) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="both", color=theme.faint, linewidth=0.5)
    axes.set_axisbelow(True)
    label_times(axes)
    legend = axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=len(programs), handletextpad=0,
        columnspacing=0.6, borderaxespad=0, borderpad=0.3,
    )  # fmt: skip
    legend.set_in_layout(False)  # it may be wider than the axes


def label_times(axes: Axes) -> None:
    """A logarithmic axis that names each power of ten in its unit."""
    axes.set_xscale("log")
    axes.margins(x=0.08)
    low, high = np.log10(axes.get_xlim())
    axes.set_xlim(10 ** np.floor(low), 10 ** np.ceil(high))  # whole powers, so that both are named
    axes.xaxis.set_major_locator(LogLocator(numticks=10))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: plain(seconds)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(NullLocator())


def plain(seconds: float) -> str:
    """A power of ten as a time: 10 ms, not 10.0 ms."""
    return duration(seconds * 1.0001).replace(".0", "")


def main(out: Annotated[Path, typer.Option()], rows: Path = Path("docs/timings")) -> None:
    """Draw the figure in both themes."""
    style.save_both(partial(draw, Timings.read(rows)), out, "speed")


if __name__ == "__main__":
    typer.run(main)
