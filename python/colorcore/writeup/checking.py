"""Whether all of a document can be made, before anything of it is."""

from __future__ import annotations

from pathlib import Path

from colorcore import provenance
from colorcore.errors import InputError, unknown
from colorcore.experiment.concepts import key
from colorcore.experiment.folder import SETTINGS
from colorcore.experiment.folder import read as read_yaml
from colorcore.experiment.loading import Experiment
from colorcore.results.files import RESULTS
from colorcore.results.measures import index_of
from colorcore.writeup import making, single_text
from colorcore.writeup.document import FILE, OWN, Document
from colorcore.writeup.subject import subject
from colorcore.writeup.text import check as check_text
from colorcore.writeup.text import fill
from colorcore.writeup.text import read as read_text

FILES = ("index.qmd", "_metadata.yml", "__init__.py")  # of a document, besides its modules


def check(document: Document, seeds: int) -> None:
    """Check, before anything is trained, that all of a document can be made of so many runs.

    Raises: InputError when the representative run of the main experiment would not be trained, or
    too few others, or a part of the document is missing or is of what there is not.
    """
    if seeds < document.least_seeds:
        raise InputError(
            f"{document.folder / FILE}: least_seeds: wanted at least {document.least_seeds} seeds, "
            f"of which its numbers can be computed, got {seeds}; train more"
        )
    for name in document.figures:
        _check_read(document, "figures", name)
    for name in document.tables:
        _check_read(document, "tables", name)
    main = document.load(document.main_name)
    if not document.is_report:
        _check_files(document)
        _check_named(document)
    _check_text(document, main)
    trained = list(range(main.first_seed, main.first_seed + seeds))
    index_of(main.representative_seed, trained, place=main.folder / SETTINGS)


def _check_read(document: Document, kind: making.Kind, name: str) -> None:
    module, options = making.find(document, kind, name)
    if hasattr(module, "check"):
        module.check(document, **options)
    for read, files in making.reads(document, kind, name).items():
        for file in files:
            if file not in RESULTS:
                raise InputError(f"{module.__file__}: {unknown('READS', file, RESULTS)}")
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
    for module, parts in OWN.items():
        places = [document.folder / f"{module}.py", document.folder / module / "__init__.py"]
        file = next((place for place in places if place.is_file()), None)
        if file is None:
            raise InputError(f"{document.folder}: wanted a module {module}.py, got none; write it")
        for part in parts - provenance.defined(file):
            raise InputError(f"{file}: wanted {', '.join(sorted(parts))}, got no {part}; write it")
    read_yaml(document.folder / "_metadata.yml")


def _check_named(document: Document) -> None:
    """What its numbers and claims call by the name of an experiment, the document is about."""
    there = {path.parent.name for path in document.experiments.glob(f"*/{SETTINGS}")}
    absent = there - set(document.names)
    for path in provenance.sources("numbers", *document.modules, also=document.package):
        if path.is_relative_to(document.folder):
            for name in provenance.constants(path) & absent:
                raise InputError(
                    f"{path}: names {name}, an experiment which {document.folder / FILE} is not "
                    "about; add it there to a group or to others, or leave it out here"
                )


def _check_text(document: Document, main: Experiment) -> None:
    """What its text refers to is there, or will be made."""
    made, folder = _included(document, main), document.folder
    if document.is_report:
        text = single_text.text(subject(document, Path()))
    else:
        text = read_text(folder / "index.qmd")
    check_text(fill(folder, text, "index.qmd", made=made), folder, made)


def _included(document: Document, main: Experiment) -> set[str]:
    """What a build of a document makes for its text to show."""
    found = {f"{main.name}/explorer.md"} if main.leaves_sphere(main.deletion) else set()
    for deletion in main.deletions.values():
        place = Path(main.name) / ("" if deletion == main.deletion else key(deletion.name))
        for kind in ("figures", "tables"):
            names = document.shown(kind, deletion, main.deletion)
            found |= {
                (place / kind / f"{name}{end}").as_posix()
                for name in names
                for end in (".md", "-light.svg", "-dark.svg")
            }
    return found
