"""What the timings in benches/ found, for the pages and their figure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from colorcore.errors import InputError, unknown
from colorcore.writeup.numerals import significant

FIRST = "colorcore"
GPU = "gpu.json"
UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}
SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Timings:
    """The rows of every bench, all from one machine with the same versions.

    `rows` has them by bench, case and program, in the order in which they were timed.
    """

    machine: dict[str, str]
    versions: dict[str, str]
    date: str
    rows: dict[str, dict[str, dict[str, Any]]]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read what `make bench` wrote, without what a GPU took, which is a machine of its own.

        Raises: InputError when the files are not from one machine with the same versions.
        """
        return cls._of([path for path in sorted(folder.glob("*.json")) if path.name != GPU])

    @classmethod
    def read_gpu(cls, folder: Path) -> Self:
        """Read what `benches/gpu.py` wrote."""
        return cls._of([folder / GPU])

    @classmethod
    def _of(cls, paths: Sequence[Path]) -> Self:
        reports = {path: json.loads(path.read_text("utf-8")) for path in paths}
        first = next(iter(reports.values()))
        for path, report in reports.items():
            for key in ("machine", "versions"):
                if report[key] != first[key]:
                    raise InputError(
                        f"{path}: wanted timings from one machine, got another {key} than in the "
                        "files beside it; run `make bench`"
                    )
        rows: dict[str, dict[str, dict[str, Any]]] = {}
        for report in reports.values():
            for row in report["rows"]:
                cases = rows.setdefault(row["bench"], {})
                cases.setdefault(row["case"], {})[row["program"]] = row
        date = max(report["date"] for report in reports.values())
        return cls(first["machine"], first["versions"], date, rows)

    def seconds(self, bench: str, case: str, program: str = FIRST) -> float:
        """How long a call took.

        Raises: InputError when that was not timed.
        """
        timed = self.timed(bench, case)
        if program not in timed:
            raise unknown(f"{bench}, {case}", program, timed)
        return timed[program]

    def timed(self, bench: str, case: str) -> dict[str, float]:
        """Seconds a call by program, without those that were left out."""
        rows = self._case(bench, case).items()
        return {name: row["seconds"] for name, row in rows if row["seconds"] is not None}

    def duration(self, bench: str, case: str, program: str = FIRST) -> str:
        """How long a call took, in words."""
        return duration(self.seconds(bench, case, program))

    def times(self, bench: str, case: str, program: str, *, of: str = FIRST) -> str:
        """How many times as long as another a program took."""
        return significant(self.seconds(bench, case, program) / self.seconds(bench, case, of))

    def megabytes(self, bench: str, case: str, program: str = FIRST) -> str:
        """By how much the first call raised the process's peak of memory.

        Raises: InputError when that was not timed.
        """
        self.seconds(bench, case, program)
        return significant(self._case(bench, case)[program]["growth"] / 1e6)

    def compared(self, bench: str) -> list[str]:
        """The cases of a bench that colorcore and others were to be timed in."""
        return [case for case, row in self.rows[bench].items() if FIRST in row and len(row) > 1]

    def describe(self) -> str:
        """In how many of the compared cases colorcore took the least time."""
        found = [self.timed(bench, case) for bench in self.rows for case in self.compared(bench)]
        found = [timed for timed in found if len(timed) > 1]
        first = sum(min(timed, key=timed.__getitem__) == FIRST for timed in found)
        return f"colorcore took the least time in {first} of {len(found)} cases."

    def table(self, bench: str, cases: Sequence[str] | None = None) -> str:
        """Markdown: a row a case, a column a program; times, and how many times colorcore's."""
        chosen = cases or self.compared(bench)
        programs = list(dict.fromkeys(name for case in chosen for name in self._case(bench, case)))
        lines = [["", *programs], [":--", *["--:"] * len(programs)]]
        lines += [[case, *(self._cell(bench, case, name) for name in programs)] for case in chosen]
        return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"

    def peaks(self, bench: str) -> str:
        """Markdown: as `table`, of the bytes by which a call raises the peak of memory."""
        chosen = self.compared(bench)
        programs = list(dict.fromkeys(name for case in chosen for name in self.timed(bench, case)))
        lines = [["", *programs], [":--", *["--:"] * len(programs)]]
        for case in chosen:
            timed = self.timed(bench, case)
            cells = [self._size(bench, case, name) if name in timed else "–" for name in programs]
            lines.append([case, *cells])
        return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"

    def _size(self, bench: str, case: str, program: str) -> str:
        size = self._case(bench, case)[program]["growth"]
        unit, one = ("GB", 1e9) if size >= 1e9 else ("MB", 1e6)
        return f"{significant(size / one)}{SPACE}{unit}"

    def _cell(self, bench: str, case: str, program: str) -> str:
        if program not in self.timed(bench, case):
            return "–"
        text = self.duration(bench, case, program)
        if program == FIRST:
            return f"**{text}**"
        return f"{text}<br>{self.times(bench, case, program)}×"

    def left_out(self, bench: str) -> str:
        """Markdown: a list of what was not timed, and why."""
        cases: dict[tuple[str, str], list[str]] = {}
        for case, programs in self.rows[bench].items():
            for name, row in programs.items():
                if row["reason"]:
                    cases.setdefault((name, row["reason"]), []).append(case)
        found: dict[str, list[str]] = {}
        for (name, reason), where in cases.items():
            place = (
                " everywhere"
                if 1 < len(where) == len(self.rows[bench])
                else f" at {', '.join(where)}"
            )
            found.setdefault(f"{place}: {reason.removeprefix('left out: ')}", []).append(name)
        return "\n".join(f"- {'; '.join(names)}{why}" for why, names in found.items())

    def _case(self, bench: str, case: str) -> dict[str, Any]:
        if bench not in self.rows:
            raise unknown("bench", bench, self.rows)
        if case not in self.rows[bench]:
            raise unknown(f"case of {bench}", case, self.rows[bench])
        return self.rows[bench][case]


def duration(seconds: float) -> str:
    """A time with two significant digits, in the unit that suits it."""
    unit = next((unit for unit, size in UNITS.items() if seconds >= size), "µs")
    return f"{significant(seconds / UNITS[unit])}{SPACE}{unit}"
