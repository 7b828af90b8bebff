"""The keyframes of the dopesheet."""

from __future__ import annotations

import pandas as pd

from colorcore.writeup.markdown import pipe_table
from colorcore.writeup.subject import Subject

READS = ()


def write(subject: Subject) -> str:
    """A row a keyed step, a column a property."""
    schedule = subject.experiment.schedule
    table = schedule.keyframes.pivot(index="step", columns="property", values="value")
    rows = [
        [str(step), *("" if pd.isna(row[c]) else f"{row[c]:g}" for c in schedule.properties)]
        for step, row in table.iterrows()
    ]
    return pipe_table(["step", *schedule.properties], rows, align="r" * (1 + len(table.columns)))
