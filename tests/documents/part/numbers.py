"""The one number that the text quotes."""

from __future__ import annotations

from pathlib import Path

from colorcore.experiment.concepts import key
from colorcore.writeup.document import Document
from colorcore.writeup.numbers import Numbers
from colorcore.writeup.subject import subject


def numbers(document: Document, build: Path) -> Numbers:
    runs = subject(document, build).results.runs()
    return {key(document.main_name): {"runs": str(len(runs))}}
