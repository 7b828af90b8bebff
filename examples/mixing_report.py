"""What the runs on mixing come to: how they agree with published ones, and the page's numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from colorcore.errors import InputError
from colorcore.writeup.numerals import fixed, percent
from mixing_damage import UNLIKE, hexadecimal, taken_for


class Published(NamedTuple):
    """A figure of the public experiments: mean and standard deviation over nine runs."""

    name: str
    mean: float
    deviation: float


PUBLISHED = {
    "held out": Published("held-out lines completed right", 0.995, 0.009),
    "selectivity": Published("selectivity of lines", 0.420, 0.009),
    "grading": Published("grading, r² with likeness^1.5", 0.83, 0.024),
    "contrast": Published("pull on the operand that is labelled", 0.854, 0.006),
}
"""Source: the reports on experiments 2.1.10 and 2.1.11 of github.com/z0u/sca2."""

AGREEING = 3.0  # standard deviations
LATCHED = 0.5  # of the pull on + or =: beyond it a run has settled on syntax


def agreement(runs: pd.DataFrame) -> pd.DataFrame:
    """A row a figure: ours, theirs, and how many of their deviations lie between the means."""
    anchored = runs.query("model == 'anchored'")
    rows = []
    for column, theirs in PUBLISHED.items():
        ours = anchored[column]
        rows.append(
            {
                "figure": theirs.name,
                "mean": ours.mean(),
                "deviation": ours.std(),
                "published": theirs.mean,
                "published deviation": theirs.deviation,
                "apart": abs(ours.mean() - theirs.mean) / theirs.deviation,
            }
        )
    return pd.DataFrame(rows).set_index(pd.Index(PUBLISHED, name="column"))


def claims(tables: dict[str, pd.DataFrame]) -> dict[str, bool]:
    """What the page says in words, and whether it holds."""
    runs = tables["runs"]
    anchored, control = (runs.query("model == @model") for model in ("anchored", "control"))
    cost = abs(anchored["held out"].mean() - control["held out"].mean())
    return {
        "the published figures agree within three of their deviations": bool(
            (agreement(runs)["apart"] <= AGREEING).all()
        ),
        "no run settles on a token of syntax": bool((anchored["latched"] < LATCHED).all()),
        "the anchor costs less than two lines in a hundred": bool(cost < 0.02),
    }


def check(tables: dict[str, pd.DataFrame]) -> None:
    """Check that the runs bear the page's words out.

    Raises: InputError naming the sentence that they do not bear out.
    """
    for sentence, holds in claims(tables).items():
        if not holds:
            raise InputError(
                f"mixing: wanted runs that bear out «{sentence}», got others; make transformer, or "
                "change the sentence in docs/transformer.md and in mixing_report.py"
            )


def shares(groups: pd.DataFrame) -> dict[str, Any]:
    """Lines completed right, by model, way and group: the median over seeds and the extremes."""
    found: dict[str, Any] = {}
    for (model, way, group), rows in groups.groupby(["model", "way", "group"]):
        spread = rows["exact"].agg(["median", "min", "max"])
        place = found.setdefault(_key(model), {}).setdefault(_key(way), {})
        place[_key(group)] = {name: percent(float(value)) for name, value in spread.items()}
    return found


READ = {
    "linear": ("value, R²", "linear", "natural"),
    "nearest": ("value, R²", "nearest", "natural"),
    "network": ("value, R²", "network", "natural"),
    "network_class": ("class, AUC", "network", "balanced"),
}
NATS = 0.5  # of the answer's surprise: below it the likeliest answer is nearly always right


def audits(readings: pd.DataFrame, relearning: pd.DataFrame) -> dict[str, Any]:
    """What readers find in anchored models, and after how many steps red's lines are back."""
    found: dict[str, Any] = {}
    for way, rows in readings.query("model == 'anchored'").groupby("way"):
        middle = rows.groupby(["read", "reader", "prior"])[["ceiling", "edited", "floor"]].median()
        told = middle.to_dict("index")
        found[_key(way)] = {
            name: {str(column): fixed(value, 2) for column, value in told[place].items()}
            for name, place in READ.items()
        }
    for way, rows in relearning.query("model == 'anchored'").groupby("way"):
        found[_key(way)]["steps"] = {
            f"{part}_{shown}": _first_below(one)
            for (part, shown), one in rows.groupby(["part", "shown"])
        }
    return found


def _first_below(rows: pd.DataFrame) -> str:
    """The first step at which the median over runs of the concept's error is below `NATS`."""
    middle = rows.groupby("step")["concept"].median()
    below = middle.index[middle < NATS]
    return str(below[0]) if len(below) else "never"


def _key(name: object) -> str:
    return str(name).replace(" ", "_")


def numbers(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Every result that the page quotes, as it shows it."""
    runs = tables["runs"]
    agreed = agreement(runs)
    anchored = runs.query("model == 'anchored'")
    return {
        "seeds": str(len(anchored)),
        "controls": str(len(runs) - len(anchored)),
        "agreement": {
            _key(column): {
                "ours": fixed(row["mean"], 3),
                "deviation": fixed(row["deviation"], 3),
                "published": fixed(row["published"], 3),
                "published_deviation": fixed(row["published deviation"], 3),
                "apart": fixed(row["apart"], 1),
            }
            for column, row in agreed.iterrows()
        },
        "audit": audits(tables["readings"], tables["relearning"]),
        "taken_for": {
            _key(way): hexadecimal(taken_for(rows))
            for way, rows in tables["instead"].query("model == 'anchored'").groupby("way")
        },
        "settings": {"unlike": f"{UNLIKE:g}"},
        "latched": fixed(anchored["latched"].max(), 2),
        "control_held_out": fixed(runs.query("model == 'control'")["held out"].mean(), 3),
        "right": shares(tables["groups"]),
    }
