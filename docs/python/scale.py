"""What the steps of an experiment cost from few seeds to many, for the page on scale."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from colorcore.writeup.numerals import significant

NARROW = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True)
class Scale:
    """What `benches/scale.py` wrote: by number of seeds, what each step took."""

    said: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls(json.loads(path.read_text("utf-8")))

    @property
    def machine(self) -> dict[str, str]:
        return self.said["machine"]

    @property
    def date(self) -> str:
        return self.said["date"]

    @property
    def a_shard(self) -> int:
        """How many seeds each shard had."""
        return self.said["a_shard"]

    @property
    def largest(self) -> str:
        """What the largest process of the largest build took."""
        return f"{max(step['memory'] for step in self.said['rows'][-1]['steps'].values()):.0f} MiB"

    @property
    def longest(self) -> str:
        """How long the largest build took."""
        return _in_words(sum(s["seconds"] for s in self.said["rows"][-1]["steps"].values()))

    @property
    def steps(self) -> list[str]:
        return list(self.said["rows"][0]["steps"])

    def table(self, what: str) -> str:
        """Markdown: a row a step, a column a number of seeds; `seconds` or `memory` (MiB)."""
        rows = self.said["rows"]
        lines = [["", *(f"{row['seeds']:,} seeds".replace(",", NARROW) for row in rows)]]
        lines.append([":--", *["--:"] * len(rows)])
        for step in self.steps:
            found = [row["steps"][step][what] for row in rows]
            lines.append([f"`{step}`", *(self._cell(value, what) for value in found)])
        if what == "seconds":
            totals = [sum(step["seconds"] for step in row["steps"].values()) for row in rows]
            lines.append(["all", *(f"**{self._cell(total, what)}**" for total in totals)])
        return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"

    def _cell(self, value: float, what: str) -> str:
        return f"{value:.0f} MiB" if what == "memory" else f"{value:.1f} s"

    def each(self, step: str) -> float:
        """Seconds that a further seed costs in a step: by the difference of the two largest."""
        *_, small, large = self.said["rows"]
        more = large["steps"][step]["seconds"] - small["steps"][step]["seconds"]
        return more / (large["seeds"] - small["seeds"])

    def each_in_words(self, step: str) -> str:
        return f"{significant(1000 * self.each(step))} ms"

    def results_of(self, seeds: int) -> str:
        """GB of results that so many seeds leave, as the difference of the two largest says."""
        *_, small, large = self.said["rows"]
        each = (large["megabytes"] - small["megabytes"]) / (large["seeds"] - small["seeds"])
        return f"{significant(each * seeds / 1000)} GB"

    def time(self, step: str, seeds: int, *, cores: int) -> str:
        """What a step takes so many seeds on so many processors, where it uses all of them.

        Those of the machine that was measured had been at work on the training both.
        """
        side = int(self.machine["cores"]) if step == "train" else 1
        return _in_words(self.each(step) * side * seeds / cores)


def _in_words(seconds: float) -> str:
    for unit, one in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * one:
            return f"{significant(seconds / one)} {unit}"
    return f"{significant(seconds)} seconds"
