"""What a text claims in words, as conditions on the results.

A build fails when its results stop bearing a claim out, so that no sentence outlives its data.
Claims are about the distribution of runs and leave room for its sampling: other code rounds
otherwise, and the same seeds then make other runs of the same distribution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from colorcore.errors import InputError


class Claim(NamedTuple):
    """A sentence of a text, and when evidence bears it out.

    What evidence is, is the text's own affair: whatever its conditions look at.
    """

    sentence: str
    holds: Callable[[Any], bool | np.bool_]


def check(claims: Iterable[Claim], evidence: Any, *, place: str) -> None:
    """Check every claim against the evidence, which comes from `place`.

    Raises: InputError naming the sentence that the results do not bear out, or whose condition is
    neither true nor false.
    """
    for claim in claims:
        held = claim.holds(evidence)
        if not isinstance(held, bool | np.bool_):
            raise InputError(
                f"{place}: wanted a condition that is true or false of «{claim.sentence}», got "
                f"{type(held).__name__}; have it return a bool, of .all() or .any() say"
            )
        if not held:
            raise InputError(
                f"{place}: wanted results that bear out «{claim.sentence}», got others; find the "
                "bug, or change the sentence in the text and among its claims"
            )
