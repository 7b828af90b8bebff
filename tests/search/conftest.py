"""An experiment with a grid."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

OPERATORS = """
operators:
  held: {operator: optimal-ablation}
  softer: {operator: suppression, labels: perfect, angle: 90, power: 1}
  sent: {operator: redirection, amount: 1}
routing: {labels: [red]}
"""
GRID = """seeds: {first: 3000, count: 2}
training:
  by: softer
  weights: {reg-anti-subspace: [0, 1]}
operators:
  softer: {angle: [60, 90], power: [1, 2]}
  sent: {amount: [0.5, 1]}
"""


@pytest.fixture(scope="session")
def gridded(small, tmp_path_factory) -> Path:
    """The small experiment with operators, and a grid of some of what can be varied."""
    folder = Path(shutil.copytree(small, tmp_path_factory.mktemp("gridded") / "small"))
    with (folder / "experiment.yaml").open("a") as file:
        file.write(OPERATORS)
    (folder / "grid.yaml").write_text(GRID)
    return folder
