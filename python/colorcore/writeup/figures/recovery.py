"""Whether deleted concepts come back when runs are trained on: error by step, a line a way."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from colorcore.results.audited import WAYS
from colorcore.results.distribution import HIGH, LOW
from colorcore.results.files import RECOVERY
from colorcore.writeup import style
from colorcore.writeup.document import Document
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ()
READS_OF = (RECOVERY,)
SAID = {
    "all": "all weights",
    "decoder": "decoder alone",
    "few": "four colours shown",
    "without": "none like it shown",
    "scratch": "from scratch",
}
"""What the ways to train on are called."""
SMALLEST = 1e-4  # below which an error is as good as none


class Data(NamedTuple):
    """What is deleted, and by what it is called, each experiment's median and 90 % band."""

    concept: str
    curves: dict[str, pd.DataFrame]


def reads_of(document: Document, of: dict[str, str]) -> list[str]:
    """The experiments whose recovery is read; each has a panel, called so."""
    return list(of.values())


def gather(subject: Subject, of: dict[str, str]) -> Data:
    curves = {label: _curves(subject.results_of(name).recovery()) for label, name in of.items()}
    return Data(subject.concept, curves)


def _curves(recovery: pd.DataFrame) -> pd.DataFrame:
    errors = recovery.groupby(["way", "step"])["target"]
    ends = {"low": LOW, "median": 0.5, "high": HIGH}
    return pd.DataFrame({name: errors.quantile(share) for name, share in ends.items()})


def draw(data: Data, theme: Theme) -> Figure:
    """A panel an experiment, its steps and errors on logarithmic axes."""
    figure = style.new(2.9)
    panels = figure.subplots(1, len(data.curves), sharey=True, squeeze=False)[0]
    for axes, (label, curves), mark in zip(
        panels, data.curves.items(), ascii_lowercase, strict=False
    ):
        for way, color in zip(WAYS, theme.lines, strict=False):
            line = curves.loc[way].clip(lower=SMALLEST)
            look = {"color": theme.text, "ls": ":"} if way == "scratch" else {"color": color}
            axes.plot(line.index, line["median"], label=SAID[way], **look)
            axes.fill_between(line.index, line["low"], line["high"], alpha=0.15, lw=0, color=color)
        axes.set_xscale("symlog", linthresh=1)
        axes.set_yscale("log")
        axes.set_xlabel("step")
        style.letter(axes, mark, style.plain(label))
    panels[0].set_ylabel(f"MSE of {data.concept}")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    told = "; ".join(
        f"{label}: "
        + ", ".join(
            f"{SAID[way]} {curves.loc[way]['median'].iloc[0]:.2g} to "
            f"{curves.loc[way]['median'].iloc[-1]:.2g}"
            for way in WAYS
        )
        for label, curves in data.curves.items()
    )
    return (
        f"A panel for each of {len(data.curves)} experiments, with the error of {data.concept} by "
        f"step on logarithmic axes, a line for each way to train on. Medians go: {told}."
    )
