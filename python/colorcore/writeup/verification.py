"""A whole build, checked against what its steps noted of it: what is written up, and results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from colorcore.errors import InputError
from colorcore.experiment.folder import SETTINGS
from colorcore.results import records, verification
from colorcore.results.verification import Findings
from colorcore.writeup import opening
from colorcore.writeup.document import FILE, Document
from colorcore.writeup.written import FILES, NUMBERS, PAGES, RECORDS, Part, Written


def verify(build: Path, experiments: Path) -> Findings:
    """Check all of a build: its results, and the figures, tables, numbers and pages made of them.

    These must be what was made of the documents as they are now, whose folders lie in `experiments`
    or beside it, of results that are still the same; and nothing else may lie beside them.

    Raises: InputError as `verification.verify` of results.
    """
    found = verification.verify(build, experiments)
    noted = {}
    parts: dict[str, dict[Path, Part]] = {}
    for path in sorted((build / RECORDS).rglob("*.json")):
        try:
            name = records.read(path)["experiment"]
            if name not in parts:
                document = _document(path, name, experiments)
                parts[name] = {part.record: part for part in Written(document, build).parts()}
            noted[path] = _part(path, parts[name]).check()
        except InputError as error:
            found.tell(path, error)
    for path, record in noted.items():
        found.check_made(path, build, record["made"])
    for path, record in noted.items():
        found.check_read(path, build, record["of"])
    bad = [one for own in parts.values() for one in own.values() if one.record in found.told]
    told = {file for part in bad for file in part.made}
    found.check_strays(file for file in _written(build, experiments) if file not in told)
    return found


def _document(record: Path, name: str, experiments: Path) -> Document:
    for folder, file in ((experiments.resolve().parent, FILE), (experiments, SETTINGS)):
        if (folder / name / file).is_file():
            return opening.read(folder / name)
    raise InputError(
        f"{record}: wanted a record of a document beside {experiments} or of an experiment in it, "
        f"got one of {name}; name the folder of experiments with --experiments, or delete it"
    )


def _part(record: Path, parts: dict[Path, Part]) -> Part:
    if record not in parts:
        raise InputError(
            f"{record}: wanted only records of what its document shows, got another; delete it and "
            "what it is about"
        )
    return parts[record]


def _written(build: Path, experiments: Path) -> Iterator[Path]:
    """The files in a build that look like what is written up."""
    for experiment in experiments.glob(f"*/{SETTINGS}"):
        for kind, ends in FILES.items():
            paths = (build / experiment.parent.name).rglob(f"{kind}/*")
            yield from sorted(path for path in paths if path.name.endswith(ends))
    yield from build.glob(NUMBERS)
    documents = experiments.resolve().parent.glob(f"*/{FILE}")
    for place in (build, *(build / document.parent.name for document in documents)):
        yield from (place / page for page in PAGES if (place / page).is_file())
