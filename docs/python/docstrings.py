"""What the reference makes of docstrings: labels become terms, examples become code."""

from __future__ import annotations

import inspect
import re
from typing import Any

from griffe import Extension, Object

LABEL = re.compile(r"(Shapes|Raises|Source|Example):\s*")
PARAGRAPHS = re.compile(r"\n\s*\n")


class Labels(Extension):
    """Turns docstrings into Markdown with definition lists and fenced code."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        if obj.docstring:
            paragraphs = PARAGRAPHS.split(obj.docstring.value)
            obj.docstring.value = "\n\n".join(map(markdown, paragraphs))


def markdown(paragraph: str) -> str:
    """A paragraph of a docstring as Markdown.

    `Shapes: (…)` becomes a term with its definition, and a doctest a block of code.
    """
    text = inspect.cleandoc(paragraph)
    if text.startswith(">>>"):
        return f"```pycon\n{text}\n```"
    label = LABEL.match(text)
    if not label:
        return text
    rest = text[label.end() :].replace("\n", "\n    ")
    return f"{label[1]}\n:   {rest}" if rest else f"**{label[1]}**"
