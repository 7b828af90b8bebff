"""How far a build is: its jobs by rule, how long they take, and how much longer all will."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

SECONDS = re.compile(r"\d+\.\d+")
REASON = "error: "  # begins the line with which a command tells a mistake
BROKEN = ("Traceback", "Usage:")  # stands above the last line of one that could not tell it


@dataclass
class Job:
    """One job that has begun."""

    rule: str
    name: str
    log: Path | None
    began: float = field(default_factory=time.monotonic)


@dataclass
class Board:
    """The jobs of a build; `earlier` is how many seconds jobs of a rule took before, if known."""

    waiting: Counter[str]
    earlier: dict[str, list[float]] = field(default_factory=dict)
    running: dict[int, Job] = field(default_factory=dict)
    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    widest: int = 1  # as many jobs have run side by side
    total: int = 0

    def __post_init__(self) -> None:
        self.total = self.waiting.total()

    @property
    def done(self) -> int:
        return sum(map(len, self.took.values()))

    def begin(self, number: int, job: Job) -> None:
        self.waiting[job.rule] -= 1
        self.running[number] = job
        self.widest = max(self.widest, len(self.running))

    def finish(self, number: int) -> None:
        job = self.running.pop(number)
        self.took[job.rule].append(time.monotonic() - job.began)

    def fail(self, number: int) -> Job:
        """Take a job back that failed, which may be tried again."""
        job = self.running.pop(number)
        self.waiting[job.rule] += 1
        return job

    def left(self) -> float | None:
        """Seconds until the end, if jobs go on as they did; None while nothing is known of any."""
        known = self.earlier | self.took
        if not known:
            return None
        others = mean(mean(seconds) for seconds in known.values())
        expected = {rule: mean(known[rule]) if rule in known else others for rule in self.waiting}
        ahead = sum(count * expected[rule] for rule, count in self.waiting.items())
        for job in self.running.values():
            ahead += max(0.0, expected[job.rule] - (time.monotonic() - job.began))
        return ahead / self.widest

    def line(self) -> str:
        """How far the build is: `12 of 103 jobs done, about 1:40 left: train ex-2.10.1 0`."""
        left = self.left()
        when = "" if left is None else f", about {clock(left)} left"
        names = ", ".join(job.name for job in self.running.values())
        return f"{self.done} of {self.total} jobs done{when}{names and f': {names}'}"

    def last_line(self, seconds: float) -> str:
        """How a build ended in which no job failed: with all jobs done, or by somebody's will."""
        if self.done < self.total:
            return (
                f"{REASON}the build was ended after {self.done} of {self.total} jobs; build again"
            )
        return f"{self.done} of {self.total} jobs done in {clock(seconds)}"


def clock(seconds: float) -> str:
    """Minutes and seconds, as `1:40`."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def benchmarks(file: Path) -> dict[str, list[float]]:
    """What jobs of each rule took, by the benchmarks that lie in a folder with this one.

    A benchmark's name begins with that of its rule, `train-0.tsv` say. A build that was killed
    leaves some that are cut short, of which nothing is known.
    """
    root = next((folder for folder in file.parents if folder.name == "benchmarks"), file.parent)
    found: dict[str, list[float]] = {}
    for path in root.rglob("*.tsv"):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for seconds in (line.partition("\t")[0] for line in lines[1:]):
            if SECONDS.fullmatch(seconds):
                found.setdefault(path.stem.split("-")[0], []).append(float(seconds))
    return found


def reason(job: Job) -> str | None:
    """Why a job failed, by its log: the mistake that its command told, or what it broke with.

    A command that was killed told neither: its log ends with how far it was, if anything.
    """
    if job.log is None or not job.log.is_file():
        return None
    text = job.log.read_text(encoding="utf-8", errors="replace").strip()
    place = text.rfind(f"\n{REASON}") + 1
    if text[place:].startswith(REASON):
        return text[place:]
    if any(sign in text for sign in BROKEN):
        return text.rpartition("\n")[2]
    return (
        f"{REASON}{job.name} was ended before it had finished, by somebody or for want of memory; "
        "build again"
    )
