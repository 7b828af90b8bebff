"""What the text claims of what a deletion leaves, and of how fast it comes back."""

from __future__ import annotations

import pandas as pd

from colorcore.results.audited import RECOVERED
from colorcore.writeup.claims import Claim
from paper.claims.evidence import MAIN, Evidence

BEFORE = "ex-reliable-before"
BEHIND = (f"{MAIN}-behind", "ex-reliable")
EARLY = 50  # steps


def audited(e: Evidence, name: str, operator: str = "ablated") -> pd.DataFrame:
    """The runs of an experiment under an operator."""
    audit = e.audits[name]
    return audit[audit["operator"] == operator]


def middle(e: Evidence, name: str, measure: str, operator: str = "ablated") -> float:
    return float(audited(e, name, operator)[measure].median())


def recovered(e: Evidence, name: str, way: str, step: int) -> float:
    """The median error of red, when runs have been trained on for so many steps."""
    runs = e.recoveries[name]
    return float(runs[(runs["way"] == way) & (runs["step"] == step)]["target"].median())


CLAIMS = (
    Claim(
        "cut behind the normalisation, a linear reader loses a third of its grasp of red, a "
        "network less than a twentieth, and a fresh decoder gives red to within 0.02 in the median "
        "run",
        lambda e: all(
            middle(e, name, "linear") < middle(e, name, "linear", "none") * 2 / 3
            and middle(e, name, "network") > 0.95
            and middle(e, name, "long decoder") < 0.02
            for name in BEHIND
        ),
    ),
    Claim(
        "a decoder that has seen nothing like red does not have it: an error above 0.2 in the "
        "median run of reliable deletion, where its own shape with everything shown has it",
        lambda e: middle(e, "ex-reliable", "decoder without") > 0.2,
    ),
    Claim(
        "cut before it, the nearest colours are off by more than 0.1 in the median run, and a "
        "fresh decoder comes to half its error or less when it takes its time",
        lambda e: (
            middle(e, MAIN, "nearest") > 0.1
            and middle(e, MAIN, "long decoder") < middle(e, MAIN, "decoder") / 2
        ),
    ),
    Claim(
        "one with its time that was not shown red itself has it behind the normalisation, to "
        "within 0.02 in the median run, and before it is off ten times as far as one that was",
        lambda e: (
            all(middle(e, name, "long decoder unseen") < 0.02 for name in BEHIND)
            and middle(e, MAIN, "long decoder unseen") > 10 * middle(e, MAIN, "long decoder")
        ),
    ),
    Claim(
        "with the schedule that was found and surgery before the normalisation, the nearest "
        "colours give red away to within 0.05 in the median run",
        lambda e: middle(e, BEFORE, "nearest") < 0.05,
    ),
    Claim(
        "with all weights free red is back to within 0.05 at step 50 in the median run, when a "
        "network that begins anew is off by more than 0.1",
        lambda e: all(
            recovered(e, name, "all", EARLY) < 0.05 < 0.1 < recovered(e, name, "scratch", EARLY)
            for name in (MAIN, "ex-reliable")
        ),
    ),
    Claim(
        "four colours do as well as all of them",
        lambda e: all(recovered(e, n, "few", EARLY) < 0.05 for n in (MAIN, "ex-reliable")),
    ),
    Claim(
        "shown nothing like red, the error of red falls all the same, to less than two thirds",
        lambda e: all(
            recovered(e, name, "without", RECOVERED) < recovered(e, name, "without", 0) * 2 / 3
            for name in (MAIN, "ex-reliable")
        ),
    ),
    Claim(
        "the decoder by itself has red back to within 0.02 where the cut is behind the "
        "normalisation, and not to within 0.05 where it is before it",
        lambda e: (
            recovered(e, "ex-reliable", "decoder", RECOVERED) < 0.02
            and recovered(e, MAIN, "decoder", RECOVERED) > 0.05
        ),
    ),
)
