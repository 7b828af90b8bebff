"""Output files: written beside their place and renamed into it, so none is ever half-written."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from colorcore.errors import InputError

PART = ".part-"  # in the name of a stand-in, which nothing else has


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes `path` when the block ends well.

    The stand-in lies in the same folder, so that the rename is atomic, and keeps the suffix, from
    which many writers choose their format. When the block fails, the stand-in is removed and what
    was at `path` stays.

    Raises: InputError when the folder cannot be made or written to.
    """
    stand_in = _stand_in(path)
    try:
        yield stand_in
        # Stand-ins are private, as some writers' files are; results are to be shared.
        os.chmod(stand_in, 0o666 & ~_umask())
        os.replace(stand_in, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        stand_in.unlink(missing_ok=True)


def _stand_in(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{path.stem}{PART}", suffix=path.suffix, dir=path.parent
        )
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"{path.parent}: output folder cannot be written to ({reason}); "
            "make it writable or choose another with --out"
        ) from error
    os.close(handle)
    return Path(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> None:
    """Write a whole text file, UTF-8 with Unix line ends, by `replacing`."""
    with replacing(path) as stand_in:
        stand_in.write_text(text, encoding="utf-8", newline="\n")


def sweep(folder: Path) -> None:
    """Remove the stand-ins that commands left which were killed; none may be at work there."""
    for path in folder.rglob(f".*{PART}*"):
        path.unlink()


def date_now(paths: Iterable[Path | str]) -> None:
    """Date files of the future now: what is made from them would be taken for out of date."""
    now = time.time()
    for path in paths:
        if os.stat(path).st_mtime > now:
            os.utime(path)
