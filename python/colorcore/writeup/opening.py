"""Documents opened by their folder, and what the text itself brings: its numbers and claims."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from colorcore.errors import InputError
from colorcore.experiment.folder import KEPT, SETTINGS
from colorcore.experiment.loading import load, read_settings
from colorcore.results.records import record_of
from colorcore.writeup import making, reading, single
from colorcore.writeup.document import FILE, Contents, Document
from colorcore.writeup.files import data
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
    """Compute every number that the text quotes, into numbers.json, and write its record.

    Raises: InputError for a mistake in the document's code, when it reads a file that is no data of
    the document, and for what a text cannot quote.
    """
    from colorcore.writeup import numbers, single_text

    if document.is_report:
        place, made = str(document.folder), single_text.numbers(document, build)
    else:
        with _own(document, "numbers", build) as module:
            place, made = str(module.__file__), module.numbers(document, build)
    part = Written(document, build).numbers
    (path,) = part.made
    numbers.write(path, made, place=place)
    part.note()


def check_claims(document: Document, build: Path) -> None:
    """Check what the text claims in words; the package's own text of a report claims nothing.

    Raises: InputError naming the sentence that the results do not bear out; as `write_numbers`.
    """
    from colorcore.writeup import claims

    if not document.is_report:
        with _own(document, "claims", build) as own:
            claims.check(own.CLAIMS, own.gather(document, build), place=str(build))


@contextmanager
def _own(document: Document, name: str, build: Path) -> Iterator[ModuleType]:
    """A module of the document's own, for what is computed by it within.

    Raises: InputError for a mistake in it, and when it reads a file that is no data.
    """
    with reading.heard() as read, reading.told(document):
        module = document.own(name)
        yield module
    what, remedy = str(module.__file__), "read what the page on documents says"
    reading.check(
        document, what, read, [*data(document), *_results(document, build)], remedy=remedy
    )


def _results(document: Document, build: Path) -> list[Path]:
    """What numbers and claims are made of besides: results, what made them, settings, and what is
    kept beside those."""
    audits = [build / place for place in making.audits(document)]
    folders = [document.experiments / name for name in document.names]
    of_each = ("runs.csv", "moments.csv", "records/evaluate.json")
    of_main = ("records/train-*.json", "**/interventions.csv", "**/records/interventions.json")
    return [
        *(build / name / file for name in document.names for file in of_each),
        *(file for place in audits for file in (place, record_of(place))),
        *(path for part in of_main for path in (build / document.main_name).glob(part)),
        *making.settings_of(folders),
        *(folder / file for folder in folders for file in KEPT),
    ]
