"""What an experiment's settings say."""

from __future__ import annotations

from collections.abc import Iterable

from colorcore.writeup.markdown import pipe_table
from colorcore.writeup.subject import Subject

READS = ()
APART = {"schedule", "folder", "title", "palette", "deletions"}  # shown otherwise, or made of these


def write(subject: Subject) -> str:
    """A row a setting, keys within keys joined by dots."""
    rows = []
    for place, value in _leaves(subject.experiment.model_dump(exclude=APART), ""):
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        rows.append([f"`{place}`", shown])
    return pipe_table(["setting", "value"], rows, align="ll")


def _leaves(content: object, place: str) -> Iterable[tuple[str, object]]:
    if isinstance(content, dict):
        for key, value in content.items():
            if value not in ({}, None):
                yield from _leaves(value, f"{place}.{key}" if place else key)
    else:
        yield place, content
