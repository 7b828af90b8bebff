"""A copy of the main experiment, for a test to edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from commands import MAIN, copy_experiments


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(MAIN, tmp_path / "mine"))


@pytest.fixture
def experiments(tmp_path) -> Path:
    return copy_experiments(tmp_path / "experiments")
