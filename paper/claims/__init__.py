"""What the text claims in words: one sentence each, and what it takes for it to be true."""

from paper.claims import chance, conditions, reliable, runs
from paper.claims.evidence import gather

CLAIMS = (*runs.CLAIMS, *conditions.CLAIMS, *chance.CLAIMS, *reliable.CLAIMS)

__all__ = ["CLAIMS", "gather"]
