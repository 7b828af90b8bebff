"""Damage unlike red, against how thoroughly red goes: a point a run."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from colorcore.writeup import style
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

READS = ("runs.csv",)


def gather(subject: Subject) -> pd.DataFrame:
    return subject.results.runs()


def draw(data: pd.DataFrame, theme: Theme) -> Figure:
    figure = style.new(2.5)
    axes = figure.subplots()
    axes.plot(data["ablated target"], data["harm"], "o", color=theme.lines[0], ms=4)
    axes.set(xlabel="MSE of red, ablated", ylabel="MSE unlike red")
    return figure


def describe(data: pd.DataFrame) -> str:
    return f"A scatter plot with a point for each of {len(data)} runs."
