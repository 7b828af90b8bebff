"""Our runs beside the published ones."""

from __future__ import annotations

from colorcore.results.distribution import agreement, verdict
from colorcore.writeup.markdown import pipe_table, swatch
from colorcore.writeup.numerals import significant
from colorcore.writeup.subject import Subject
from paper import published

READS = ("runs.csv",)
FILES = (published.RUNS,)
TITLES = {
    "score_r2": "score R²",
    "val_mse": "validation MSE",
    "labelled_red": "samples labelled *red*",
}


def write(subject: Subject) -> str:
    """A row a measure, with a verdict."""
    tests = agreement(subject.results.runs(), published.runs(), published.AGREEMENT)
    rows = []
    for column, row in tests.iterrows():
        show = str if column == "labelled_red" else significant
        title = TITLES.get(str(column), str(column).replace("ablated ", ""))
        kind = "ablated MSE" if str(column).startswith("ablated") else ""
        left = f"{swatch(title)}, {kind}" if kind else title
        rows.append(
            [
                left,
                show(row["ours"]),
                show(row["theirs"]),
                significant(row["statistic"]),
                significant(row["p"]),
                verdict(row["p"], of=len(tests)),
            ]
        )
    header = ["measure", "median, colorcore", "median, published", "KS", "*p*", "verdict"]
    return pipe_table(header, rows, align="lrrrrl")
