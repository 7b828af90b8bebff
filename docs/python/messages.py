"""Every message of an error, as the package's code has it, and the remedy that it ends in."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

PACKAGE = Path("python/colorcore")
ERRORS = re.compile(r"\w*(Input|Experiment|Schedule|Type|Value|Import|NotImplemented)Error$")
TOLD = re.compile(r"\bwanted\b.*\bgot\b|\bmust\b.*\bgot\b|: no such ")
GAP = "\N{HORIZONTAL ELLIPSIS}"  # in place of what only a run can say


@dataclass(frozen=True, order=True)
class Message:
    """What an error says: `said` of what came, and `remedy`, where the text names one.

    `place` is the module, without the package's name; what a run fills in is `…`.
    """

    place: str
    said: str
    remedy: str

    @classmethod
    def read(cls, place: str, text: str) -> Message:
        """Split where the text goes over to the remedy: behind its last semicolon."""
        said, _, remedy = text.rpartition("; ")
        return cls(place, said or remedy, remedy if said else "")


def messages(package: Path = PACKAGE) -> list[Message]:
    """The messages of a package, sorted by module: each text once."""
    found = set()
    for path in package.rglob("*.py"):
        place = ".".join(path.relative_to(package).with_suffix("").parts)
        found |= {Message.read(place, text) for text in texts(ast.parse(path.read_text("utf-8")))}
    return sorted(found)


def texts(tree: ast.AST) -> Iterator[str]:
    """What errors say: the strings they are made of, and others that tell what was wanted."""
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return  # a docstring
    text = _text(tree)
    if text is not None:
        if TOLD.search(text):
            yield text
        return
    for child in ast.iter_child_nodes(tree):
        yield from texts(child)


def _text(node: ast.AST) -> str | None:
    """The text of a string in the code, with gaps; nothing of what is no string."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) or GAP for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            sides = _text(left), _text(right)
            return None if sides == (None, None) else "".join(side or GAP for side in sides)
    return None


def table(found: list[Message]) -> str:
    """The messages as HTML, a heading and a table a wing; for `anchor`, a room."""
    return "\n\n".join(
        f"### colorcore.{name}\n\n{_rows(list(group))}"
        for name, group in groupby(found, lambda message: _wing(message.place))
    )


def _wing(place: str) -> str:
    parts = place.split(".")
    return ".".join(parts[: 2 if parts[0] == "anchor" else 1])


def _rows(found: list[Message]) -> str:
    cells = ((html.escape(one.said), html.escape(one.remedy) or GAP) for one in found)
    rows = "".join(f"<tr><td>{said}</td><td>{remedy}</td></tr>\n" for said, remedy in cells)
    return f"<table>\n<tr><th>it says</th><th>do</th></tr>\n{rows}</table>"
