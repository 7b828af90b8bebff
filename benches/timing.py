"""What the timings share: programs told to work in turn, each in a process of its own.

A process of its own gives a program its own threads, settings and peak of memory. Turns are taken
so that a slow phase of the machine hits all programs. Compare ratios of one run, not times of two.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import typer
from numpy.typing import NDArray

from colorcore.outputs import write_text

Work = Callable[[], tuple[Any, ...]]  # what is timed; it returns arrays
Build = Callable[..., Work]  # prepares the work for some arguments, in the program's process
Arrays = tuple[NDArray[Any], ...]

Json = Annotated[
    Path | None, typer.Option("--json", help="Write the rows to this file as well, as JSON.")
]

SAMPLE = (
    0.01  # seconds that a sample lasts at least, so that the clock and cold caches count little
)
SETTLE = 0.02  # seconds between turns, in which threads that wait for more work stop spinning
PACKAGES = (
    *("colorcore", "numpy", "torch", "triton", "jax", "pykeops"),
    *("scikit-image", "matplotlib", "colour-science"),
)
UNITS = {"s": 1.0, "ms": 1e3, "µs": 1e6}


class NotRunError(Exception):
    """Why a program does not take part."""


@dataclass(frozen=True)
class Row:
    """One program's time for one case, or the reason why it has none.

    `growth` is by how many bytes the first call raised the process's peak of memory.
    """

    bench: str
    case: str
    program: str
    seconds: float | None = None
    growth: int = 0
    reason: str = ""


def peer(module: str, package: str) -> Any:
    """A module of a package that a timing compares with.

    Raises: NotRunError with the command that installs the package when it is missing.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise NotRunError(f"not installed: pip install {package}") from error


class Programs:
    """Programs that do the same work, each in a process of its own with so many threads.

    The first is the one that the others are compared with.
    """

    def __init__(self, builds: Mapping[str, Build], *, threads: int):
        self.absent: dict[str, str] = {}
        self.growth: dict[str, int] = {}
        self._pipes: dict[str, Connection] = {}
        spawn = multiprocessing.get_context("spawn")
        for name, build in builds.items():
            self._pipes[name], theirs = spawn.Pipe()
            spawn.Process(target=_serve, args=(theirs, build, threads), daemon=True).start()
            theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes.values():
            pipe.close()

    def build(self, *arguments: object) -> dict[str, Arrays]:
        """Prepare the work and do it once; what each program that can take part returned."""
        results: dict[str, Arrays] = {}
        self.absent.clear()
        for name in self._pipes:
            match self._ask(name, arguments):
                case NotRunError() as reason:
                    self.absent[name] = str(reason)
                case arrays, growth:
                    results[name], self.growth[name] = arrays, growth
        return results

    def time(self, bench: str, case: str, *, repeats: int) -> list[Row]:
        """Median times of the work that was built last, in seconds a call."""
        present = [name for name in self._pipes if name not in self.absent]
        samples: dict[str, list[float]] = {name: [] for name in present}
        for _ in range(repeats):
            for name in present:
                samples[name].append(self._ask(name, None))
        return [
            Row(bench, case, name, statistics.median(samples[name]), self.growth[name])
            if name in samples
            else Row(bench, case, name, reason=self.absent[name])
            for name in self._pipes
        ]

    def _ask(self, name: str, order: object) -> Any:
        try:
            self._pipes[name].send(order)
            return self._pipes[name].recv()
        except (EOFError, BrokenPipeError):
            raise SystemExit(f"{name} failed; its own message stands above") from None


def _serve(pipe: Connection, build: Build, threads: int) -> None:
    """Answer orders: arguments, to build and work once; or None, to time a sample."""
    _limit(threads)
    work: Work | None = None
    calls = 1
    while True:
        try:
            order = pipe.recv()
        except EOFError:
            return
        if order is None:
            assert work is not None
            time.sleep(SETTLE)
            pipe.send(_seconds(work, calls))
            continue
        try:
            work = build(*order)
        except NotRunError as reason:
            pipe.send(reason)
            continue
        before = _peak()
        arrays = tuple(np.asarray(array) for array in work())
        growth = _peak() - before
        calls = max(1, round(SAMPLE / _seconds(work, 1)))
        pipe.send((arrays, growth))


def _limit(threads: int) -> None:
    """Hold every library to so many threads, before any has started one."""
    os.environ["COLORCORE_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(threads)
    os.environ["JAX_PLATFORMS"] = "cpu"
    if hasattr(os, "sched_setaffinity"):  # Linux; JAX has no other way to say it
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def _seconds(work: Work, calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - started) / calls


def _peak() -> int:
    """The most memory this process has ever held, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def check(holds: bool, message: str) -> None:
    """Stop when programs disagree: a timing against something wrong is worth nothing.

    Raises: SystemExit with the message.
    """
    if not holds:
        raise SystemExit(f"not timed, since {message}")


def print_machine() -> None:
    """Name the processor and how many cores this process may use."""
    from colorcore.provenance import hardware

    machine = hardware()
    print(f"{machine['processor']}, {machine['cores']} cores, {machine['memory']}")


def print_rows(title: str, rows: list[Row], *, unit: str = "ms", memory: bool = False) -> None:
    """Print one case as a table: program, time, ratio to the first program's time."""
    first = rows[0].seconds
    header = f"{'program':24}{unit:>11}{'ratio':>9}" + (f"{'peak, MB':>11}" if memory else "")
    print(f"\n{title}\n  {header}")
    for row in rows:
        line = f"  {row.program:24}"
        if row.seconds is None or first is None:
            print(line + f" {row.reason}")
            continue
        line += f"{UNITS[unit] * row.seconds:11.3f}{row.seconds / first:9.2f}"
        print(line + (f"{row.growth / 1e6:+11.1f}" if memory else ""))


def save(path: Path | None, rows: list[Row], **machine: str) -> None:
    """Write the rows, and what they were measured on, when there is a path to write them to."""
    from colorcore.provenance import hardware

    if path is None:
        return
    report = {
        "date": date.today().isoformat(),
        "machine": {**hardware(), **machine},
        "versions": {"python": platform.python_version(), **_versions()},
        "rows": [asdict(row) for row in rows],
    }
    write_text(path, json.dumps(report, indent=1, ensure_ascii=False) + "\n")


def _versions() -> dict[str, str]:
    """The versions of colorcore and of the peers that are installed."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found
