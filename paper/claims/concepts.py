"""What the text claims of other concepts, and of several at once."""

from __future__ import annotations

from colorcore.results.measures import HARMED
from colorcore.writeup.claims import Claim
from paper.claims.evidence import Evidence, median

CORNERS = (
    "concept-green", "concept-blue", "concept-cyan", "concept-magenta", "concept-yellow",
)  # fmt: skip
BETWEEN = ("concept-orange", "concept-azure", "concept-pink", "concept-white")
ENOUGH = ("concepts-two", "concepts-three")


def _harmed(e: Evidence, name: str) -> float:
    """The share of runs in which a colour unlike the first concept is hurt by its deletion."""
    return float((e.conditions[name]["harm"] > HARMED).mean())


CLAIMS = (
    Claim(
        "the five other bright and saturated corners score above 0.9 in the median, with errors "
        "between 0.2 and a third",
        lambda e: all(
            median(e, concept, "score_r2") > 0.9
            and 0.2 < median(e, concept, "ablated target") < 1 / 3
            for concept in CORNERS
        ),
    ),
    Claim(
        "orange, azure, pink and white score lower than any of these, and hurt nothing unlike them "
        "in nine runs of ten",
        lambda e: all(
            median(e, concept, "score_r2") < min(median(e, c, "score_r2") for c in CORNERS)
            and _harmed(e, concept) < 0.1
            for concept in BETWEEN
        ),
    ),
    Claim(
        "black scores below a half and hurts what counts as unlike it in every run",
        lambda e: median(e, "concept-black", "score_r2") < 0.5 and _harmed(e, "concept-black") == 1,
    ),
    Claim(
        "grey is not deleted: an error below a tenth in the median run",
        lambda e: median(e, "concept-gray", "ablated target") < 0.1,
    ),
    Claim(
        "with a dimension for each concept beside four, fewer than one run of ten is harmed, and "
        "with one more as few",
        lambda e: all(
            _harmed(e, name) < 0.1
            for name in ("ex-reliable", "concept-red-wide", *ENOUGH, *(f"{n}-wide" for n in ENOUGH))
        ),
    ),
    Claim(
        "with one fewer, more than a quarter of the runs are harmed",
        lambda e: all(
            _harmed(e, name) > 0.25
            for name in ("concept-red-narrow", *(f"{n}-narrow" for n in ENOUGH))
        ),
    ),
)
