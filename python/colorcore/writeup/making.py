"""What figures and tables are made by and of."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_type_hints

from colorcore.errors import InputError, suggest, unknown
from colorcore.experiment.loading import validate
from colorcore.results.files import OF_RUNS
from colorcore.writeup.document import FILE, Document, Entry

Kind = Literal["figures", "tables"]

# What a module of each kind has; the second is told the options.
PARTS: dict[Kind, tuple[str, ...]] = {
    "figures": ("READS", "gather", "draw", "describe"),
    "tables": ("READS", "write"),
}


def find(document: Document, kind: Kind, name: str) -> tuple[ModuleType, dict[str, Any]]:
    """The module that makes a figure or table of a document, and what to tell it.

    Raises: InputError when the document shows no such one, there is no such module, or that takes
    other options.
    """
    entries: dict[str, Entry] = getattr(document, kind)
    if name not in entries:
        raise unknown(kind, name, entries)
    module, options = document.module(kind, entries[name].by or name), entries[name].options
    _check(f"{document.folder / FILE}: {kind}.{name}", kind, module, options)
    return module, options


def _check(place: str, kind: Kind, module: ModuleType, options: dict[str, Any]) -> None:
    """The module has what it is asked for, and takes the options that it is told."""
    for part in PARTS[kind]:
        if not hasattr(module, part):
            raise InputError(
                f"{place}: wanted {', '.join(PARTS[kind])} in {module.__file__}, got no {part}; "
                "write it"
            )
    function = getattr(module, PARTS[kind][1])
    _, *known = signature(function).parameters.values()
    names = [option.name for option in known]
    for option in options:
        if option not in names:
            remedy = suggest(option, names, otherwise="leave it out")
            raise InputError(
                f"{place}.{option}: wanted an option that {module.__name__} takes, "
                f"{', '.join(names) or 'which is none'}; {remedy}"
            )
    for option in known:
        if option.default is option.empty and option.name not in options:
            raise InputError(f"{place}.{option.name}: wanted a value, got none; add it")
    hints = get_type_hints(function)
    for name, value in options.items():
        if name in hints:
            validate(f"{place}.{name}", value, hints[name])


def reads(document: Document, kind: Kind, name: str, deletion: str = "") -> dict[str, list[str]]:
    """The results that a figure or table reads: files in the folders of experiments, by those.

    Of the main experiment, what is made of a deletion lies in the folder of that deletion, where it
    is not the first. A * stands for every shard.
    """
    module, options = find(document, kind, name)
    own = [file if file in OF_RUNS else str(Path(deletion) / file) for file in module.READS]
    found = {document.main_name: own} if own else {}
    if hasattr(module, "reads_of"):
        files = list(getattr(module, "READS_OF", ("runs.csv",)))
        for other in module.reads_of(document, **options):
            found[other] = [*found.get(other, []), *files]
    return found


def files(document: Document, kind: Kind, name: str) -> list[Path]:
    """What else it reads: files that are no results."""
    module, options = find(document, kind, name)
    searches = module.searches(document, **options) if hasattr(module, "searches") else []
    return [*getattr(module, "FILES", ()), *searches]
