"""Documents opened by their folder, and what the text itself brings: its numbers and claims."""

from __future__ import annotations

from pathlib import Path

from colorcore.errors import InputError
from colorcore.experiment.folder import SETTINGS
from colorcore.experiment.loading import load, read_settings
from colorcore.results.measures import index_of
from colorcore.writeup import making, single
from colorcore.writeup.document import FILE, Contents, Document

EXPERIMENTS = "experiments"
OWN = ("numbers", "claims")  # what a document brings beside its text


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


def modules(document: Document) -> list[str]:
    """The modules of its own that its numbers and claims are made by."""
    return [] if document.is_report else [f"{document.folder.name}.{n}" for n in OWN]


def check(document: Document, seeds: int) -> None:
    """Check, before anything is trained, that all of a document can be made of so many runs.

    Raises: InputError when the representative run of the main one would not be trained, or a figure
    or table is of what there is not.
    """
    for name in document.figures:
        _check_read(document, "figures", name)
    for name in document.tables:
        _check_read(document, "tables", name)
    main = document.load(document.main_name)
    index_of(main.representative_seed, list(range(main.first_seed, main.first_seed + seeds)))


def _check_read(document: Document, kind: making.Kind, name: str) -> None:
    for read in making.reads(document, kind, name):
        if read not in document.names:
            raise InputError(
                f"{document.folder / FILE}: {kind}.{name}: reads results of {read}, which the "
                "document is not about; add that to a group or to others, or leave this out"
            )


def write_numbers(document: Document, build: Path) -> None:
    """Compute every number that the text quotes, into numbers.json."""
    from colorcore.writeup import numbers, single_text

    made = single_text.numbers if document.is_report else document.own("numbers").numbers
    numbers.write(build / "numbers.json", made(document, build))


def check_claims(document: Document, build: Path) -> None:
    """Check what the text claims in words; the package's own text of a report claims nothing.

    Raises: InputError naming the sentence that the results do not bear out.
    """
    from colorcore.writeup import claims

    if not document.is_report:
        own = document.own("claims")
        claims.check(own.CLAIMS, own.gather(document, build), place=str(build))
