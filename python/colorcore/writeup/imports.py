"""What a document's numbers and claims import, found without running them: that takes seconds."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from colorcore import provenance
from colorcore.errors import InputError
from colorcore.parsed import parsed
from colorcore.writeup.document import Document


def check(document: Document, files: Iterable[Path]) -> None:
    """Check that all is there that files of a document's code import.

    Imports within `try` are left out, which are for what may be missing.

    Raises: InputError naming file, line and what is not there.
    """
    roots = {provenance.PACKAGE.name: provenance.PACKAGE, **document.package}
    for path in files:
        for one in parsed(path).imports:
            name = one.name
            if one.tried or one.level or _is_there(one.module, name, roots):
                continue
            got = f"{name} of {one.module}" if name else one.module
            raise InputError(
                f"{path}, line {one.line}: wanted to import what is there, got {got}; mend the "
                "name, or install it"
            )


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
    return not {name, "*", "__getattr__"}.isdisjoint(parsed(files[0]).names)
