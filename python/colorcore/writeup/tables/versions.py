"""Machine and software of the training."""

from __future__ import annotations

from colorcore.writeup.markdown import pipe_table
from colorcore.writeup.subject import Subject

READS = ("train-*.json",)


def write(subject: Subject) -> str:
    """A row a fact."""
    record = subject.results.records()[0]
    rows = [*record["hardware"].items(), *record["versions"].items()]
    return pipe_table(["what", "is"], rows, align="ll")
