"""How long each shard trained."""

from __future__ import annotations

from colorcore.writeup.markdown import pipe_table
from colorcore.writeup.subject import Subject

READS = ("records/train-*.json",)


def write(subject: Subject) -> str:
    """A row a shard."""
    rows = [
        [str(i), str(len(record["seeds"])), f"{record['seconds']:.1f}"]
        for i, record in enumerate(subject.results.trained())
    ]
    return pipe_table(["shard", "runs", "seconds"], rows, align="rrr")
