"""Whatever array or tensor Python can make, a kernel is right or refuses it by name.

    MINUTES=5 SEED=1 pytest -s -m stress tests/stress/test_odd_intake.py

`tests/kernels/test_intake.py` has arrays of any numbers and shape; here it is their make that is
odd: layouts, classes, types, sizes beyond all memory, and other threads that write to them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.stress

HERE = Path(__file__).parent


def test_whatever_a_kernel_is_given_it_is_right_or_refuses_by_name(tmp_path, draw):
    minutes, last = os.environ.get("MINUTES", "5"), tmp_path / "case"
    done = subprocess.run(
        [sys.executable, HERE / "intake.py", minutes, str(draw.randrange(10**6))],
        env={**os.environ, "LAST_CASE": str(last), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    case = last.read_text() if last.is_file() else "none"
    assert done.returncode == 0, f"{done.stderr}\nstatus {done.returncode}; last: {case}"
    print(done.stdout)
