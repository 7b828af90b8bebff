"""Figures, drawn."""

from __future__ import annotations

from types import ModuleType

from matplotlib.figure import Figure

from colorcore.errors import InputError
from colorcore.outputs import write_text
from colorcore.writeup import letters, making, style
from colorcore.writeup.subject import Subject
from colorcore.writeup.written import Written


def draw(subject: Subject, name: str) -> None:
    """Draw a figure for light and for dark pages, into figures/, with its alt text and its record.

    Raises: InputError when there is no such figure, its data cannot be used, or the module that
    draws it makes a mistake.
    """
    folder = subject.results.judged / "figures"
    with making.of(subject, "figures", name) as (module, options):
        data = module.gather(subject, **options)
        for theme in style.THEMES:
            with style.applied(theme), letters.drawn(str(module.__file__)):
                figure = _checked(module, module.draw(data, theme))
                style.save(figure, folder / f"{name}-{theme.name}.svg")
        text = making.said(module, "describe", module.describe(data))
    write_text(folder / f"{name}.txt", text + "\n")
    Written.of(subject).part("figures", name, subject).note()


def _checked(module: ModuleType, figure: object) -> Figure:
    if not isinstance(figure, Figure):
        raise InputError(
            f"{module.__file__}: wanted a figure from draw, got {type(figure).__name__}; return it"
        )
    if not figure.get_children()[1:]:  # the first is what is behind all
        raise InputError(
            f"{module.__file__}: wanted a figure that shows something from draw, got an empty one; "
            "draw on it"
        )
    return figure
