"""What a search tried and how well it did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from colorcore.experiment.folder import SEARCH, TRIALS
from colorcore.search import settings
from colorcore.search.log import best, read_log
from colorcore.writeup import style
from colorcore.writeup.document import Document
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS = ()
READS_OF = ()  # its settings alone


class Data(NamedTuple):
    """Every trial, and how many of them were drawn blindly."""

    concept: str
    log: pd.DataFrame
    blind: int


def check(document: Document, of: str) -> None:
    """There is a search, and a log of it."""
    settings.read(document.experiments / of)
    read_log(document.experiments / of / TRIALS)


def searches(document: Document, of: str) -> list[Path]:
    """The files of the search that are read."""
    return [document.experiments / of / SEARCH, document.experiments / of / TRIALS]


def reads_of(document: Document, of: str) -> list[str]:
    """The experiment whose schedule was searched for."""
    return [of]


def gather(subject: Subject, of: str) -> Data:
    folder = subject.document.experiments / of
    concept = subject.document.load(of).deletion.title
    return Data(concept, read_log(folder / TRIALS), settings.read(folder).random_trials)


def draw(data: Data, theme: Theme) -> Figure:
    """Value by trial, with the best so far; each trial's worst damage against its worst score."""
    figure = style.new(2.6)
    course, outcome = figure.subplots(1, 2)
    blind, guided = data.log[: data.blind], data.log[data.blind :]
    winner = best(data.log)
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
    outcome.set_xlabel(f"worst damage unlike {data.concept}")
    outcome.set_ylabel("worst score $R^2$")
    style.letter(course, "a")
    style.letter(outcome, "b")
    course.legend(loc="lower right")
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    winner = best(data.log)
    first = data.log["value"][: data.blind].max()
    return (
        f"Two scatter plots with a point for each of {len(data.log)} trials. The best value among "
        f"the first {data.blind}, drawn blindly, is {first:.2f}; the winner, trial "
        f"{winner['trial']:.0f}, has {winner['value']:.2f}. In its worst runs the winner scores "
        f"{winner['score min']:.2f} and hurts colours unlike {data.concept} by "
        f"{winner['harm max']:.2g}; "
        f"over all trials the worst runs score {data.log['score min'].min():.2f} to "
        f"{data.log['score min'].max():.2f}."
    )
