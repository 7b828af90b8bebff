"""Error of each named colour in the representative run, ×1000."""

from __future__ import annotations

from colorcore.colors.named import NAMES
from colorcore.results.measures import representative
from colorcore.writeup.markdown import pipe_table, swatch, thousandths
from colorcore.writeup.subject import Subject

READS = ("runs.csv",)


def write(subject: Subject) -> str:
    """A row a colour: its error before and after surgery, and the changes."""
    run = representative(subject.results.runs(), subject.experiment.representative_seed)
    rows = []
    for name in NAMES:
        before, after, cut = (run[f"{v} {name}"] for v in ("baseline", "ablated", "pruned"))
        cells = [before, after, after - before, cut, cut - before]
        rows.append([swatch(name), *map(thousandths, cells)])
    return pipe_table(["colour", "baseline", "ablated", "Δ", "pruned", "Δ"], rows, align="lrrrrr")
