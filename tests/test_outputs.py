"""Outputs are whole or absent."""

from __future__ import annotations

import pytest

from colorcore.errors import InputError
from colorcore.outputs import replacing, sweep, write_text


def test_a_file_appears_when_its_block_ends(tmp_path):
    path = tmp_path / "new" / "text.md"
    with replacing(path) as stand_in:
        stand_in.write_text("whole")
        assert stand_in.suffix == ".md"
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "text.md"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as stand_in:
            stand_in.write_text("half")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_named_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError) as caught:
        write_text(tmp_path / "file" / "text.md", "lost")
    assert str(caught.value) == (
        f"{tmp_path}/file: output folder cannot be written to (File exists); "
        "make it writable or choose another with --out"
    )


def test_results_can_be_read_by_others(tmp_path):
    write_text(tmp_path / "shared.md", "for all")
    assert (tmp_path / "shared.md").stat().st_mode & 0o400


def test_what_a_killed_command_left_is_swept_and_nothing_else(tmp_path):
    whole = tmp_path / "a" / "text.md"
    write_text(whole, "whole")
    with replacing(whole) as stand_in:
        stand_in.write_text("whole")
        left = stand_in.with_name(f"{stand_in.stem}x{stand_in.suffix}")  # as of another, killed
        left.write_text("half")
    assert sorted(whole.parent.iterdir()) == [left, whole]
    sweep(tmp_path)
    assert list(whole.parent.iterdir()) == [whole]
