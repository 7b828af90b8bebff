"""The results behind the pages in one file, for readers who would reckon with them themselves."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from colorcore.writeup.written import DATA, NUMBERS, Written

INDEX = "index.csv"  # which results each part was made of


def write(written: Written, folder: Path) -> Path:
    """Write a ZIP of every result that figures, tables and numbers are made of, and which of which.

    The same results make the same bytes.

    Raises: InputError when one is not as it was written.
    """
    rows, files = _index(written)
    path = folder / DATA
    with ZipFile(path, "w") as bundle:
        _add(bundle, INDEX, rows.encode())
        for name in [*sorted(files), NUMBERS]:
            _add(bundle, name, (written.build / name).read_bytes())
    return path


def _index(written: Written) -> tuple[str, set[str]]:
    """A line for each part and result, as CSV, and the results by their places in the build."""
    text = io.StringIO()
    rows = [(part, path.relative_to(written.build).as_posix()) for part, path in written.results()]
    csv.writer(text, lineterminator="\n").writerows([("part", "result"), *rows])
    return text.getvalue(), {name for _, name in rows}


def _add(bundle: ZipFile, name: str, content: bytes) -> None:
    bundle.writestr(ZipInfo(name), content, ZIP_DEFLATED)  # of the date that ZIP begins with
