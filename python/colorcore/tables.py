"""The tables of the paper, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

from colorcore.color import NAMES, hex_code, named_rgb
from colorcore.distribution import agreement, summary
from colorcore.errors import unknown
from colorcore.experiment import Experiment
from colorcore.numerals import percent, significant
from colorcore.outputs import write_text
from colorcore.results import Results

UNIT = 1000  # errors are told in thousandths, so that a column needs no powers of ten

SPAN = re.compile(r"\[\]\{[^}]*\}")  # markup of a swatch, which takes the width of a letter

AGREEMENT = (*(f"ablated {name}" for name in NAMES), "score_r2", "val_mse", "labelled_red")
"""Columns compared with the published runs."""

TITLES = {
    "score_r2": "score R²",
    "val_mse": "validation MSE",
    "labelled_red": "samples labelled *red*",
}

Rows = Iterable[Sequence[str]]


def pipe_table(header: Sequence[str], rows: Rows, *, align: str) -> str:
    """A Pandoc pipe table; `align` has l or r for each column.

    A rule is as long as its column's widest cell: from rules Pandoc takes the relative widths of
    the columns of a table that is wider than the page.
    """
    lines = [list(header), *map(list, rows)]
    widths = [max(len(SPAN.sub("#", line[i])) for line in lines) for i in range(len(header))]
    rules = [
        "-" * (width + 1) + ":" if side == "r" else ":" + "-" * (width + 1)
        for width, side in zip(widths, align, strict=True)
    ]
    lines.insert(1, rules)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def swatch(name: str) -> str:
    """A patch of a named colour, and its name."""
    return f'[]{{.swatch color="{hex_code(named_rgb(name))}"}} {name}'


def thousandths(value: float) -> str:
    """An error × 1000 with two significant digits, never more than three decimals."""
    scaled = UNIT * value
    if abs(scaled) < 1e-3:
        return "0"
    return significant(scaled, 2)


def interval(values: pd.Series, write: Callable[[float], str]) -> str:
    """Median and, in brackets, the ends of the 90 % interval."""
    found = summary(values)
    return f"{write(found['median'])} ({write(found['low'])} to {write(found['high'])})"


def named_representative(experiment: Experiment, results: Results) -> str:
    """Error of each named colour in the representative run, ×1000."""
    runs = results.runs()
    run = runs[runs["seed"] == experiment.representative_seed].iloc[0]
    rows = []
    for name in NAMES:
        before, after, cut = (run[f"{v} {name}"] for v in ("baseline", "ablated", "pruned"))
        cells = [before, after, after - before, cut, cut - before]
        rows.append([swatch(name), *map(thousandths, cells)])
    return pipe_table(["colour", "baseline", "ablated", "Δ", "pruned", "Δ"], rows, align="lrrrrr")


def named_sweep(experiment: Experiment, results: Results) -> str:
    """Median and 90 % interval of each named colour's error over all runs, ×1000."""
    runs = results.runs()
    rows = []
    for name in NAMES:
        before, after, cut = (runs[f"{v} {name}"] for v in ("baseline", "ablated", "pruned"))
        cells = [before, after, after - before, cut, cut - before]
        rows.append([swatch(name), *(interval(values, thousandths) for values in cells)])
    return pipe_table(["colour", "baseline", "ablated", "Δ", "pruned", "Δ"], rows, align="lrrrrr")


def labels(experiment: Experiment, results: Results) -> str:
    """How many samples each label was given."""
    runs = results.runs()
    rows = []
    for label in experiment.labels:
        counts = runs[f"labelled_{label}"]
        rows.append(
            [
                f"*{label}*",
                f"{runs['samples'].iloc[0]:d}",
                interval(counts, lambda count: f"{count:.0f}"),
                interval(counts / runs["samples"], percent),
            ]
        )
    header = ["label", "samples a run", "labelled", "share"]
    return pipe_table(header, rows, align="lrrr")


def agreement_table(experiment: Experiment, results: Results) -> str:
    """Our runs beside the published ones."""
    tests = agreement(results.runs(), results.published_runs(), AGREEMENT)
    rows = []
    for column, row in tests.iterrows():
        write = str if column == "labelled_red" else significant
        title = TITLES.get(str(column), str(column).replace("ablated ", ""))
        kind = "ablated MSE" if str(column).startswith("ablated") else ""
        left = f"{swatch(title)}, {kind}" if kind else title
        rows.append(
            [
                left,
                write(row["ours"]),
                write(row["theirs"]),
                significant(row["statistic"]),
                significant(row["p"]),
            ]
        )
    header = ["measure", "median, colorcore", "median, published", "KS", "*p*"]
    return pipe_table(header, rows, align="lrrrr")


def schedule(experiment: Experiment, results: Results) -> str:
    """The keyframes of the dopesheet."""
    keys = experiment.schedule.keyframes
    table = keys.pivot(index="step", columns="property", values="value")
    columns = experiment.schedule.properties
    rows = [
        [str(step), *("" if pd.isna(row[c]) else f"{row[c]:g}" for c in columns)]
        for step, row in table.iterrows()
    ]
    return pipe_table(["step", *columns], rows, align="r" * (1 + len(columns)))


def settings(experiment: Experiment, results: Results) -> str:
    """What experiment.yaml says."""
    rows = []
    content = experiment.model_dump(exclude={"schedule", "name", "title"})
    for place, value in _leaves(content, ""):
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        rows.append([f"`{place}`", shown])
    return pipe_table(["setting", "value"], rows, align="ll")


def _leaves(content: object, place: str) -> Iterable[tuple[str, object]]:
    if isinstance(content, dict):
        for key, value in content.items():
            if value != {}:
                yield from _leaves(value, f"{place}.{key}" if place else key)
    else:
        yield place, content


def versions(experiment: Experiment, results: Results) -> str:
    """Machine and software of the training."""
    record = results.records()[0]
    rows = [*record["hardware"].items(), *record["versions"].items()]
    return pipe_table(["what", "is"], rows, align="ll")


def times(experiment: Experiment, results: Results) -> str:
    """How long each shard trained."""
    rows = [
        [str(i), str(record["runs"]), f"{record['seconds']:.1f}"]
        for i, record in enumerate(results.records())
    ]
    return pipe_table(["shard", "runs", "seconds"], rows, align="rrr")


TABLES: dict[str, Callable[[Experiment, Results], str]] = {
    "named-representative": named_representative,
    "named-sweep": named_sweep,
    "labels": labels,
    "agreement": agreement_table,
    "schedule": schedule,
    "settings": settings,
    "versions": versions,
    "times": times,
}
TABLE_NAMES = tuple(TABLES)


def render(name: str, experiment: Experiment, folder: Path, published: Path) -> None:
    """Write a table into folder/tables.

    Raises: InputError when there is no such table or its data cannot be used.
    """
    if name not in TABLES:
        raise unknown("table", name, TABLES)
    text = TABLES[name](experiment, Results(folder, published))
    write_text(folder / "tables" / f"{name}.md", text)
