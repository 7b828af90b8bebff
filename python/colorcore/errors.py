"""Errors that mean "what you gave cannot be used", and the suggestions they make."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """A mistake in a file or an argument, not in the program.

    The message is one line: what and where, what was wanted, what came, and the remedy. The
    command line prints it without a traceback.
    """


def suggest(got: str, known: Iterable[str], *, otherwise: str) -> str:
    """The known name that one was probably meant to be, or another remedy."""
    near = difflib.get_close_matches(got, list(known), n=1)
    return f"did you mean {near[0]}?" if near else otherwise


def unknown(what: str, got: str, known: Iterable[str]) -> InputError:
    """The error for a name that is none of the known ones."""
    names = list(known)
    remedy = suggest(got, names, otherwise="choose one of them")
    return InputError(f"{what}: wanted one of {', '.join(names)}, got {got!r}; {remedy}")
