"""What figures and tables are made by and of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_type_hints

from colorcore.errors import InputError, suggest, unknown
from colorcore.experiment.concepts import key
from colorcore.experiment.folder import files as experiment_files
from colorcore.experiment.loading import validate
from colorcore.results.files import AUDIT, OF_RUNS, RECOVERY, RESULTS
from colorcore.results.records import record_of
from colorcore.writeup import reading
from colorcore.writeup.document import FILE, Document, Entry
from colorcore.writeup.files import unheard
from colorcore.writeup.subject import Subject

Kind = Literal["figures", "tables"]

# What a module of each kind has; the second is told the options.
PARTS: dict[Kind, tuple[str, ...]] = {
    "figures": ("READS", "gather", "draw", "describe"),
    "tables": ("READS", "write"),
}


def find(document: Document, kind: Kind, name: str) -> tuple[ModuleType, dict[str, Any]]:
    """The module that makes a figure or table of a document, and what to tell it.

    Raises: InputError when the document shows no such one, there is no such module, or that takes
    other options.
    """
    entries: dict[str, Entry] = getattr(document, kind)
    if name not in entries:
        raise unknown(kind, name, entries)
    module, options = document.module(kind, entries[name].by or name), entries[name].options
    _check(f"{document.folder / FILE}: {kind}.{name}", kind, module, options)
    return module, options


def _check(place: str, kind: Kind, module: ModuleType, options: dict[str, Any]) -> None:
    """The module has what it is asked for, and takes the options that it is told."""
    for part in PARTS[kind]:
        if not hasattr(module, part):
            raise InputError(
                f"{place}: wanted {', '.join(PARTS[kind])} in {module.__file__}, got no {part}; "
                "write it"
            )
    for part, known in (("READS", RESULTS), ("READS_OF", OF_RUNS)):
        _check_reads(f"{module.__file__}: {part}", getattr(module, part, ()), known)
    function = getattr(module, PARTS[kind][1])
    _, *known = signature(function).parameters.values()
    names = [option.name for option in known]
    for option in options:
        if option not in names:
            remedy = suggest(option, names, otherwise="leave it out")
            raise InputError(
                f"{place}.{option}: wanted an option that {module.__name__} takes, "
                f"{', '.join(names) or 'which is none'}; {remedy}"
            )
    for option in known:
        if option.default is option.empty and option.name not in options:
            raise InputError(f"{place}.{option.name}: wanted a value, got none; add it")
    hints = get_type_hints(function)
    for name, value in options.items():
        if name in hints:
            validate(f"{place}.{name}", value, hints[name])


def _check_reads(place: str, files: object, known: tuple[str, ...]) -> None:
    if not isinstance(files, tuple | list):
        raise InputError(f"{place}: wanted a list of results, got {files!r}; put it in brackets")
    for file in files:
        if file not in known:
            raise InputError(f"{place}: {unknown('result', str(file), known)}")


def reads(document: Document, kind: Kind, name: str, deletion: str = "") -> dict[str, list[str]]:
    """The results that a figure or table reads: files in the folders of experiments, by those.

    Of the main experiment, what is made of a deletion lies in the folder of that deletion, where it
    is not the first. A * stands for every shard.
    """
    module, options = find(document, kind, name)
    own = [file if file in OF_RUNS else str(Path(deletion) / file) for file in module.READS]
    found = {document.main_name: own} if own else {}
    if hasattr(module, "reads_of"):
        files = list(getattr(module, "READS_OF", ("runs.csv",)))
        for other in module.reads_of(document, **options):
            found[other] = [*found.get(other, []), *files]
    return found


def audits(document: Document) -> list[str]:
    """The audits of experiments, which are made where a figure or table reads them.

    By their places in the folder of all results.
    """
    kinds: dict[Kind, Iterable[str]] = {"figures": document.figures, "tables": document.tables}
    read = [reads(document, kind, name) for kind, names in kinds.items() for name in names]
    found = {f"{name}/{file}" for each in read for name, own in each.items() for file in own}
    every = (f"{name}/{file}" for name in document.names for file in (AUDIT, RECOVERY))
    return [place for place in every if place in found]


def audited(document: Document, file: str) -> list[str]:
    """The experiments of which there is an audit of that name."""
    places = map(Path, audits(document))
    return [place.parent.name for place in places if place.name == file]


def files(document: Document, kind: Kind, name: str) -> list[Path]:
    """What else it reads: files that are no results."""
    module, options = find(document, kind, name)
    searches = module.searches(document, **options) if hasattr(module, "searches") else []
    return [*_named(document, module), *searches, *unheard(document)]


def _named(document: Document, module: ModuleType) -> list[Path]:
    """The files that a module names, from the document's folder on."""
    named = getattr(module, "FILES", ())
    if not isinstance(named, tuple | list):
        raise InputError(
            f"{module.__file__}: FILES: wanted a list of files, got {named!r}; put it in brackets"
        )
    for file in named:
        if not (document.folder / file).is_file():
            raise InputError(
                f"{module.__file__}: FILES: wanted files that are there, got {str(file)!r}, which "
                f"is not in {document.folder}; put it there, or leave it out"
            )
    return [document.folder / file for file in named]


@contextmanager
def of(subject: Subject, kind: Kind, name: str) -> Iterator[tuple[ModuleType, dict[str, Any]]]:
    """The module that makes a figure or table and its options, for what is made within.

    Raises: InputError as `find` does, for a mistake in the document's own module, and when it reads
    a file that it does not name.
    """
    document = subject.document
    with reading.heard() as read, reading.told(document):
        module, options = find(document, kind, name)
        known = [*files(document, kind, name), *_results(subject, kind, name)]
        yield module, options
    what, remedy = str(module.__file__), "name it in its FILES, READS or reads_of"
    reading.check(document, what, read, known, remedy=remedy)


def _results(subject: Subject, kind: Kind, name: str) -> list[Path]:
    """The results that it says it reads, what made them, and the settings of those experiments."""
    document, build = subject.document, subject.results.folder.parent
    read = reads(document, kind, name, key(subject.results.deletion))
    made = [p for one, each in read.items() for part in each for p in (build / one).glob(part)]
    experiments = [document.experiments / one for one in (document.main_name, *read)]
    return [*made, *map(record_of, made), *settings_of(experiments)]


def settings_of(folders: Iterable[Path]) -> list[Path]:
    """The files that experiments in folders are read from."""
    found = []
    for folder in folders:
        settings, dopesheet, data = experiment_files(folder)
        found += [*settings, dopesheet, *([] if data is None else [data])]
    return found


def said(module: ModuleType, function: str, text: object) -> str:
    """What a function of a module returns for readers.

    Raises: InputError when that is no text, or says nothing.
    """
    if not isinstance(text, str) or not text.strip():
        got = "none that says anything" if isinstance(text, str) else type(text).__name__
        raise InputError(f"{module.__file__}: wanted a text from {function}, got {got}; return one")
    return text
