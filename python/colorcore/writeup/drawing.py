"""Figures, drawn."""

from __future__ import annotations

from colorcore.outputs import write_text
from colorcore.writeup import making, style
from colorcore.writeup.subject import Subject
from colorcore.writeup.written import Written


def draw(subject: Subject, name: str) -> None:
    """Draw a figure for light and for dark pages, into figures/, with its alt text and its record.

    Raises: InputError when there is no such figure or its data cannot be used.
    """
    module, options = making.find(subject.document, "figures", name)
    folder = subject.results.judged / "figures"
    data = module.gather(subject, **options)
    for theme in style.THEMES:
        with style.applied(theme):
            style.save(module.draw(data, theme), folder / f"{name}-{theme.name}.svg")
    write_text(folder / f"{name}.txt", module.describe(data) + "\n")
    Written.of(subject).part("figures", name, subject).note()
