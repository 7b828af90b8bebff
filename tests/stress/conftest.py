"""What long checks share: how long they take, what they draw from, and a finished build."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable

import pytest

from checkout import Checkout

pytestmark = pytest.mark.stress


@pytest.fixture
def draw() -> random.Random:
    """What decides at random; SEED in the environment makes the same again."""
    seed = int(os.environ.get("SEED", random.randrange(10**6)))
    print(f"\nSEED={seed}", flush=True)
    return random.Random(seed)


@pytest.fixture
def goes_on() -> Callable[[float], Callable[[], bool]]:
    """Whether there is time left of so many minutes, or of MINUTES in the environment."""

    def within(minutes: float) -> Callable[[], bool]:
        end = time.monotonic() + 60 * float(os.environ.get("MINUTES", minutes))
        return lambda: time.monotonic() < end

    return within


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Checkout:
    """A copy of the repository in which nobody disturbed a small build."""
    checkout = Checkout.copied(tmp_path_factory.mktemp("built") / "checkout")
    done = checkout.snakemake()
    assert done.returncode == 0, done.stderr
    return checkout
