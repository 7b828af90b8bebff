"""What figures and tables are made by and of; and tables, made."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Literal

from colorcore.errors import unknown
from colorcore.outputs import write_text
from colorcore.results.files import OF_RUNS
from colorcore.writeup.document import Document, Entry
from colorcore.writeup.subject import Subject

Kind = Literal["figures", "tables"]


def find(document: Document, kind: Kind, name: str) -> tuple[ModuleType, dict]:
    """The module that makes a figure or table of a document, and what to tell it.

    Raises: InputError when the document shows no such one, or there is no such module.
    """
    entries: dict[str, Entry] = getattr(document, kind)
    if name not in entries:
        raise unknown(kind, name, entries)
    return document.module(kind, entries[name].by or name), entries[name].options


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


def tabulate(subject: Subject, name: str) -> None:
    """Write a table as Markdown, into tables/.

    Raises: InputError when there is no such table or its data cannot be used.
    """
    module, options = find(subject.document, "tables", name)
    text = module.write(subject, **options)
    write_text(subject.results.judged / "tables" / f"{name}.md", text)
