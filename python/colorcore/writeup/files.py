"""The files of a document's folder that are no code: text, images, data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from colorcore.writeup.document import FILE, Document

CODE = (".py", ".pyc", ".so")
BACKUPS = ("~", "#", ".swp", ".swo", ".bak", ".tmp", ".orig")  # that editors leave
TYPESET = (
    ".bib", ".css", ".csl", ".gif", ".html", ".jpeg", ".jpg", ".js", ".lua", ".md", ".pdf", ".png",
    ".qmd", ".scss", ".svg", ".typ", ".webp",
)  # fmt: skip
"""What goes into pages, and not into numbers."""
SAID = (FILE, "_metadata.yml")  # of a document itself
UNHEARD = (".arrow", ".feather", ".h5", ".hdf5", ".orc", ".parquet")
"""What libraries read without Python, and so without `reading` being told."""


def texts(document: Document) -> list[Path]:
    """Those that are there for somebody: none that is hidden or a backup, no link to nothing."""
    return sorted(_walk(document.folder, frozenset()))


def _walk(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    within = above | {folder.resolve()}
    for entry in os.scandir(folder):  # which knows what is a folder without asking for each
        if entry.name.startswith((".", "#")) or entry.name.endswith(BACKUPS):
            continue
        path = folder / entry.name
        if (
            entry.name != "__pycache__" and entry.is_dir() and path.resolve() not in within
        ):  # nor links to where they are from
            yield from _walk(path, within)
        elif path.suffix not in CODE and entry.is_file():
            yield path


def data(document: Document) -> list[Path]:
    """What numbers and claims may be computed from: what is neither typeset nor settings."""
    if document.is_report:
        return []
    found = (path for path in texts(document) if path.suffix.lower() not in TYPESET)
    return [path for path in found if path not in [document.folder / name for name in SAID]]


def unheard(document: Document) -> list[Path]:
    """What each figure, table and number counts as made of, since reading it is not noticed."""
    return [path for path in data(document) if path.suffix.lower() in UNHEARD]


def copy(document: Document, stage: Path) -> None:
    """Put them where they are typeset."""
    for path in texts(document):
        place = stage / path.relative_to(document.folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
