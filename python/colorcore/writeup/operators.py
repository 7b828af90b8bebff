"""Rows that tables and figures have of operators: what audits of experiments found under each."""

from __future__ import annotations

from colorcore.errors import InputError, unknown
from colorcore.experiment.operators import ALWAYS
from colorcore.writeup.document import FILE, Document

Rows = dict[str, tuple[str, str]]
"""Of each row, by what it is called: the experiment, and the operator on it."""


def experiments_of(rows: Rows) -> list[str]:
    """The experiments whose audits are read."""
    return list(dict.fromkeys(experiment for experiment, _ in rows.values()))


def check_rows(document: Document, rows: Rows, *, part: str) -> None:
    """Every row of a document's `part`, tables or figures, is of an operator that there is.

    Raises: InputError for another.
    """
    for name, operator in rows.values():
        known = [*ALWAYS, *document.load(name).operators]
        if operator not in known:
            place = f"{document.folder / FILE}: {part}"
            raise InputError(f"{place}: {unknown(f'operator of {name}', operator, known)}")
