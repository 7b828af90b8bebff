"""The text of a dopesheet, as rows of cells, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from colorcore.errors import InputError


class ScheduleError(InputError):
    """A mistake in a dopesheet."""


def read_text(path: Path) -> str:
    """The text of a dopesheet.

    Raises: ScheduleError when there is none, or it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ScheduleError(f"{path}: no such dopesheet; each experiment needs one") from None
    except UnicodeDecodeError as error:
        raise ScheduleError(
            f"{path}: wanted UTF-8 text, got other bytes ({error.reason} at byte {error.start}); "
            "export it again as CSV in UTF-8"
        ) from None
    except OSError as error:
        raise ScheduleError(
            f"{path}: wanted a file that can be read, got {error.strerror}; mend it"
        ) from None


def rows_of(text: str) -> list[list[str]]:
    """The rows of a dopesheet that resolves, its header first, as cells without space about them.

    Example:

        >>> rows_of("STEP, lr\\n0,0.1\\n\\n")
        [['STEP', 'lr'], ['0', '0.1']]
    """
    rows = csv.reader(io.StringIO(text, newline=""))
    return [[cell.strip() for cell in row] for row in rows if any(map(str.strip, row))]


def text_of(rows: Iterable[Iterable[str]]) -> str:
    """The text of a dopesheet of such rows."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
