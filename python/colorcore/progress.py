"""How far long work is: a live bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn, TimeRemainingColumn

LINES = 10  # in a log, one for every tenth of the work


def track(steps: range, *, title: str) -> Iterator[int]:
    """Yield the steps, showing on standard error how many are done."""
    console = Console(stderr=True)
    return _bar(steps, title, console) if console.is_terminal else _lines(steps, title)


def _bar(steps: range, title: str, console: Console) -> Iterator[int]:
    columns = (*Progress.get_default_columns()[:3], TimeRemainingColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield from progress.track(steps, description=title)


def _lines(steps: range, title: str) -> Iterator[int]:
    every = max(1, len(steps) // LINES)
    for done, step in enumerate(steps, start=1):
        yield step
        if done % every == 0 or done == len(steps):
            print(f"{title}: step {done} of {len(steps)}", file=sys.stderr, flush=True)
