"""Machine and software of the training."""

from __future__ import annotations

from colorcore.writeup.markdown import pipe_table
from colorcore.writeup.subject import Subject

READS = ("records/train-*.json",)


def write(subject: Subject) -> str:
    """A row a fact."""
    record = subject.results.trained()[0]
    rows = [*record["hardware"].items(), *record["versions"].items()]
    return pipe_table(["what", "is"], rows, align="ll")
