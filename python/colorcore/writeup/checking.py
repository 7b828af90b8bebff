"""Whether all of a document can be made, before anything of it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from colorcore import provenance
from colorcore.errors import InputError, unknown
from colorcore.experiment.concepts import key
from colorcore.experiment.folder import DOPESHEET, SETTINGS
from colorcore.experiment.folder import read as read_yaml
from colorcore.experiment.loading import Experiment
from colorcore.parsed import parsed
from colorcore.results.measures import index_of
from colorcore.writeup import apparatus, imports, making, single_text
from colorcore.writeup.document import FILE, OWN, Document
from colorcore.writeup.files import texts
from colorcore.writeup.letters import check_figures, check_pages
from colorcore.writeup.single_names import PLACEHOLDER, known
from colorcore.writeup.subject import subject
from colorcore.writeup.text import check as check_text
from colorcore.writeup.text import fill
from colorcore.writeup.text import read as read_text

LONGEST = 200  # bytes of a name, that files may be called by it and more
REPEATED = re.compile(r"(.+?)\1{19}$")  # what Snakemake takes for a path without end
FILES = ("index.qmd", "_metadata.yml", "__init__.py")  # of a document, besides its modules


def check(document: Document, seeds: int, load: Callable[[str], Experiment] | None = None) -> None:
    """Check, before anything is trained, that all of a document can be made of so many runs.

    Its experiments are loaded by `load`, if somebody has them already.

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
    load = load or document.load
    main = load(document.main_name)
    if not document.is_report:
        _check_files(document)
        own = _own_sources(document)
        imports.check(document, own)
        _check_named(document, own)
    _check_letters(document, load)
    _check_terms(document, load)
    _check_text(document, main)
    _check_places(document, main)
    trained = list(range(main.first_seed, main.first_seed + seeds))
    index_of(main.representative_seed, trained, place=main.folder / SETTINGS)


def _check_read(document: Document, kind: making.Kind, name: str) -> None:
    module, options = making.find(document, kind, name)
    if hasattr(module, "check"):
        module.check(document, **options)
    making.files(document, kind, name)
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
    for module, parts in OWN.items():
        places = [document.folder / f"{module}.py", document.folder / module / "__init__.py"]
        file = next((place for place in places if place.is_file()), None)
        if file is None:
            raise InputError(f"{document.folder}: wanted a module {module}.py, got none; write it")
        for part in parts.difference(parsed(file).defined):
            raise InputError(f"{file}: wanted {', '.join(sorted(parts))}, got no {part}; write it")
    read_yaml(document.folder / "_metadata.yml")


def _own_sources(document: Document) -> list[Path]:
    """The files of the document's folder that its numbers and claims are computed by."""
    found = provenance.sources("numbers", *document.modules, also=document.package)
    return [path for path in found if path.is_relative_to(document.folder)]


def _check_named(document: Document, files: Iterable[Path]) -> None:
    """What its numbers and claims call by the name of an experiment, the document is about."""
    there = {path.parent.name for path in document.experiments.glob(f"*/{SETTINGS}")}
    absent = there - set(document.names)
    for path in files:
        for name in absent.intersection(parsed(path).constants):
            raise InputError(
                f"{path}: names {name}, an experiment which {document.folder / FILE} is not about; "
                "add it there to a group or to others, or leave it out here"
            )


def _check_text(document: Document, main: Experiment) -> None:
    """What its text refers to is there, or will be made."""
    made, folder = _included(document, main), document.folder
    if document.is_report:
        text, variables = single_text.text(subject(document, Path())), known(main)
        variables["document"] = dict.fromkeys(apparatus.PARTS, PLACEHOLDER)
    else:  # its numbers are what its own code returns
        text, variables = read_text(folder / "index.qmd"), None
    whole = fill(folder, text, "index.qmd", variables, made)
    check_text(whole, folder, made)
    check_pages("index.qmd", whole)


def _check_letters(document: Document, load: Callable[[str], Experiment]) -> None:
    """What it is called, and what figures and tables call its experiments, can be shown."""
    if not document.is_report:
        metadata = document.folder / "_metadata.yml"
        check_pages(str(metadata), read_text(metadata))
    for name, label in document.names.items():
        experiment, place = load(name), document.experiments / name
        sheet = experiment.schedule
        phases, actions = " ".join(sheet.phases["phase"]), " ".join(sheet.actions["action"])
        check_pages(f"{place / SETTINGS}: title", experiment.title)
        check_figures(f"{place / SETTINGS}: concepts", " ".join(experiment.concepts))
        check_figures(f"{place / DOPESHEET}: phases", phases)
        check_pages(f"{place / DOPESHEET}: actions", actions)
        check_figures(f"{document.folder / FILE}: {name}", label)


def _check_terms(document: Document, load: Callable[[str], Experiment]) -> None:
    """What it calls otherwise are terms of its experiments."""
    known = [term for name in document.names for term in load(name).regularizers]
    for name, label in document.terms.items():
        if name not in known:
            raise InputError(
                f"{document.folder / FILE}: {unknown('terms', name, dict.fromkeys(known))}"
            )
        check_figures(f"{document.folder / FILE}: terms.{name}", label)


def _check_places(document: Document, main: Experiment) -> None:
    """What its files and results are called by can be in paths."""
    for path in texts(document):
        if set("{}") & set(path.name):
            raise InputError(
                f"{path}: wanted a name without braces, in which Snakemake has wildcards; rename it"
            )
    names = {f"{document.experiments / name}": name for name in document.names}
    for name in main.deletions:
        names[f"{main.folder / SETTINGS}: surgery.deletions.{name}"] = key(name)
    for place, name in names.items():
        if len(name.encode()) > LONGEST:
            raise InputError(
                f"{place}: wanted a name of at most {LONGEST} bytes, by which folders are called, "
                f"got {len(name.encode())}; name it otherwise"
            )
        repeated = REPEATED.search(name)
        if repeated:
            raise InputError(
                f"{place}: wanted a name that does not end in the same letters twenty times, which "
                f"Snakemake takes for a path without end, got {repeated[1]!r} so often; rename it"
            )


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
