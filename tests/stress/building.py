"""Two builds compared: what in them must be the same, byte for byte, and what may differ.

May differ: how long training took, which records note and the table of times, the numbers, the
pages and what goes with them tell. Logs and benchmarks are of a build, and not results of it; the
stage is remade whenever something is typeset.
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from zipfile import ZipFile

PASSING = ("logs", "benchmarks", "stage")  # folders of what is no result
TELL_TIMES = re.compile(
    r"records/train-\d+\.json|tables/times\.md|numbers\.json|index\.(html|pdf)|data\.zip"
)
NUMBER = re.compile(rb"\d+(\.\d+)?")


def files(build: Path) -> dict[str, Path]:
    """What a build leaves that is meant to be read, by its place."""
    found = {path.relative_to(build).as_posix(): path for path in sorted(build.rglob("*"))}
    return {
        name: path
        for name, path in found.items()
        if path.is_file() and name.split("/")[0] not in PASSING and path.suffix != ".log"
    }


def content(build: Path) -> dict[str, object]:
    """What is the same in two builds, of each file."""
    return {name: _steady(name, path.read_bytes()) for name, path in files(build).items()}


def _steady(name: str, whole: bytes) -> object:
    if "/records/" in name or name.startswith("written/"):
        return _without_times(json.loads(whole))
    if name == "numbers.json":
        return _without(json.loads(whole), "times")
    if name.endswith("tables/times.md"):
        return NUMBER.sub(b"#", whole)
    if name.endswith(".html"):
        return len(whole) // 1000, whole.rstrip()[-7:]
    if name.endswith(".zip"):
        with ZipFile(io.BytesIO(whole)) as bundle:
            return [(one, _steady(one, bundle.read(one))) for one in bundle.namelist()]
    if name.endswith(".pdf"):
        return whole[:5], whole.rstrip()[-5:]
    return whole


def _without_times(record: dict) -> dict:
    for part in ("made", "of"):
        record[part] = {k: v for k, v in record[part].items() if not TELL_TIMES.search(k)}
    return {k: v for k, v in record.items() if k not in ("seconds", "digest")}


def _without(numbers: object, left_out: str) -> object:
    if not isinstance(numbers, dict):
        return numbers
    return {k: _without(v, left_out) for k, v in numbers.items() if k != left_out}
