"""What is written up in a build, each part with a record: figures, tables, numbers and pages.

The records lie in `written/` of the build, in folders of the names of those that hold the parts.
Who reads a part checks it against its record, as readers of results do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from colorcore.experiment.concepts import key
from colorcore.results import records
from colorcore.results.files import Results, read_result
from colorcore.writeup import making
from colorcore.writeup.document import Document
from colorcore.writeup.making import Kind
from colorcore.writeup.origins import Origins
from colorcore.writeup.subject import Subject, subject

FILES: dict[Kind, tuple[str, ...]] = {
    "figures": ("-light.svg", "-dark.svg", ".txt"),
    "tables": (".md",),
}
"""How the names of the files of a figure and of a table end."""

RECORDS = "written"  # in the folder of the build: that it is no experiment's shows by the name
NUMBERS = "numbers.json"
DATA = "data.zip"
PAGES = ("index.html", "index.pdf", DATA)


@dataclass(frozen=True)
class Part:
    """A part of what is written up: its files, what decides them, and of which results it is.

    What takes looking at settings or results is asked for when it is needed.
    """

    build: Path
    name: str
    made: list[Path]
    origin: Callable[[], Mapping[str, str]]
    of: Callable[[], Iterable[Path]]

    @property
    def record(self) -> Path:
        return self.build / RECORDS / f"{self.name}.json"

    def note(self) -> None:
        """Write its record.

        Raises: InputError when a result that it is of is not as it was written, even one that
        what made the part did not look at.
        """
        of, made = (records.digests(paths, self.build) for paths in (self.of(), self.made))
        records.write(self.record, self.origin(), made=made, of=of)

    def check(self) -> records.Record:
        """Its record.

        Raises: InputError, one line, when there is none, or it is of another document, or of that
        as it no longer is.
        """
        return records.check_origin(self.record, self.origin())

    def read(self) -> dict[str, bytes]:
        """Its files, by their names.

        Raises: InputError as `check`, and when a file is missing or is not what was written.
        """
        for path in self.made:
            records.check(path, path.relative_to(self.build).as_posix(), self.check)
        return {path.name: read_result(path, Path.read_bytes) for path in self.made}


class Written:
    """What is written up of a document, with the results in a build."""

    def __init__(self, document: Document, build: Path) -> None:
        self.document, self.build = document, build
        self._load = cache(document.load)
        self.origins = Origins(document, self._load)

    @classmethod
    def of(cls, one: Subject) -> Written:
        """What is written up of a subject's document, where that one's results are."""
        return cls(one.document, one.results.folder.parent)

    def part(self, kind: Kind, name: str, one: Subject) -> Part:
        """A figure or a table of one of the deletions."""
        place = one.results.judged / kind
        return Part(
            self.build,
            (place / name).relative_to(self.build).as_posix(),
            [place / f"{name}{end}" for end in FILES[kind]],
            lambda: self.origins.of(kind, name),
            lambda: self._read_by(kind, name, one),
        )

    @property
    def numbers(self) -> Part:
        """The numbers that the text quotes."""
        made = [self.build / NUMBERS]
        return Part(
            self.build, "numbers", made, lambda: self.origins.of_numbers, self._read_by_numbers
        )

    @property
    def pages(self) -> Part:
        """The document, typeset."""
        made = [self.document.out(self.build) / page for page in PAGES]
        return Part(self.build, "pages", made, lambda: self.origins.of_report, self._read_by_pages)

    def subjects(self) -> Iterator[Subject]:
        """The deletions of the main experiment, the first one first."""
        main = subject(self.document, self.build)
        for deletion in main.experiment.deletions.values():
            is_first = deletion == main.deletion
            yield main if is_first else subject(self.document, self.build, deletion=deletion.name)

    def shown(self, one: Subject) -> Iterator[tuple[Kind, Part]]:
        """The figures and tables of a deletion."""
        for kind in FILES:
            for name in self.document.shown(kind, one.deletion, one.experiment.deletion):
                yield kind, self.part(kind, name, one)

    def explorer(self, one: Subject) -> list[Path]:
        """The explorer of a deletion, if it leaves one: that of a former build may lie there."""
        is_first = one.deletion == one.experiment.deletion
        leaves = is_first and one.experiment.leaves_sphere(one.deletion)
        path = one.results.explorer_path
        return [path] if leaves and path.is_file() else []

    def parts(self) -> Iterator[Part]:
        """All of them."""
        yield from (part for one in self.subjects() for _, part in self.shown(one))
        yield from (self.numbers, self.pages)

    def results(self) -> Iterator[tuple[str, Path]]:
        """What readers reckon with: the results that each figure and table is made of, by its name,
        and the tables that numbers are."""
        for one in self.subjects():
            for _, part in self.shown(one):
                yield from ((part.name, path) for path in dict.fromkeys(part.of()))
        yield from (("numbers", path) for path in self._tables())

    def _read_by(self, kind: Kind, name: str, one: Subject) -> Iterator[Path]:
        read = making.reads(self.document, kind, name, key(one.results.deletion))
        for experiment, files in read.items():
            yield from self._named(experiment, *files)

    def _read_by_numbers(self) -> Iterator[Path]:
        yield from self._tables()
        main = self.document.main_name
        yield from self._named(main, "records/train-*.json")
        for one in self.subjects():
            path = one.results.interventions_path
            yield from self._named(main, path.relative_to(self.build / main).as_posix())

    def _tables(self) -> Iterator[Path]:
        for name in self.document.names:
            yield from self._named(name, "runs.csv", "moments.csv")
        for place in map(Path, making.audits(self.document)):
            yield from self._named(place.parent.name, place.name)

    def _read_by_pages(self) -> Iterator[Path]:
        yield from self.numbers.made
        for one in self.subjects():
            yield from (path for _, part in self.shown(one) for path in part.made)
            yield from self.explorer(one)
        yield from {path: None for _, path in self.results()}

    def _named(self, experiment: str, *files: str) -> list[Path]:
        results = Results(self.build / experiment, self._load(experiment))
        return [path for file in files for path in results.named(file)]
