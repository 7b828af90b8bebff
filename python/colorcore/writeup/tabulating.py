"""Tables, written."""

from __future__ import annotations

from colorcore.outputs import write_text
from colorcore.writeup import making
from colorcore.writeup.subject import Subject
from colorcore.writeup.written import Written


def tabulate(subject: Subject, name: str) -> None:
    """Write a table as Markdown, into tables/, and its record.

    Raises: InputError when there is no such table or its data cannot be used, or the module
    that writes it makes a mistake.
    """
    with making.of(subject, "tables", name) as (module, options):
        text = making.said(module, "write", module.write(subject, **options))
    write_text(subject.results.judged / "tables" / f"{name}.md", text)
    Written.of(subject).part("tables", name, subject).note()
