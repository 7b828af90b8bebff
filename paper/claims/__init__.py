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
    transformer,
)
from paper.claims.evidence import gather

PARTS = (
    runs, conditions, chance, reliable, remains, rivals, erasing, concepts, seldom, transformer,
)  # fmt: skip
CLAIMS = tuple(claim for part in PARTS for claim in part.CLAIMS)

__all__ = ["CLAIMS", "gather"]
