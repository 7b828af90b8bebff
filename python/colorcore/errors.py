"""The base of every error that means "what you gave cannot be used"."""

from __future__ import annotations


class InputError(ValueError):
    """A mistake in a file or an argument, not in the program.

    The message is one line: what and where, what was wanted, what came, and the remedy. The
    command line prints it without a traceback.
    """
