"""A copy of the main experiment, for a test to edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from commands import MAIN


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(MAIN, tmp_path / "mine"))
