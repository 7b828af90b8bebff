"""What the text claims in words: one sentence each, and what it takes for it to be true."""

from paper.claims import (
    chance,
    concepts,
    conditions,
    erasing,
    reliable,
    remains,
    rivals,
    runs,
    seldom,
)
from paper.claims.evidence import gather

CLAIMS = tuple(
    claim
    for part in (runs, conditions, chance, reliable, remains, rivals, erasing, concepts, seldom)
    for claim in part.CLAIMS
)

__all__ = ["CLAIMS", "gather"]
