"""How many samples each label was given."""

from __future__ import annotations

from colorcore.writeup.markdown import interval, pipe_table
from colorcore.writeup.numerals import percent
from colorcore.writeup.subject import Subject

READS = ("runs.csv",)


def write(subject: Subject) -> str:
    """A row a concept."""
    runs = subject.results.runs()
    rows = []
    for concept in subject.experiment.concepts:
        counts = runs[f"labelled_{concept}"]
        rows.append(
            [
                f"*{concept}*",
                f"{runs['samples'].iloc[0]:d}",
                interval(counts, lambda count: f"{count:.0f}"),
                interval(counts / runs["samples"], percent),
            ]
        )
    header = ["label", "samples a run", "labelled", "share"]
    return pipe_table(header, rows, align="lrrr")
