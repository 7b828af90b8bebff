"""What the text claims in words, as conditions on the results.

A build fails when its results stop bearing a claim out, so that no sentence outlives its data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from colorcore.color import HUES, NAMES, hue_distance
from colorcore.distribution import agreement
from colorcore.errors import InputError
from colorcore.experiment import Experiment
from colorcore.numbers import GRAY_FOR_RED
from colorcore.results import Results

SAME_RUNS = 0.005  # a Kolmogorov–Smirnov p below it says that runs differ

COMPARED = ("ablated red", "ablated orange", "ablated pink", "score_r2", "val_mse", "labelled_red")
FAR = [name for name, hue in HUES.items() if hue_distance(hue, 0) >= 90]
WARM = {"red", "orange", "pink", "yellow", "magenta"}


class Claim(NamedTuple):
    """A sentence of the text, and when it holds for (our runs, the published runs)."""

    sentence: str
    holds: Callable[[pd.DataFrame, pd.DataFrame], bool | np.bool_]


def medians(runs: pd.DataFrame, variant: str) -> pd.Series:
    """Median error of each named colour over runs, by name."""
    return pd.Series({name: runs[f"{variant} {name}"].median() for name in NAMES})


def _rank_correlation(runs: pd.DataFrame, first: str, second: str) -> float:
    return float(spearmanr(runs[first], runs[second]).statistic)


CLAIMS = (
    Claim(
        "without intervention, the median run reproduces every named colour to within 0.001",
        lambda ours, published: bool((medians(ours, "baseline") < 1e-3).all()),
    ),
    Claim(
        "red lands on its axis: cosine above 0.9 in every run, above 0.98 in the median",
        lambda ours, published: (
            ours["red_cosine"].min() > 0.9 and ours["red_cosine"].median() > 0.98
        ),
    ),
    Claim(
        "fewer than one sample in a thousand is labelled, in every run",
        lambda ours, published: bool((ours["labelled_red"] < 1e-3 * ours["samples"]).all()),
    ),
    Claim(
        "after ablation the median run does worse on red than mid-grey would",
        lambda ours, published: ours["ablated red"].median() > GRAY_FOR_RED,
    ),
    Claim(
        "in the median, red is hurt most, then its neighbours, and no other colour above 0.001",
        lambda ours, published: (
            medians(ours, "ablated").idxmax() == "red"
            and set(medians(ours, "ablated").nlargest(len(WARM)).index) == WARM
            and bool((medians(ours, "ablated").drop(list(WARM)) < 1e-3).all())
        ),
    ),
    Claim(
        "no colour whose hue is 90° or more from red is hurt beyond 0.01, in any run",
        lambda ours, published: bool(
            (ours[[f"ablated {name}" for name in FAR]] < 0.01).all(axis=None)
        ),
    ),
    Claim(
        "no colour of the score grid without likeness to red is hurt beyond 0.01, in any run",
        lambda ours, published: bool((ours["unlike_red_max"] < 0.01).all()),
    ),
    Claim(
        "the error of ablated red varies more than fivefold between the 5th and 95th percentile",
        lambda ours, published: (
            ours["ablated red"].quantile(0.95) > 5 * ours["ablated red"].quantile(0.05)
        ),
    ),
    Claim(
        "runs that delete red more strongly score lower",
        lambda ours, published: _rank_correlation(ours, "score_r2", "ablated red") < -0.3,
    ),
    Claim(
        "neither the cosine of red nor the number of labels predicts the outcome",
        lambda ours, published: (
            abs(_rank_correlation(ours, "score_r2", "red_cosine")) < 0.3
            and abs(_rank_correlation(ours, "labelled_red", "ablated red")) < 0.3
            and abs(_rank_correlation(ours, "labelled_red", "score_r2")) < 0.3
        ),
    ),
    Claim(
        "the score is about two thirds in the median, and below 0.9 in every run",
        lambda ours, published: (
            0.6 < ours["score_r2"].median() < 0.73 and ours["score_r2"].max() < 0.9
        ),
    ),
    Claim(
        "the published runs vary just as much",
        lambda ours, published: (
            published["ablated red"].quantile(0.95) > 5 * published["ablated red"].quantile(0.05)
        ),
    ),
    Claim(
        "ablated and pruned models give the same outputs to within 1e-6",
        lambda ours, published: bool((ours["surgery_gap"] < 1e-6).all()),
    ),
    Claim(
        "no compared measure tells our runs from the published ones",
        lambda ours, published: bool((agreement(ours, published, COMPARED)["p"] > SAME_RUNS).all()),
    ),
)


def check(experiments: Iterable[Experiment], build: Path, published: Path) -> None:
    """Check every claim against the results of the main experiment, the first.

    Raises: InputError naming the sentence that the results do not bear out.
    """
    main = next(iter(experiments))
    results = Results(build / main.name, published)
    ours, theirs = results.runs(), results.published_runs()
    for claim in CLAIMS:
        if not claim.holds(ours, theirs):
            raise InputError(
                f"{results.runs_path}: wanted results that bear out «{claim.sentence}», "
                "got others; find the bug, or change the sentence in the paper and in claims.py"
            )
