"""Tests the package that is installed, where there is neither the repository nor torch.

pip install colorcore-….whl pytest hypothesis && python tests/installed.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent
WHERE = "import colorcore.kernels; print(colorcore.__file__)"


def main() -> int:
    """Run the tests of the kernels in a folder of their own: pytest's exit status."""
    with tempfile.TemporaryDirectory() as folder:
        for test in (TESTS / "kernels").glob("test_*.py"):
            shutil.copy(test, folder)
        shutil.copytree(TESTS / "data", Path(folder, "tests", "data"))
        place = subprocess.run(
            [sys.executable, "-c", WHERE], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()
        if Path(place).is_relative_to(TESTS.parent / "python"):
            raise SystemExit(
                f"colorcore: wanted an installed package, got {place}; install a wheel"
            )
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--hypothesis-profile=ci"],
            cwd=folder,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
