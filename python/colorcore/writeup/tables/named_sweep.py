"""Median and 90 % interval of each named colour's error over all runs, ×1000."""

from __future__ import annotations

from colorcore.colors.named import NAMES
from colorcore.writeup.markdown import interval, pipe_table, swatch, thousandths
from colorcore.writeup.subject import Subject

READS = ("runs.csv",)


def write(subject: Subject) -> str:
    """A row a colour: its error before and after surgery, and the changes."""
    runs = subject.results.runs()
    rows = []
    for name in NAMES:
        before, after, cut = (runs[f"{v} {name}"] for v in ("baseline", "ablated", "pruned"))
        cells = [before, after, after - before, cut, cut - before]
        rows.append([swatch(name), *(interval(values, thousandths) for values in cells)])
    return pipe_table(["colour", "baseline", "ablated", "Δ", "pruned", "Δ"], rows, align="lrrrrr")
