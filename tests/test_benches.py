"""What benches compare is the same work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from colorcore.training import checkpoint
from colorcore.training.model import row


def test_plain_torch_trains_the_same_models_but_for_rounding(small, results, tmp_path):
    program = [sys.executable, "benches/plain_train.py", "train", str(small)]
    subprocess.run([*program, "--out", str(tmp_path), "--seeds", "4"], check=True)
    plain, seeds = checkpoint.load([tmp_path / Path(results.weights_path(0)).name])
    fused, _ = checkpoint.load(results.weights_paths(2))
    assert seeds == [0, 1, 2, 3]
    far = np.abs(row(plain).detach().numpy() - row(fused).detach().numpy()).max()
    assert 0 < far < 1e-4
