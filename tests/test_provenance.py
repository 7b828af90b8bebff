"""Which code decides what a command does."""

from __future__ import annotations

import pytest

from colorcore import provenance


def names(command):
    return {
        path.relative_to(provenance.REPOSITORY).as_posix() for path in provenance.sources(command)
    }


def test_training_depends_on_the_kernels_and_not_on_figures():
    found = names("train")
    assert {
        "python/colorcore/training/loop.py",
        "python/colorcore/cli.py",
        "rust/pairs.rs",
    } <= found
    assert "Cargo.lock" in found
    assert not any("figures" in name or name.endswith("report.py") for name in found)


def test_figures_depend_on_every_figure_and_not_on_training():
    found = names("figure")
    assert "python/colorcore/writeup/figures/style.py" in found
    assert "python/colorcore/writeup/figures/stack.py" in found
    assert "python/colorcore/training/loop.py" not in found


def test_an_unknown_command_has_no_sources():
    with pytest.raises(KeyError):
        provenance.sources("dance")


def test_the_digest_changes_with_names_and_contents(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "REPOSITORY", tmp_path)
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text("1")
    second.write_text("1")
    one, other = provenance.digest([first]), provenance.digest([second])
    first.write_text("2")
    assert len({one, other, provenance.digest([first])}) == 3


def test_versions_and_hardware_are_known():
    assert provenance.versions()["torch"].startswith("2.")
    assert int(provenance.hardware()["cores"]) >= 1
    assert all(provenance.hardware().values())
