"""A document's own code, run: its mistakes told in a line, and what it reads compared with what
it says that it reads.

What is made is made anew when a file changes that it names. A file that is read and not named would
leave it as it was, without a word.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from colorcore import provenance
from colorcore.errors import InputError
from colorcore.writeup.document import Document
from colorcore.writeup.files import CODE

# The package, those that it uses, and the sources that results are checked against.
PROGRAMS = (
    Path(sys.prefix).resolve(),
    provenance.PACKAGE,
    *(provenance.REPOSITORY / name for name in ("rust", "Cargo.toml", "Cargo.lock")),
)
_noted: list[Path] | None = None


def _listen(event: str, arguments: tuple) -> None:
    """Note a file that Python opens to read; `sys.addaudithook` calls this for good."""
    if _noted is None or event not in ("open", "sqlite3.connect") or isinstance(arguments[0], int):
        return
    if event == "open" and _writes(*arguments[1:]):
        return
    _noted.append(Path(os.fsdecode(arguments[0])))


def _writes(mode: str | None, flags: int) -> bool:
    if mode is None:  # opened by `os.open`
        return bool(flags & (os.O_WRONLY | os.O_CREAT))
    return bool(set(mode) & set("wax"))


sys.addaudithook(_listen)


@contextmanager
def told(document: Document) -> Iterator[None]:
    """Tell a mistake in the document's own code in one line.

    Raises: InputError that names file and line, for whatever its code raises; other errors as they
    are.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        place = _place(error, document.folder)
        if place is None:
            raise
        said = " ".join((error.msg if isinstance(error, SyntaxError) else str(error)).split())
        raise InputError(f"{place}: {type(error).__name__}: {said}; mend it") from error


def _place(error: Exception, folder: Path) -> str | None:
    """Where the document's code went wrong: the last place of it that was run, or was to be."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno) for frame in frames]
    if isinstance(error, SyntaxError):
        places.append((str(error.filename), error.lineno))
    own = [place for place in places if Path(place[0]).resolve().is_relative_to(folder)]
    return f"{own[-1][0]}, line {own[-1][1]}" if own else None


@contextmanager
def heard() -> Iterator[list[Path]]:
    """The files that Python opens to read meanwhile."""
    global _noted
    _noted = noted = []
    try:
        yield noted
    finally:
        _noted = None


def check(
    document: Document, what: str, read: Iterable[Path], known: Iterable[Path], *, remedy: str
) -> None:
    """Check that what makes `what` has read no files but known ones.

    Raises: InputError for another file of the document's folder, or of what lies beside that, as
    results and experiments do.
    """
    if document.is_report:
        return  # made by the package alone
    places = {form for path in known for form in _forms(path)}
    for path in read:
        if not (_forms(path) & places) and _is_input(path, document):
            raise InputError(
                f"{what}: wanted it to read only files that it is made anew for, got {path}; "
                f"{remedy}"
            )


def _forms(path: Path) -> set[Path]:
    """A file by where it is said to be, and by where it is: links lead elsewhere."""
    whole = Path(os.path.abspath(path))
    return {whole, whole.parent.resolve() / whole.name, whole.resolve()}


def _is_input(path: Path, document: Document) -> bool:
    """Whether a file is in the document's folder or beside it, and none of a program."""
    if path.suffix in CODE:
        return False
    forms, around = _forms(path), document.folder.parent
    if any(form.is_relative_to(document.folder) for form in forms):
        return True
    if any(form.is_relative_to(place) for form in forms for place in PROGRAMS):
        return False
    near = [form.relative_to(around) for form in forms if form.is_relative_to(around)]
    return any(not part.startswith(".") for form in near for part in form.parts[:1])
