"""What the text claims of the deletion that can be relied on."""

from __future__ import annotations

import pandas as pd
from scipy.stats import spearmanr

from colorcore.results.comparison import paired
from colorcore.results.distribution import HIGH, LOW
from colorcore.writeup.claims import Claim
from paper.claims.evidence import Evidence, rises, runs_of
from paper.measures import harm


def _width(runs: pd.DataFrame) -> float:
    """Of the interval that holds nine runs of ten, in the error of red."""
    return float(runs["ablated red"].quantile(HIGH) - runs["ablated red"].quantile(LOW))


def _runs(e: Evidence, change: str = "") -> pd.DataFrame:
    """Those of reliable deletion, as it is or with one change."""
    return e.conditions[f"ex-reliable-{change}" if change else "ex-reliable"]


def _score(e: Evidence, change: str = "") -> float:
    return float(_runs(e, change)["score_r2"].median())


def _scores_lower(e: Evidence, change: str) -> bool:
    """Beyond what resampled seeds explain."""
    return paired(_runs(e), _runs(e, change), "score_r2").high < 0


def _reliable(runs: pd.DataFrame) -> bool:
    """Whether no run of a condition gets the deletion wrong."""
    harmed = harm(runs)
    return bool(
        runs["score_r2"].median() > 0.93
        and runs["score_r2"].min() > 0.8
        and runs["ablated red"].min() > 0.15
        and harmed.max() < 0.03
        and harmed.quantile(0.9) < 0.01
    )


CLAIMS = (
    Claim(
        "surgery behind the normalisation narrows the error of red and raises the score",
        lambda e: (
            _width(runs_of(e, "behind")) < _width(e.ours) / 2 and rises(e, "behind", "score_r2")
        ),
    ),
    Claim(
        "both together score above 0.93 in the median and 0.8 at worst, delete red beyond 0.15 and "
        "hurt nothing unlike red beyond 0.03 in every run, nor beyond 0.01 in nine of ten; fresh "
        "seeds do as well",
        lambda e: _reliable(_runs(e)) and _reliable(_runs(e, "fresh")),
    ),
    Claim(
        "in reliable deletion the further cyan leans to the far end of the axis, the greater is "
        "the worst damage to a colour unlike red: a rank correlation below -0.4",
        lambda e: spearmanr(_runs(e)["cosine cyan"], harm(_runs(e))).statistic < -0.4,
    ),
    Claim(
        "both together label fewer than one sample in a thousand and reconstruct no worse than the "
        "main experiment, but for pure red",
        lambda e: (
            (_runs(e)["labelled_red"] / _runs(e)["samples"]).max() < 1e-3
            and not rises(e, "ex-reliable", "val_mse")
            and rises(e, "ex-reliable", "baseline red")
        ),
    ),
    Claim(
        "the main schedule, smaller batches and the main experiment's labels each score lower than "
        "reliable deletion; a shorter memory scores the same to within 0.03",
        lambda e: (
            all(_scores_lower(e, change) for change in ("main-schedule", "batch", "labels"))
            and abs(_score(e, "memory") - _score(e)) < 0.03
        ),
    ),
    Claim(
        "half the steps and smaller batches leave red below 0.2 in more than one run of ten",
        lambda e: all(
            _runs(e, change)["ablated red"].quantile(0.1) < 0.2 for change in ("half", "batch")
        ),
    ),
    Claim(
        "neither does it alone: the schedule scores less without the surgery, and the surgery "
        "leaves red below 0.2 in some run without the schedule",
        lambda e: (
            _score(e, "before") < _score(e) and runs_of(e, "behind")["ablated red"].min() < 0.2
        ),
    ),
)
