"""Every file of a build comes to be another in turn: it is named, and nobody is deceived by it.

MINUTES=10 SEED=1 pytest -s -m stress tests/stress/test_damage.py
"""

from __future__ import annotations

import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from building import files
from checkout import REPOSITORY
from colorcore import provenance
from colorcore.experiment.loading import load
from colorcore.results import verification
from colorcore.writeup import document
from colorcore.writeup.verification import verify
from damage import damages
from readers import readers

pytestmark = pytest.mark.stress

KIND = re.compile(r"ex-[^/]*|(?<=figures/)[^.]*?(?=-light|-dark|\.)|(?<=tables/)[^.]*")


def test_every_file_of_a_build_that_is_not_what_was_made_is_named_and_refused(
    built, tmp_path, draw, goes_on, monkeypatch
):
    folder = Path(shutil.copytree(built.folder, tmp_path / "checkout"))
    _settle_in(folder, monkeypatch)
    build = Path("build/smoke")
    asked = readers(build)
    there, counts, is_time_left = files(build), Counter(), goes_on(60)
    assert verify(build, Path("experiments")).wrong == []
    for name, is_first in _order(list(there), draw):
        if not (is_first or is_time_left()):
            break
        counts["files"] += 1
        for how, content in damages(there[name], there):
            whole = there[name].read_bytes()
            if content == whole:
                continue
            there[name].write_bytes(content)
            _assert_named(build, there[name], how)
            for reader in asked.get(name, []):
                reader.assert_not_deceived(f"{name}, {how}")
                counts["commands"] += 1
            there[name].write_bytes(whole)
            counts["damages"] += 1
    assert verify(build, Path("experiments")).wrong == []
    print(f"{len(there)} files there; {dict(counts)}")


def _settle_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Call commands in a copy of the repository, of which nothing but results will change."""
    monkeypatch.chdir(folder)
    for name in [name for name in sys.modules if name.split(".")[0] == "paper"]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("REPOSITORY", "PACKAGE"):
        place = getattr(provenance, name).relative_to(REPOSITORY)
        monkeypatch.setattr(provenance, name, folder / place)
    remembered = cache(load)
    for module in (verification, document):
        monkeypatch.setattr(module, "load", remembered)


def _order(names: list[str], draw: random.Random) -> Iterator[tuple[str, bool]]:
    """Files in any order, but one of each kind first; whether it is that."""
    draw.shuffle(names)
    first = {KIND.sub("*", name): name for name in names}.values()
    yield from ((name, True) for name in first)
    yield from ((name, False) for name in names if name not in first)


def _assert_named(build: Path, file: Path, how: str) -> None:
    """`verify` tells of it in one line, with what to do."""
    wrong = verify(build, Path("experiments")).wrong
    lines = [line for line in wrong if line.startswith(f"{file}: ")]
    assert len(lines) == 1, f"{file}, {how}: {wrong}"
    assert lines[0].partition("; ")[2], f"{file}, {how}: {lines}"
    assert all("\n" not in line for line in wrong), f"{file}, {how}: {wrong}"
