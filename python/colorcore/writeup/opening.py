"""Documents opened by their folder, and what the text itself brings: its numbers and claims."""

from __future__ import annotations

from pathlib import Path

from colorcore import provenance
from colorcore.errors import InputError
from colorcore.experiment.concepts import key
from colorcore.experiment.folder import SETTINGS
from colorcore.experiment.loading import Experiment, load, read_settings
from colorcore.results.measures import index_of
from colorcore.writeup import making, single
from colorcore.writeup.document import FILE, Contents, Document
from colorcore.writeup.text import check_includes

EXPERIMENTS = "experiments"
OWN = ("numbers", "claims")  # the modules that a document brings beside its text
FILES = ("index.qmd", "_metadata.yml", "__init__.py")  # and its other files


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

    Raises: InputError when the representative run of the main experiment would not be trained, or a
    part of the document is missing or is of what there is not.
    """
    for name in document.figures:
        _check_read(document, "figures", name)
    for name in document.tables:
        _check_read(document, "tables", name)
    main = document.load(document.main_name)
    if not document.is_report:
        _check_files(document)
        _check_named(document)
        check_includes(document.folder, _included(document, main))
    index_of(main.representative_seed, list(range(main.first_seed, main.first_seed + seeds)))


def _check_read(document: Document, kind: making.Kind, name: str) -> None:
    for read in making.reads(document, kind, name):
        if read not in document.names:
            raise InputError(
                f"{document.folder / FILE}: {kind}.{name}: reads results of {read}, which the "
                "document is not about; add that to a group or to others, or leave this out"
            )


def _check_files(document: Document) -> None:
    for name in FILES:
        if not (document.folder / name).exists():
            raise InputError(
                f"{document.folder}: wanted {', '.join(FILES)}, got no {name}; write it, however "
                "little it says"
            )
    for module in OWN:
        places = [document.folder / f"{module}.py", document.folder / module / "__init__.py"]
        if not any(place.is_file() for place in places):
            raise InputError(f"{document.folder}: wanted a module {module}.py, got none; write it")


def _check_named(document: Document) -> None:
    """What its numbers and claims call by the name of an experiment, the document is about."""
    there = {path.parent.name for path in document.experiments.glob(f"*/{SETTINGS}")}
    absent = there - set(document.names)
    for path in provenance.sources("numbers", *modules(document), also=document.package):
        if path.is_relative_to(document.folder):
            for name in provenance.constants(path) & absent:
                raise InputError(
                    f"{path}: names {name}, an experiment which {document.folder / FILE} is not "
                    "about; add it there to a group or to others, or leave it out here"
                )


def _included(document: Document, main: Experiment) -> set[str]:
    """What a build of a document makes for its text to include."""
    found = {f"{main.name}/explorer.md"} if main.leaves_sphere(main.deletion) else set()
    for deletion in main.deletions.values():
        place = Path(main.name) / ("" if deletion == main.deletion else key(deletion.name))
        for kind in ("figures", "tables"):
            names = document.shown(kind, deletion, main.deletion)
            found |= {(place / kind / f"{name}.md").as_posix() for name in names}
    return found


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
