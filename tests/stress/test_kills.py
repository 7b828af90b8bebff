"""A build is killed at random moments, again and again, and in the end it is as if it never was.

MINUTES=10 SEED=1 pytest -s -m stress tests/stress/test_kills.py
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from building import content
from checkout import NOTHING, SMOKE, Checkout
from cluster import wait
from colorcore.outputs import PART

pytestmark = pytest.mark.stress

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
MOST = 4  # times that a build is killed before it may end
SECONDS = 20  # after which, at the latest, something is killed
BEGUN = " jobs"  # stands in what a build says of itself: 2 of 12 jobs
ALL = re.compile(r"(\d+) of \1 jobs done")  # asked to end, it finished what it had begun: all
ENDS = 60  # seconds that what was asked to end may take, with all that it started


def test_a_build_killed_at_random_moments_ends_as_one_that_nobody_disturbed(
    built, tmp_path, draw, goes_on
):
    checkout = Checkout(Path(shutil.copytree(built.folder, tmp_path / "checkout")))
    wanted, rounds, kills = content(built.folder / "build/smoke"), 0, Counter()
    is_time_left = goes_on(10)
    while is_time_left():
        removed = _remove_some(checkout.folder / "build/smoke", draw)
        for _ in range(draw.randint(1, MOST)):
            kills.update([_disturb(checkout, draw)])
        _resume(checkout)
        made = content(checkout.folder / "build/smoke")
        assert made.keys() == wanted.keys()
        assert [name for name in wanted if made[name] != wanted[name]] == []
        rounds += 1
        print(f"round {rounds}: {removed} removed, {kills.total()} kills so far", flush=True)
    print(f"{rounds} rounds; {dict(kills)}")
    assert rounds


def _remove_some(build: Path, draw: random.Random) -> str:
    """Remove everything, or the results of some experiments and some of what is written up."""
    if draw.random() < 0.2:
        shutil.rmtree(build)
        return "everything"
    experiments = sorted(path.parent for path in build.glob("*/records"))
    chosen = draw.sample(experiments, draw.randint(1, 6))
    for folder in chosen:
        shutil.rmtree(folder)
    drawn = sorted([*build.glob("*/figures/*"), *build.glob("*/tables/*"), build / "numbers.json"])
    for path in draw.sample(drawn, min(len(drawn), draw.randint(0, 9))):
        path.unlink(missing_ok=True)
    return f"{len(chosen)} experiments"


def _disturb(checkout: Checkout, draw: random.Random) -> str:
    """Begin to build, and kill something of it; what."""
    checkout.unlock()
    with subprocess.Popen(
        SMOKE,
        cwd=checkout.folder,
        env=checkout.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as build:
        time.sleep(draw.uniform(0, SECONDS))
        what, number = draw.choice(("all", "Snakemake", "one")), draw.choice(SIGNALS)
        is_over = build.poll() is not None
        if not is_over:
            _kill(build, what, number, draw)
        _, said = build.communicate(timeout=300)
    told = f"{what} {number.name}" if not is_over else "nothing"
    if BEGUN in said:  # what interrupts Python as it loads Snakemake, Python tells
        assert "Traceback" not in said, f"{told}: {said}"
    if BEGUN in said and build.returncode > 0:
        last = said.splitlines()[-1]
        assert last.startswith("error: ") or ALL.match(last), f"{told}: {said}"
    return told


def _kill(build: subprocess.Popen[str], what: str, number: signal.Signals, draw) -> None:
    if what == "all":
        os.killpg(build.pid, number)
    elif what == "Snakemake":
        build.send_signal(number)
    else:
        workers = psutil.Process(build.pid).children(recursive=True)
        if workers:
            os.kill(draw.choice(workers).pid, number)


def _resume(checkout: Checkout) -> None:
    """Build as the Makefile does, to the end; nothing is left of what was killed."""
    checkout.unlock()
    done = checkout.snakemake()
    assert done.returncode == 0, done.stderr
    wait(lambda: not _at_work(checkout.folder), ENDS)
    build = checkout.folder / "build/smoke"
    assert [str(path) for path in build.rglob(f"*{PART}*")] == []
    for kind in ("locks", "incomplete"):
        assert [*(checkout.folder / ".snakemake" / kind).glob("*")] == []
    assert NOTHING in checkout.snakemake("--dry-run").stdout
    verified = checkout.colorcore("verify", "build/smoke")
    assert (verified.returncode, verified.stderr) == (0, "")


def _at_work(folder: Path) -> list[psutil.Process]:
    """The processes that have not ended of those in a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found
