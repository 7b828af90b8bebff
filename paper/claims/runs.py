"""What the text claims of the runs of the main experiment."""

from __future__ import annotations

import pandas as pd

from colorcore.colors.named import NAMES
from colorcore.results.distribution import agreement
from colorcore.writeup.claims import Claim
from paper.claims.evidence import rank_correlation, spread
from paper.measures import FAR, GRAY_FOR_RED

SAME_RUNS = 0.001  # a Kolmogorov–Smirnov p below it, for any of six measures, is not chance

COMPARED = ("ablated red", "ablated orange", "ablated pink", "score_r2", "val_mse", "labelled_red")
WARM = {"red", "orange", "pink", "yellow", "magenta"}


def medians(runs: pd.DataFrame, variant: str) -> pd.Series:
    """Median error of each named colour over runs, by name."""
    return pd.Series({name: runs[f"{variant} {name}"].median() for name in NAMES})


CLAIMS = (
    Claim(
        "without intervention, the median run reproduces every named colour to within 0.001",
        lambda e: (medians(e.ours, "baseline") < 1e-3).all(),
    ),
    Claim(
        "red lands on its axis: cosine above 0.9 in nine runs of ten",
        lambda e: e.ours["red_cosine"].quantile(0.1) > 0.9,
    ),
    Claim(
        "fewer than one sample in a thousand is labelled, in nine runs of ten",
        lambda e: (e.ours["labelled_red"] / e.ours["samples"]).quantile(0.9) < 1e-3,
    ),
    Claim(
        "after ablation the median run does worse on red than mid-grey would",
        lambda e: e.ours["ablated red"].median() > GRAY_FOR_RED,
    ),
    Claim(
        "in the median, red is hurt most, then its neighbours, and no other colour above 0.001",
        lambda e: (
            medians(e.ours, "ablated").idxmax() == "red"
            and set(medians(e.ours, "ablated").nlargest(len(WARM)).index) == WARM
            and (medians(e.ours, "ablated").drop(list(WARM)) < 1e-3).all()
        ),
    ),
    Claim(
        "in nine runs of ten no named colour 90° or more from red is hurt beyond 0.01",
        lambda e: e.ours[[f"ablated {name}" for name in FAR]].max(axis=1).quantile(0.9) < 0.01,
    ),
    Claim(
        "in nine runs of ten no colour of the score grid unlike red is hurt beyond 0.01",
        lambda e: e.ours["unlike_max"].quantile(0.9) < 0.01,
    ),
    Claim(
        "the error of ablated red varies more than threefold between the 5th and 95th percentile",
        lambda e: spread(e.ours["ablated red"]) > 3,
    ),
    Claim(
        "runs that delete red more strongly score lower",
        lambda e: rank_correlation(e.ours, "score_r2", "ablated red") < -0.2,
    ),
    Claim(
        "neither the cosine of red nor the number of labels tells much about the outcome",
        lambda e: (
            abs(rank_correlation(e.ours, "score_r2", "red_cosine")) < 0.45
            and abs(rank_correlation(e.ours, "labelled_red", "ablated red")) < 0.45
            and abs(rank_correlation(e.ours, "labelled_red", "score_r2")) < 0.45
        ),
    ),
    Claim(
        "the score is about two thirds in the median",
        lambda e: 0.57 < e.ours["score_r2"].median() < 0.75,
    ),
    Claim(
        "the published runs vary as widely",
        lambda e: spread(e.published["ablated red"]) > 3,
    ),
    Claim(
        "ablated and pruned models give the same outputs to within 1e-6",
        lambda e: (e.ours["surgery_gap"] < 1e-6).all(),
    ),
    Claim(
        "no compared measure tells our runs from the published ones",
        lambda e: (agreement(e.ours, e.published, COMPARED)["p"] > SAME_RUNS).all(),
    ),
)
