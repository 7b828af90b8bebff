"""What the runs on digits come to: a row a run, the numbers of the page, and its claims."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from colorcore.errors import InputError
from colorcore.writeup.numerals import fixed, percent, significant

KEY = ["model", "digit", "seed"]


def outcomes(classes: pd.DataFrame) -> pd.DataFrame:
    """What each run did to the digit and to the nine others, a row a run.

    `lost` is about the digit, `kept` the mean over the others, `worst` the other that lost most.
    """
    wide = classes.pivot(index=[*KEY, "class"], columns="variant")
    digit = wide.index.get_level_values("digit") == wide.index.get_level_values("class")
    lost, kept = wide[digit].droplevel("class"), wide[~digit].groupby(level=KEY).mean()
    others = wide[~digit]["accuracy"]
    return pd.DataFrame(
        {
            **{
                f"{group} {measure} {variant}": table[measure, variant]
                for group, table in (("lost", lost), ("kept", kept))
                for measure in ("accuracy", "fresh", "mse")
                for variant in ("before", "ablated")
            },
            "change": kept["accuracy", "ablated"] - kept["accuracy", "before"],
            "worst": (others["before"] - others["ablated"]).groupby(level=KEY).max(),
            "lost cosine": lost["cosine", "before"],
            "kept cosine": wide[~digit]["cosine", "before"].abs().groupby(level=KEY).max(),
        }
    )


class Groups(NamedTuple):
    """Outcomes of the seeds of one digit, of its controls, and of each digit's first seed."""

    anchored: pd.DataFrame
    control: pd.DataFrame
    every: pd.DataFrame


def groups(classes: pd.DataFrame, digit: int) -> Groups:
    """The outcomes, as the page speaks of them."""
    table = outcomes(classes)
    return Groups(
        table.query("model == 'anchored' and digit == @digit"),
        table.query("model == 'control' and digit == @digit"),
        table.query("model == 'anchored' and seed == 0"),
    )


class Claim(NamedTuple):
    """A sentence of the page, and when it holds."""

    sentence: str
    holds: Callable[[Groups], bool | np.bool_]


CLAIMS = (
    Claim(
        "before surgery at least nine in ten of the digit and of the others are read right",
        lambda of: (
            of.anchored["lost accuracy before"].median() > 0.9
            and of.anchored["kept accuracy before"].median() > 0.9
        ),
    ),
    Claim(
        "after it hardly one image of the digit is read right, with any seed",
        lambda of: of.anchored["lost accuracy ablated"].max() < 0.05,
    ),
    Claim(
        "the others change by less than a point in the median, and with no seed by more than three",
        lambda of: (
            abs(of.anchored["change"].median()) < 0.01 and of.anchored["change"].abs().max() < 0.03
        ),
    ),
    Claim(
        "reconstruction error at least doubles for the digit, and grows by under a fifth elsewhere",
        lambda of: (
            (of.anchored["lost mse ablated"] > 2 * of.anchored["lost mse before"]).all()
            and (of.anchored["kept mse ablated"] < 1.2 * of.anchored["kept mse before"]).all()
        ),
    ),
    Claim(
        "in a control most images of the digit are still read right, and the others suffer more",
        lambda of: (
            of.control["lost accuracy ablated"].median() > 0.5
            and of.control["change"].median() < of.anchored["change"].min()
        ),
    ),
    Claim(
        "a fresh reader finds more than a quarter of the digit again, but less than before surgery",
        lambda of: (
            of.anchored["lost fresh ablated"].median() > 0.25
            and of.anchored["lost fresh ablated"].max() < of.anchored["lost fresh before"].min()
        ),
    ),
    Claim(
        "any digit can be deleted so, at a cost to the others of less than three points",
        lambda of: (
            (of.every["lost accuracy ablated"] < 0.05).all() and (of.every["change"] > -0.03).all()
        ),
    ),
)

SAME_OUTPUTS = 1e-5  # float rounding, after layers of some dozens of terms


def check(classes: pd.DataFrame, runs: pd.DataFrame, digit: int) -> None:
    """Check that the results bear the page's words out.

    Raises: InputError naming the sentence that they do not bear out.
    """
    of = groups(classes, digit)
    same = Claim("ablated and pruned agree", lambda of: runs["gap"].max() < SAME_OUTPUTS)
    for claim in (*CLAIMS, same):
        if not claim.holds(of):
            raise InputError(
                f"digits: wanted results that bear out «{claim.sentence}», got others; train "
                "longer, or change the sentence in docs/digits.md and in digits_report.py"
            )


def numbers(classes: pd.DataFrame, runs: pd.DataFrame, digit: int) -> dict[str, Any]:
    """Every result that the page quotes, as it shows it.

    Keys are names, since a template reads `digits.anchored.lost_accuracy.after.median`.
    """
    of = groups(classes, digit)
    ours = runs[(runs["model"] == "anchored") & (runs["digit"] == digit)]
    return {
        "digit": str(digit),
        "seeds": str(len(of.anchored)),
        "anchored": _group(of.anchored),
        "control": _group(of.control),
        "every": _group(of.every),
        "labels": {
            "count": f"{ours['labels'].median():.0f}",
            "samples": f"{ours['samples'].iloc[0]:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"),
            "share": percent(float((ours["labels"] / ours["samples"]).median())),
            "wrong": percent(float((ours["wrong"] / ours["labels"]).median())),
        },
        "gap": significant(runs["gap"].max(), 1),
    }


def reach(power: float) -> str:
    """The angle at which the separation of two latents has fallen to a hundredth.

    ((cos + 1)/2)^power is cos(half the angle)^(2·power).
    """
    return f"{2 * math.degrees(math.acos(0.01 ** (1 / (2 * power)))):.0f}°"


def _group(table: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"{group}_{measure}": {
            "before": _spread(table[f"{group} {measure} before"], percent),
            "after": _spread(table[f"{group} {measure} ablated"], percent),
        }
        for group in ("lost", "kept")
        for measure in ("accuracy", "fresh")
    }
    growth = {
        group: table[f"{group} mse ablated"] / table[f"{group} mse before"]
        for group in ("lost", "kept")
    }
    return {
        **found,
        "lost_error_growth": _spread(growth["lost"], significant),
        "kept_error_rise": _spread(growth["kept"] - 1, percent),
        "lost_cosine": _spread(table["lost cosine"], _hundredths),
        "kept_cosine": _spread(table["kept cosine"], _hundredths),
        "change": _spread(table["change"], _points),
        "loss": _spread(-table["change"], _points),
        "worst": _spread(table["worst"], _points),
    }


def _hundredths(value: float) -> str:
    return fixed(value, 2)


def _points(share: float) -> str:
    return fixed(100 * share, 1)


def _spread(values: pd.Series, show: Callable[[float], str]) -> dict[str, str]:
    """Median and extremes over runs."""
    return {name: show(float(values.agg(name))) for name in ("median", "min", "max")}
