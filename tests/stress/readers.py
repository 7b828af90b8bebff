"""The commands that read each file of a build."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from building import files
from colorcore.cli import app
from colorcore.errors import InputError
from colorcore.results.records import FOLDER, record_of
from colorcore.writeup.document import Document
from colorcore.writeup.making import Kind
from colorcore.writeup.origins import COMMANDS
from colorcore.writeup.plan import Plan
from colorcore.writeup.written import Part, Written

TRAINED = ("weights-0.safetensors", "snapshots-0.safetensors", "history-0.parquet")
JUDGING = {"cubes": TRAINED[:2], "interventions": TRAINED[:1], "explorer": TRAINED[1:2]}


@dataclass(frozen=True)
class Reader:
    """A command, what it reads and what it makes."""

    arguments: list[str]
    reads: list[Path]
    makes: list[Path]

    def assert_not_deceived(self, how: str) -> None:
        """It refuses in one line, or what it makes is what is there; it leaves nothing else."""
        before = {path: path.read_bytes() for path in self.makes}
        done = CliRunner().invoke(app, self.arguments)
        said = f"{' '.join(self.arguments)} of {how}: {done.exception!r}"
        assert done.exception is None or isinstance(done.exception, InputError), said
        assert "\n" not in str(done.exception or ""), said
        assert [path for path in self.makes if path.read_bytes() != before[path]] == [], said


def readers(build: Path) -> dict[str, list[Reader]]:
    """By each file of a small build of the paper, those that read it."""
    config = {"document": "paper", "build": str(build), "seeds": 4, "shards": 1}
    plan = Plan.of({**config, "check_claims": False})
    written = Written(plan.document, build)
    every = [
        *_evaluations(plan),
        *_judgements(plan),
        *_drawn(plan, written),
        _numbers(plan.document, written.numbers),
        _pages(plan.document, written),
    ]
    found: dict[str, list[Reader]] = defaultdict(list)
    for reader in every:
        for path in reader.reads:
            found[path.relative_to(build).as_posix()].append(reader)
    assert not found.keys() - files(build).keys()
    return found


def _step(plan: Plan, name: str, step: str, reads: tuple[str, ...]) -> Reader:
    folder = Path(plan.build) / name
    record = folder / FOLDER / f"{step}.json"
    command = [step, plan.folder(name), "--out", str(folder), "--shards", "1"]
    read = [folder / file for file in (*reads, f"{FOLDER}/train-0.json")]
    return Reader(command, read, [record])


def _evaluations(plan: Plan) -> list[Reader]:
    return [_step(plan, name, "evaluate", TRAINED) for name in plan.experiments]


def _judgements(plan: Plan) -> list[Reader]:
    return [_step(plan, plan.main.name, step, reads) for step, reads in JUDGING.items()]


def _drawn(plan: Plan, written: Written) -> list[Reader]:
    (one,) = written.subjects()
    return [_shown(plan, kind, part) for kind, part in written.shown(one)]


def _shown(plan: Plan, kind: Kind, part: Part) -> Reader:
    name = part.record.stem
    results = [file for file in plan.reads(kind, name, "") if file.startswith(plan.build)]
    command = [COMMANDS[kind], plan.place, name, "--build", plan.build]
    return Reader(command, [*map(Path, [*results, *plan.records(results)])], part.made)


def _numbers(document: Document, part: Part) -> Reader:
    of = [*part.of()]
    read = {*of, *(record_of(path) for path in of if path.parent.name != FOLDER)}
    command = ["numbers", document.folder.name, "--build", str(part.build), "--no-check-claims"]
    return Reader(command, sorted(read), part.made)


def _pages(document: Document, written: Written) -> Reader:
    *parts, pages = written.parts()
    (one,) = written.subjects()
    scene = one.results.explorer_path
    read = [path for part in parts for path in (part.record, *part.made)]
    read += [scene, scene.parent / FOLDER / "explorer.json"]
    command = ["report", document.folder.name, "--build", str(written.build)]
    return Reader(command, read, pages.made)
