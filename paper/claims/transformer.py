"""What the text claims of the transformer that mixes colours."""

from __future__ import annotations

import pandas as pd

from colorcore.writeup.claims import Claim
from paper import transformer
from paper.claims.evidence import Evidence

CUTS = ("projected", "weights", "suppressed")


def _right(e: Evidence, model: str, way: str, group: str) -> pd.Series:
    return transformer.right(e.mixing, model, way, group)


def _kept(e: Evidence, model: str, way: str) -> float:
    """The share of lines without red that are right in the median run."""
    return float(_right(e, model, way, "unlike").median())


CLAIMS = (
    Claim(
        "with the axis gone the transformer completes no more than one in fifty lines with red as "
        "operand in any run, and more than nineteen of twenty without red in the median run",
        lambda e: all(
            bool((_right(e, "anchored", way, "red operand") <= 1 / 50).all())
            and _kept(e, "anchored", way) > 0.95
            for way in ("projected", "weights")
        ),
    ),
    Claim(
        "suppression leaves all but one in a hundred lines without red in every run",
        lambda e: bool((_right(e, "anchored", "suppressed", "unlike") > 0.99).all()),
    ),
    Claim(
        "an axis of a transformer without anchor carries no red",
        lambda e: bool(_right(e, "control", "projected", "red operand").median() > 0.95),
    ),
    Claim(
        "erasers fitted to a transformer without anchor cost more than any cut of an anchored axis",
        lambda e: all(
            _kept(e, "control", eraser) < min(_kept(e, "anchored", way) for way in CUTS)
            for eraser in ("leace", "mean difference")
        ),
    ),
)
