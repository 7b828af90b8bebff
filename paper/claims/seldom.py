"""What the text claims of how seldom deletions fail, in many more runs than a build trains."""

from __future__ import annotations

import pandas as pd

from colorcore.results.measures import HARMED
from colorcore.writeup.claims import Claim
from paper.claims.evidence import MAIN, Evidence
from paper.measures import UNLIKE_FOR_RED

RELIABLE, SIDED, TILT, HIDDEN = "ex-reliable", "ex-reliable-sided", "ex-tilt", "ex-erasing"
READ = 0.2  # an error below it: a reader has red


def _weak(e: Evidence, name: str) -> float:
    """The share of runs that leave red."""
    return float((e.tails[name]["target"] < READ).mean())


def _harmed(e: Evidence, name: str) -> float:
    """The share of runs in which a colour unlike red is hurt."""
    return float((e.tails[name]["harm"] > HARMED).mean())


def _read(e: Evidence, name: str, reader: str) -> float:
    """The share of runs in which a reader has red."""
    return float((e.tails[name][reader] < READ).mean())


def _middle(e: Evidence, name: str, measure: str) -> float:
    return float(e.tails[name][measure].median())


def _strays(red: pd.Series) -> tuple[float, float]:
    """The shares of runs with an error of red below and above what was asked of one hidden."""
    return float((red < UNLIKE_FOR_RED).mean()), float((red > 0.5).mean())


CLAIMS = (
    Claim(
        "reliable deletion fails in a run or two of a hundred: it leaves red below 0.2 in fewer "
        "than four, and hurts another colour in fewer than three, but not in none",
        lambda e: 0 < _weak(e, RELIABLE) < 0.04 and 0 < _harmed(e, RELIABLE) < 0.03,
    ),
    Claim(
        "kept from the far end it hurts other colours less than half as often, and deletes too "
        "little as often",
        lambda e: (
            _harmed(e, SIDED) < _harmed(e, RELIABLE) / 2
            and _weak(e, RELIABLE) / 2 < _weak(e, SIDED) < _weak(e, RELIABLE) * 2
        ),
    ),
    Claim(
        "the main experiment leaves red below 0.2 more than five times as often as reliable "
        "deletion",
        lambda e: _weak(e, MAIN) > 5 * _weak(e, RELIABLE),
    ),
    Claim(
        "hidden among typical colours, red costs no score: above 0.945 in the median run, and "
        "below 0.85 in fewer than one of a hundred",
        lambda e: (
            _middle(e, HIDDEN, "score_r2") > 0.945
            and (e.tails[HIDDEN]["score_r2"] < 0.85).mean() < 0.01
        ),
    ),
    Claim(
        "its error is below two ninths in fewer than one run of a hundred, and above a half in "
        "more than one of twenty",
        lambda e: (
            _strays(e.tails[HIDDEN]["target"])[0] < 0.01
            and _strays(e.tails[HIDDEN]["target"])[1] > 0.05
        ),
    ),
    Claim(
        "the nearest colours and a hasty decoder have it in more than one run of a hundred and in "
        "fewer than five, each, and another colour is hurt in fewer than two",
        lambda e: (
            all(0.01 < _read(e, HIDDEN, reader) < 0.05 for reader in ("nearest", "decoder"))
            and 0.005 < _harmed(e, HIDDEN) < 0.02
        ),
    ),
    Claim(
        "a patient decoder has it in more than half of the runs, and one that was not shown red in "
        "one of ten to one of two, also where the anchor is tilted",
        lambda e: all(
            _read(e, name, "long decoder") > 0.5
            and 0.1 < _read(e, name, "long decoder unseen") < 0.5
            for name in (HIDDEN, TILT)
        ),
    ),
    Claim(
        "after reliable deletion a patient decoder has red in every run, with the further term or "
        "without",
        lambda e: all(_read(e, name, "long decoder") == 1 for name in (RELIABLE, SIDED)),
    ),
    Claim(
        "under the tilted anchor the nearest colours and a hasty decoder have red in fewer than "
        "one run of a hundred, each, at a lower score, and the error of most runs is over a half",
        lambda e: (
            all(_read(e, TILT, reader) < 0.01 for reader in ("nearest", "decoder"))
            and _strays(e.tails[TILT]["target"])[1] > 0.5
            and _middle(e, TILT, "score_r2") < _middle(e, HIDDEN, "score_r2")
        ),
    ),
)
