"""What the runs on mixing come to: how they agree with published ones, and the page's numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from colorcore.errors import InputError
from colorcore.writeup.numerals import fixed, fixed_percent, significant
from mixing_damage import UNLIKE, hexadecimal, share_right, taken_for


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
DELETED = ("projected", "suppressed", "weights")  # ways that act on the axis
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
        **_of_deletions(partial(share_right, tables["groups"])),
        **_of_audits(tables["readings"], tables["relearning"]),
    }


def _of_deletions(right: Callable[[str, str, str], pd.Series]) -> dict[str, bool]:
    gone = [right("anchored", way, "red operand") for way in ("projected", "weights")]
    least = min(right("anchored", way, "unlike").median() for way in DELETED)
    return {
        "without the axis no seed completes more than one in fifty of red's lines": all(
            (one <= 1 / 50).all() for one in gone
        ),
        "suppression leaves nearly all lines without red with every seed": bool(
            right("anchored", "suppressed", "unlike").min() > 0.99
        ),
        "an axis that nothing was anchored to carries no red": bool(
            right("control", "projected", "red operand").median() > 0.95
        ),
        "in a control every eraser costs more than any deletion from an anchored model": all(
            right("control", way, "unlike").median() < least for way in ("leace", "mean difference")
        ),
        "LEACE costs less where there is an anchor": bool(
            right("anchored", "leace", "unlike").median()
            > right("control", "leace", "unlike").median()
        ),
    }


def _of_audits(readings: pd.DataFrame, relearning: pd.DataFrame) -> dict[str, bool]:
    left = _readings(readings).query("model == 'anchored' and way == 'projected'")
    told = left.set_index(PLACE).loc[[*READ.values()]]
    back = _back(relearning).query("model == 'anchored'")
    steps = back.query("part == 'all'").pivot(index="way", columns="shown", values="step")
    fresh = back.query("part == 'fresh' and shown == 'natural'").set_index("way")["step"]
    return {
        "readers find more than their floor once the axis is gone": bool(
            (told["edited"] > told["floor"]).all()
        ),
        "red is back sooner than a fresh model has it": bool((steps["natural"] < fresh).all()),
        "red does not come back where it is not shown": bool((steps["without"] == math.inf).all()),
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
        place[_key(group)] = {name: fixed_percent(value, 1) for name, value in spread.items()}
    return found


READ = {
    "linear": ("value, R²", "linear", "natural"),
    "nearest": ("value, R²", "nearest", "natural"),
    "network": ("value, R²", "network", "natural"),
    "network_class": ("class, AUC", "network", "balanced"),
}
PLACE = ["read", "reader", "prior"]
NATS = 0.5  # of the answer's surprise: below it the likeliest answer is nearly always right


def audits(readings: pd.DataFrame, relearning: pd.DataFrame) -> dict[str, Any]:
    """What readers find, and after how many steps red's lines are back; by model and way."""
    found: dict[str, Any] = {}
    for (model, way), left in _readings(readings).groupby(["model", "way"]):
        told = left.set_index(PLACE)[["ceiling", "edited", "floor"]].to_dict("index")
        found.setdefault(_key(model), {})[_key(way)] = {
            name: {str(column): fixed(value, 2) for column, value in told[place].items()}
            for name, place in READ.items()
        }
    last = f"> {relearning['step'].max()}"
    for (model, way), back in _back(relearning).groupby(["model", "way"]):
        found[_key(model)][_key(way)]["steps"] = {
            f"{part}_{shown}": last if step == math.inf else f"{step:.0f}"
            for part, shown, step in zip(back["part"], back["shown"], back["step"], strict=True)
        }
    return found


def _readings(readings: pd.DataFrame) -> pd.DataFrame:
    """Medians over runs: a row a model, way and reading."""
    kinds = readings.groupby(["model", "way", *PLACE])
    return kinds[["ceiling", "edited", "floor"]].median().reset_index()


def _back(relearning: pd.DataFrame) -> pd.DataFrame:
    """The first step at which the median over runs of the concept's error is below `NATS`, or ∞.

    A row a model, way, part that is trained, and what it is shown.
    """
    keys = ["model", "way", "part", "shown"]
    middle = relearning.groupby([*keys, "step"])["concept"].median().reset_index()
    middle["step"] = middle["step"].where(middle["concept"] < NATS, math.inf)
    return middle.groupby(keys)["step"].min().reset_index()


def _key(name: object) -> str:
    return str(name).replace(", ", "_").replace(" ", "_")


def devices(told: dict[str, Any]) -> dict[str, Any]:
    """What the page quotes of a comparison of devices; see `mixing_devices.compared`."""
    return {
        "gpu": told["machine"]["gpu"],
        "cores": told["machine"]["cores"],
        "torch": told["torch"],
        "milliseconds": {
            _key(name): significant(1000 * seconds) for name, seconds in told["seconds"].items()
        },
        "apart": {
            f"after_{steps}": {_key(name): significant(value) for name, value in each.items()}
            for steps, each in told["apart"].items()
        },
    }


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
