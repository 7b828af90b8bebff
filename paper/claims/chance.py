"""What the text claims of why runs of one recipe turn out differently."""

from __future__ import annotations

from colorcore.results.departures import departures
from colorcore.writeup.claims import Claim
from paper.claims.evidence import MAIN, Evidence, rank_correlation
from paper.measures import ORANGE_SHARE, orange_share

CONFLICT, HALF = "ex-2.10.1-conflict", "ex-2.10.1-labels-half"


def _departed(e: Evidence, name: str) -> float:
    """The share of runs in which red leaves its axis."""
    moments = e.moments[name]
    return len(departures(moments, "red")) / moments["seed"].nunique()


def _return(e: Evidence, name: str) -> float:
    """The cosine that nine in ten of the runs that had left their axis exceed after training."""
    runs = e.conditions[name]
    return float(
        runs[runs["seed"].isin(departures(e.moments[name], "red"))]["red_cosine"].quantile(0.1)
    )


CLAIMS = (
    Claim(
        "the more the remainder of red points to that of cyan, the greater is the error of red, "
        "and the more to those of its neighbours, the smaller",
        lambda e: (
            rank_correlation(e.ours, "remainder_opposite", "ablated red") > 0.7
            and rank_correlation(e.ours, "remainder_neighbors", "ablated red") < -0.5
        ),
    ),
    Claim(
        "what ablation leaves of red is less than a quarter of its length in the median run",
        lambda e: e.ours["remainder"].median() < 0.25,
    ),
    Claim(
        "the median run hurts orange less than half as much as its similarity to red asks for, "
        "and runs that hurt it less score lower",
        lambda e: (
            orange_share(e.ours).median() < ORANGE_SHARE / 2
            and rank_correlation(
                e.ours.assign(orange_share=orange_share(e.ours)), "orange_share", "score_r2"
            )
            > 0.4
        ),
    ),
    Claim(
        "red leaves its axis in fewer than one run of five, with constant weights in more, and in "
        "hardly any of the reliable deletion",
        lambda e: (
            _departed(e, MAIN) < 0.2
            and _departed(e, CONFLICT) > max(0.25, _departed(e, MAIN))
            and _departed(e, "ex-reliable") < 0.05
        ),
    ),
    Claim(
        "with constant weights red is back in the end: above 0.85 in nine in ten of the runs that "
        "it had left",
        lambda e: _return(e, CONFLICT) > 0.85,
    ),
    Claim(
        "with half the labels red has not arrived when training ends: below 0.95 in the median",
        lambda e: e.conditions[HALF]["red_cosine"].median() < 0.95,
    ),
)
