"""The lock of a killed build is told from that of one that runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from snakemake.persistence.file import FilePersistence

from colorcore.workflow import lock


@pytest.fixture
def locked(tmp_path, monkeypatch):
    """A folder whose lock a build left."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".snakemake" / "locks").mkdir(parents=True)
    (tmp_path / ".snakemake" / "locks" / "0.output.lock").touch()
    return tmp_path / ".snakemake"


def test_a_lock_that_nobody_holds_is_left_behind(locked):
    assert lock.left_behind()
    lock.note()
    assert lock.left_behind()


def test_what_snakemake_knows_is_found_by_names_of_any_length(locked):
    short, long = "build/weights", f"build/{'name-' * 50}/{'name-' * 50}/weights"
    snakemake = FilePersistence(nolock=True)
    for output in (short, long):
        assert not lock.recorded(output)
        record = Path(snakemake._record_path(locked / "metadata", output))
        record.parent.mkdir(parents=True, exist_ok=True)
        record.touch()
        assert lock.recorded(output)


def test_without_a_lock_nothing_is_left_behind(locked):
    (locked / "locks" / "0.output.lock").unlink()
    assert not lock.left_behind()


def test_a_build_in_the_folder_holds_the_lock(locked):
    named = locked.parent / "snakemake"
    named.write_text("import sys; print('runs', flush=True); sys.stdin.read()")
    with subprocess.Popen(
        [sys.executable, named], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as build:
        assert build.stdout is not None
        build.stdout.readline()
        assert not lock.left_behind()
        build.communicate()
    assert lock.left_behind()


def test_a_job_of_the_folder_on_a_cluster_holds_the_lock(locked, monkeypatch):
    (locked / "squeue").write_text('#!/bin/sh\necho "$JOBS_OF"\n')
    (locked / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", str(locked), prepend=os.pathsep)
    monkeypatch.setenv("JOBS_OF", str(locked.parent))
    assert not lock.left_behind()
    monkeypatch.setenv("JOBS_OF", str(locked.parent / "elsewhere"))
    assert lock.left_behind()


def test_a_lock_from_another_machine_may_be_held(locked):
    (locked / lock.HOST).write_text("elsewhere")
    assert not lock.left_behind()
