"""What a search tried and how well it did."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from colorcore.experiment.folder import SEARCH, SEARCHED, TRIALS, read
from colorcore.experiment.loading import Experiment
from colorcore.results.files import Results
from colorcore.writeup.figures import style
from colorcore.writeup.figures.style import Theme


class Data(NamedTuple):
    """Every trial, and how many of them were drawn blindly."""

    log: pd.DataFrame
    blind: int


def gather(experiment: Experiment, results: Results) -> Data:
    folder = experiment.folder.parent / SEARCHED
    return Data(pd.read_csv(folder / TRIALS), read(folder / SEARCH)["random_trials"])


def draw(data: Data, theme: Theme) -> Figure:
    """Value by trial, with the best so far; each trial's worst damage against its worst score."""
    figure = style.new(2.6)
    course, outcome = figure.subplots(1, 2)
    blind, guided = data.log[: data.blind], data.log[data.blind :]
    winner = data.log.nlargest(1, "value").iloc[0]
    for trials, color, label in (
        (blind, theme.lines[4], "drawn blindly"),
        (guided, theme.lines[0], "proposed"),
    ):
        look = {"color": color, "ms": 3.6, "alpha": 0.75, "mew": 0, "label": label}
        course.plot(trials["trial"], trials["value"], "o", **look)
        outcome.plot(trials["harm max"], trials["score min"], "o", **look)
    course.plot(data.log["trial"], data.log["value"].cummax(), color=theme.text, lw=0.8)
    ring = {"ms": 8, "mfc": "none", "mec": theme.lines[1], "mew": 1.4, "label": "winner"}
    course.plot(winner["trial"], winner["value"], "o", **ring)
    outcome.plot(winner["harm max"], winner["score min"], "o", **ring)
    style.plain_log(outcome, [0.01, 0.1])
    course.set_xlabel("trial")
    course.set_ylabel("value")
    outcome.set_xlabel("worst damage unlike red")
    outcome.set_ylabel("worst score $R^2$")
    style.letter(course, "a")
    style.letter(outcome, "b")
    course.legend(loc="lower right")
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    winner = data.log.nlargest(1, "value").iloc[0]
    first = data.log["value"][: data.blind].max()
    return (
        f"Two scatter plots with a point for each of {len(data.log)} trials. The best value among "
        f"the first {data.blind}, drawn blindly, is {first:.2f}; the winner, trial "
        f"{winner['trial']:.0f}, has {winner['value']:.2f}. In its worst runs the winner scores "
        f"{winner['score min']:.2f} and hurts colours unlike red by {winner['harm max']:.2g}; over "
        f"all trials the worst runs score {data.log['score min'].min():.2f} to "
        f"{data.log['score min'].max():.2f}."
    )
