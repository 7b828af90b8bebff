"""Tables about the runs of one experiment."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from colorcore.colors.named import NAMES
from colorcore.experiment.loading import Experiment
from colorcore.results.distribution import agreement, verdict
from colorcore.results.files import Results
from colorcore.results.outcome import representative
from colorcore.writeup.numerals import percent, significant
from colorcore.writeup.tables.markdown import interval, pipe_table, swatch, thousandths

AGREEMENT = (*(f"ablated {name}" for name in NAMES), "score_r2", "val_mse", "labelled_red")
"""Columns compared with the published runs."""

TITLES = {
    "score_r2": "score R²",
    "val_mse": "validation MSE",
    "labelled_red": "samples labelled *red*",
}


def named_representative(experiment: Experiment, results: Results) -> str:
    """Error of each named colour in the representative run, ×1000."""
    runs = results.runs()
    run = representative(runs, experiment.representative_seed)
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
                verdict(row["p"], of=len(tests)),
            ]
        )
    header = ["measure", "median, colorcore", "median, published", "KS", "*p*", "verdict"]
    return pipe_table(header, rows, align="lrrrrl")


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
    content = experiment.model_dump(exclude={"schedule", "folder", "title"})
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


def interventions(experiment: Experiment, results: Results) -> str:
    """Score, error of red and of its neighbours, and damage far from red, by intervention."""
    columns = ["score_r2", "red", "orange", "pink", "unlike_red_max"]
    write = [significant, significant, thousandths, thousandths, thousandths]
    rows = [
        [name, *(interval(runs[c], w) for c, w in zip(columns, write, strict=True))]
        for name, runs in results.interventions().groupby("intervention", sort=False)
    ]
    warm = [f"{swatch(name)}, ×\N{NO-BREAK SPACE}10³" for name in ("orange", "pink")]
    header = [
        "intervention",
        "score R²",
        swatch("red"),
        *warm,
        "unlike red, ×\N{NO-BREAK SPACE}10³",
    ]
    return pipe_table(header, rows, align="lrrrrr")


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
