"""What a document's numbers and claims import, found without running them: that takes seconds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from colorcore import provenance
from colorcore.errors import InputError
from colorcore.writeup.document import Document


def check(document: Document, modules: list[str]) -> None:
    """Check that all is there that modules of a document import, and what those import of it.

    Imports within `try` are left out, which are for what may be missing.

    Raises: InputError naming file, line and what is not there.
    """
    roots = {provenance.PACKAGE.name: provenance.PACKAGE, **document.package}
    for path in provenance.sources("numbers", *modules, also=document.package):
        if path.is_relative_to(document.folder):
            for line, module, name in _imported(path):
                if not _is_there(module, name, roots):
                    got = f"{name} of {module}" if name else module
                    raise InputError(
                        f"{path}, line {line}: wanted to import what is there, got {got}; mend the "
                        "name, or install it"
                    )


def _imported(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, module and, where one is named, the name in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tried = {id(one) for node in ast.walk(tree) if isinstance(node, ast.Try) for one in node.body}
    for node in ast.walk(tree):
        if id(node) in tried:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, node.module, alias.name) for alias in node.names)


def _is_there(module: str, name: str, roots: dict[str, Path]) -> bool:
    first, *rest = module.split(".")
    if first not in roots:
        return find_spec(first) is not None
    place = roots[first].joinpath(*rest)
    files = [file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()]
    if not files:
        return place.is_dir() or any(place.parent.glob(f"{place.name}.*.so"))
    within = [place / f"{name}.py", place / name]
    if not name or name == "*" or any(file.exists() for file in within):
        return True
    return bool(_names(files[0]) & {name, "*", "__getattr__"})


@cache
def _names(path: Path) -> set[str]:
    """All that a module may have names for, wherever in it they are given."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found
