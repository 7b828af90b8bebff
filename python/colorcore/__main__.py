"""`python -m colorcore`: the command line, with mistakes told in one line."""

from __future__ import annotations

import gc
import sys

from colorcore.errors import InputError
from colorcore.workflow.warm import hand_over


def main() -> None:
    """Run the command line; a mistake in the input exits with 1 and a line that explains it."""
    status = hand_over(sys.argv[1:])
    if status is not None:
        raise SystemExit(status)
    # A command is short and leaves few cycles. Looking for them while torch loads, and through all
    # of torch again at exit, takes half a second.
    gc.disable()
    from colorcore.cli import app

    try:
        app()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
