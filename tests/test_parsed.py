"""What Python files say, and that it is noted once for each content."""

from __future__ import annotations

import pytest

from colorcore import parsed as module
from colorcore.parsed import Import, parsed

SOURCE = '''"""A module."""
from typing import TYPE_CHECKING

from ..beside import helper as h

try:
    import quick
except ImportError:
    quick = None
if TYPE_CHECKING:
    import slow
WIDTH = "wide"


def size():
    """Docs."""
    inner = "narrow"
    return inner
'''


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A file, where Snakemake builds and nobody has parsed anything."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".snakemake").mkdir()
    module._of.cache_clear()
    path = tmp_path / "one.py"
    path.write_text(SOURCE)
    yield path
    module._of.cache_clear()


def notes(file):
    return list((file.parent / ".snakemake" / "parsed").glob("*.json"))


def test_imports_are_told_with_where_they_stand_and_when_they_run(file):
    assert parsed(file).imports == [
        Import(2, 0, "typing", "TYPE_CHECKING", runs=True, tried=False),
        Import(4, 2, "beside", "helper", runs=True, tried=False),
        Import(7, 0, "quick", "", runs=True, tried=True),
        Import(11, 0, "slow", "", runs=False, tried=False),
    ]


def test_names_and_texts_are_told_of_what_runs(file):
    found = parsed(file)
    assert found.constants == ["narrow", "wide"]
    assert {"WIDTH", "h", "quick", "size"} <= set(found.defined)
    assert {"inner", "slow"}.isdisjoint(found.defined)
    assert {"inner", "slow", "h"} <= set(found.names)


def test_the_meaning_is_that_of_what_runs(file):
    before = parsed(file).meaning
    file.write_text(SOURCE.replace("Docs.", "Words.").replace("import slow", "import slower"))
    assert parsed(file).meaning == before
    file.write_text(SOURCE.replace('"narrow"', '"small"'))
    assert parsed(file).meaning != before


def test_what_is_parsed_once_is_read_from_its_note_by_other_processes(file, monkeypatch):
    before = parsed(file)
    assert len(notes(file)) == 1
    module._of.cache_clear()
    monkeypatch.setattr(module, "_parse", None)
    assert parsed(file) == before


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"imports": [[1]]}', "null"])
def test_a_damaged_note_is_written_anew(file, damage):
    before = parsed(file)
    (note,) = notes(file)
    whole = note.read_text()
    note.write_text(damage)
    module._of.cache_clear()
    assert parsed(file) == before
    assert note.read_text() == whole


def test_another_content_has_another_note(file):
    parsed(file)
    file.write_text(f"{SOURCE}# Why.\n")
    parsed(file)
    assert len(notes(file)) == 2


def test_where_snakemake_does_not_build_nothing_is_noted(file):
    (file.parent / ".snakemake").rmdir()
    assert parsed(file).defined
    assert not (file.parent / ".snakemake").exists()
