"""Every message of an error, as the package's code has it, and the remedy that it ends in."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

PACKAGE = Path("python/colorcore")
KERNELS = Path("rust/error.rs")  # what kernels refuse that nobody has looked for before
WRITTEN = re.compile(r'write!\(\s*f,\s*"((?:[^"\\]|\\.)*)"', re.S)
ERRORS = re.compile(r"(?:Input|Experiment|Schedule|Type|Value|Import|NotImplemented)Error$")
TOLD = re.compile(r"\bwanted\b.*\bgot\b|\bmust\b.*\bgot\b|: no such ")
GAP = "[…]"  # in place of what only a run can say
WORDS = 3  # fewer pass on what another error says

REMEDIES = {
    "numbers, as its shape says": "pass an array of that shape",
    "power must be a positive finite number": "choose another",
    "must fit in memory, got a larger shape": "pass fewer at a time",
    "must be a known code": "use one that there is",
    "at least one coordinate, got none": "give each sample a row of one or more",
    "at least one colour, got none": "give some",
    "must lie in [[…], […]], got": "scale it: colours in bytes are divided by 255",
    "must lie in [0, 1], got": "scale it: colours in bytes are divided by 255",
    "hue must be finite": "give what has no hue 0, and leave out what is no number",
    "cannot be written": "make room, or make it writable",
    "results are not what they should be": "as the lines before say, each of a result",
    "a model that runs as it is": "what it names, before or in place of `bake`",
    "wanted results […], got those […]": "build them again, or move them away",
    "wanted to typeset": "mend the text, as the renderer says",
    "wanted it to typeset": "mend the text, as the renderer says",
    "not written, since it would not run": "as that says, with other options of `new`",
    "wanted low < high": "exchange them in search.yaml",
    "wanted low > 0 on a log scale": "raise it in search.yaml, or search a linear scale",
    "wanted seeds below 2^63": "lower them in search.yaml",
    "a named colour, #rrggbb": "write one of these",
    "levels from 2 on": "write one number, or one for each axis",
    "levels that make": "lower them",
    "either a cube or a csv": "leave one out of data",
    "a column with affinity: column": "add the one or leave out the other",
    "must be finite to be written": "find out why it is not",
    "must be contiguous and writeable": "pass a copy",
}
"""What to do where the message itself does not say it."""


@dataclass(frozen=True, order=True)
class Message:
    """What an error says: `said` of what came, and the `remedy`.

    `place` is the module, without the package's name; what a run fills in is `[…]`.
    """

    place: str
    said: str
    remedy: str

    @classmethod
    def read(cls, place: str, text: str) -> Message:
        """Split where the text goes over to the remedy: behind its last semicolon."""
        said, _, remedy = text.rpartition("; ")
        return cls(place, said, remedy) if said else cls(place, text, _remedy(text))


def _remedy(text: str) -> str:
    return next((remedy for part, remedy in REMEDIES.items() if part in text), "")


def messages(package: Path = PACKAGE, kernels: Path = KERNELS) -> list[Message]:
    """The messages of a package and its kernels, sorted by module: each text once."""
    found = {Message.read("kernels", text) for text in texts_in_rust(kernels.read_text("utf-8"))}
    for path in package.rglob("*.py"):
        place = ".".join(path.relative_to(package).with_suffix("").parts)
        module = ast.parse(path.read_text("utf-8"))
        found |= {Message.read(place, text) for text in texts(module, _constants(module))}
    return sorted(found)


def texts(node: ast.AST, known: Mapping[str, str]) -> Iterator[str]:
    """What errors are made with, and other strings that tell what was wanted and what came.

    `known` has the texts that are constants of the module, by name.
    """
    match node:
        case ast.Expr(value=ast.Constant()):
            return  # a docstring
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if ERRORS.search(name):
            text = _text(first, known)
            if text is not None and len(re.findall(r"[a-z]{2,}", text)) >= WORDS:
                yield text
            return
    text = _text(node, known)
    if text is None:
        for child in ast.iter_child_nodes(node):
            yield from texts(child, known)
    elif TOLD.search(text):
        yield text


def texts_in_rust(code: str) -> list[str]:
    """What the errors of the kernels say, each a string that is written."""
    joined = (re.sub(r"\\\n\s*", "", text) for text in WRITTEN.findall(code))
    return [re.sub(r"\{[^}]*\}", GAP, text) for text in joined]


def _constants(module: ast.Module) -> dict[str, str]:
    return {
        name: text
        for statement in module.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        for name, text in [(statement.targets[0].id, _text(statement.value, {}))]
        if text is not None
    }


def _text(node: ast.AST, known: Mapping[str, str]) -> str | None:
    """The text of a string in the code, with gaps; nothing of what is no string."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=ast.Name(id=name)):
            return known.get(name)
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, known) or GAP for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            sides = _text(left, known), _text(right, known)
            return None if sides == (None, None) else "".join(side or GAP for side in sides)
    return None


def tables(found: list[Message]) -> str:
    """The messages as Markdown: a heading and a table a wing, and in `anchor` a room."""
    return "\n\n".join(
        f"### colorcore.{name}\n\n{_rows(list(group))}"
        for name, group in groupby(found, lambda message: _wing(message.place))
    )


def _wing(place: str) -> str:
    parts = place.split(".")
    return ".".join(parts[: 2 if parts[0] == "anchor" else 1])


def _rows(found: list[Message]) -> str:
    told = ((one.said, "what it names" if one.remedy == GAP else one.remedy) for one in found)
    rows = (f"<tr><td>{html.escape(said)}</td><td>{html.escape(do)}</td></tr>" for said, do in told)
    head = '<div class="messages"><table>\n<tr><th>it says</th><th>do</th></tr>'
    return "\n".join([head, *rows, "</table></div>"])
