"""Documents opened by their folder, and what the text itself brings: its numbers and claims."""

from __future__ import annotations

from pathlib import Path

from colorcore.errors import InputError
from colorcore.experiment.folder import SETTINGS
from colorcore.experiment.loading import load, read_settings
from colorcore.writeup import single
from colorcore.writeup.document import FILE, Contents, Document
from colorcore.writeup.written import Written

EXPERIMENTS = "experiments"


def read(folder: Path) -> Document:
    """The document in a folder, or the report of the experiment in it.

    A document's experiments lie in the folder `experiments` beside it, and an experiment's beside
    itself.

    Raises: ExperimentError, one line that names file, place, what was wanted, what came and the
    remedy; InputError for a folder that holds neither.
    """
    if (folder / FILE).is_file():
        experiments = folder.resolve().parent / EXPERIMENTS
        return Document.of(read_settings(folder / FILE, Contents), folder, experiments)
    if (folder / SETTINGS).is_file():
        return Document.of(single.contents(load(folder)), folder, folder.resolve().parent)
    raise InputError(
        f"{folder}: wanted a folder with {FILE}, or that of an experiment, with {SETTINGS}, got "
        "neither; name another"
    )


def write_numbers(document: Document, build: Path) -> None:
    """Compute every number that the text quotes, into numbers.json, and write its record."""
    from colorcore.writeup import numbers, single_text

    made = single_text.numbers if document.is_report else document.own("numbers").numbers
    part = Written(document, build).numbers
    (path,) = part.made
    numbers.write(path, made(document, build))
    part.note()


def check_claims(document: Document, build: Path) -> None:
    """Check what the text claims in words; the package's own text of a report claims nothing.

    Raises: InputError naming the sentence that the results do not bear out.
    """
    from colorcore.writeup import claims

    if not document.is_report:
        own = document.own("claims")
        claims.check(own.CLAIMS, own.gather(document, build), place=str(build))
