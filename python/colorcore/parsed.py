"""What Python files say, by parsing them, which takes longer than all else there is to plan.

Where Snakemake builds, what one says is noted among what that knows, by a digest of the file: so it
is parsed once for each content. Elsewhere it is parsed by every process that asks.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from colorcore.outputs import write_text

SNAKEMAKE = Path(".snakemake")
NOTES = SNAKEMAKE / "parsed"
# What decides a note besides the file: by which Python it is made, and how.
MAKER = f"{sys.version}\0{Path(__file__).read_text(encoding='utf-8')}\0".encode()


class Import(NamedTuple):
    """One name that a file imports.

    `name` is of what is imported from the module, or nothing; `level` counts the points before
    that. It `runs` when it is not for types alone, and is `tried` within `try`.
    """

    line: int
    level: int
    module: str
    name: str
    runs: bool
    tried: bool


class Parsed(NamedTuple):
    """What a file says.

    `meaning` is a digest of what runs: no comment, docstring or line break, and nothing that is
    imported for types alone; `constants` are the texts in that, and `defined` what it gives names
    to outside functions and classes. `names` are all that are given anywhere.
    """

    meaning: str
    imports: list[Import]
    constants: list[str]
    defined: list[str]
    names: list[str]


def parsed(path: Path) -> Parsed:
    """What a Python file says now."""
    return _of(path.read_bytes(), path)


@cache
def _of(source: bytes, path: Path) -> Parsed:
    note = NOTES / f"{hashlib.sha256(MAKER + source).hexdigest()}.json"
    kept = _read(note)
    if kept is None:
        kept = _parse(source, path)
        if SNAKEMAKE.is_dir():
            write_text(note, json.dumps(kept._asdict()))
    return kept


def _read(note: Path) -> Parsed | None:
    """What a note says; nothing where there is none, or it is damaged."""
    try:
        found = json.loads(note.read_bytes())
        return Parsed(**{**found, "imports": [Import(*one) for one in found["imports"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _parse(source: bytes, path: Path) -> Parsed:
    tree = ast.parse(source, filename=str(path))
    names, imports = sorted(set(_names(tree))), _import_nodes(tree)
    tried = {id(one) for node in ast.walk(tree) if isinstance(node, ast.Try) for one in node.body}
    running = bare(tree)
    run = {id(node) for node in _import_nodes(running)}
    return Parsed(
        meaning=hashlib.sha256(ast.dump(running).encode()).hexdigest(),
        imports=[
            Import(node.lineno, *what, id(node) in run, id(node) in tried)
            for node in imports
            for what in _imported(node)
        ],
        constants=sorted(set(_constants(running))),
        defined=sorted(_defined(running)),
        names=names,
    )


def bare(tree: ast.Module) -> ast.Module:
    """A syntax tree, changed into one of what runs alone."""
    return _Running().visit(tree)


class _Running(ast.NodeTransformer):
    """Leaves out what only people and type checkers read."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test).endswith("TYPE_CHECKING") else node


def _import_nodes(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[int, str, str]]:
    """Level, module and name of each that a statement imports."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield 0, alias.name, ""
        else:
            yield node.level, node.module or "", alias.name


def _constants(tree: ast.Module) -> Iterator[str]:
    values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    yield from (value for value in values if isinstance(value, str))


def _defined(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        else:
            found |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return found


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, ast.Name):
            yield node.id
