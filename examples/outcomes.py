"""Words of a page that hold for what an example came to, or the example is refused."""

from __future__ import annotations

from collections.abc import Mapping

from colorcore.errors import InputError


def check(example: str, claims: Mapping[str, bool]) -> None:
    """Check that the results bear the page's words out.

    Raises: InputError naming the sentence that they do not bear out.
    """
    for sentence, holds in claims.items():
        if not holds:
            raise InputError(
                f"{example}: wanted results that bear out «{sentence}», got others; train longer, "
                f"or change the sentence in docs/model.md and in {example}.py"
            )
