"""Numbers that texts quote, formatted, about any experiment."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from colorcore.colors.named import NAMES
from colorcore.errors import InputError
from colorcore.experiment.checks import LEARNING_RATE
from colorcore.experiment.concepts import key
from colorcore.experiment.loading import Experiment
from colorcore.experiment.settings import AngularSeparation
from colorcore.outputs import write_text
from colorcore.results.audited import BACK
from colorcore.results.comparison import LEVEL, MEASURES, paired
from colorcore.results.departures import departures
from colorcore.results.distribution import summary
from colorcore.results.interventions import ABLATED, INTERVENTIONS
from colorcore.results.measures import HARMED, bounds, representative
from colorcore.training.model import widths
from colorcore.writeup.document import Document
from colorcore.writeup.numerals import fixed, percent, signed, significant
from colorcore.writeup.subject import Subject

Numbers = dict[str, Any]
NO_NUMBER = re.compile(r"[-+\N{MINUS SIGN}]?(nan|inf(inity)?|none)\W*", re.IGNORECASE)
Show = Callable[[float], str]


def write(path: Path, numbers: Numbers, *, place: str) -> None:
    """Write a numbers.json, of numbers from `place`.

    Keys are nested and use only letters, digits and hyphens, since a dot descends, and a letter at
    least; values are strings as the text shows them.

    Raises: InputError naming a key that is otherwise, or whose value is.
    """
    _check(place, numbers)
    if "document" in numbers:
        raise InputError(
            f"{place}: wanted another name than 'document', by which a text quotes what the "
            "package says of it; rename it"
        )
    write_text(path, json.dumps(numbers, indent=2, ensure_ascii=False) + "\n")


def _check(place: str, found: object, name: str = "") -> None:
    what = f"{place}: {name}" if name else place
    if isinstance(found, dict):
        for part, value in found.items():
            if not isinstance(part, str) or part != key(part) or not part:
                raise InputError(
                    f"{what}: wanted keys of letters, digits and hyphens, got {part!r}; write "
                    f"{key(str(part)) or 'another'!r}"
                )
            if part.isdigit():
                raise InputError(
                    f"{what}: wanted keys with a letter, since Quarto takes others for places in a "
                    f"list, got {part!r}; write 'at-{part}', or what it is"
                )
            _check(place, value, f"{name}.{part}".lstrip("."))
    elif not name or not isinstance(found, str):
        wanted = "a number as the text shows it, as text" if name else "numbers by their names"
        remedy = "write it with significant(…) or as f'{…}'" if name else "return a dictionary"
        raise InputError(f"{what}: wanted {wanted}, got {type(found).__name__}; {remedy}")
    elif NO_NUMBER.fullmatch(found):
        raise InputError(f"{what}: wanted a number, got {found!r}; find out why")


def spread(values: pd.Series, show: Show = significant) -> Numbers:
    """What values do over runs: their median, where nine in ten lie, and so on."""
    return {name: show(value) for name, value in summary(values).items()}


def shown(column: str) -> Show:
    """How a measure is written: cosines to three decimals, the rest to two digits."""
    return (lambda value: fixed(value, 3)) if column == "target_cosine" else significant


def experiment_numbers(subject: Subject) -> Numbers:
    """All numbers of an experiment and one of its deletions."""
    experiment, runs = subject.experiment, subject.results.runs()
    one = representative(runs, experiment.representative_seed)

    def told(column: str) -> Numbers:
        return {**spread(runs[column], shown(column)), "one": shown(column)(one[column])}

    found = bounds(subject.deletion)
    return {
        "name": experiment.name,
        "title": experiment.title,
        "concept": subject.concept,
        "runs": str(len(runs)),
        "last-seed": str(runs["seed"].max()),
        **{
            variant: {key(name): told(f"{variant} {name}") for name in ("target", *NAMES)}
            for variant in ("baseline", "ablated", "pruned")
        },
        "score": told("score_r2"),
        "val-mse": told("val_mse"),
        "cube-mse": told("cube_mse"),
        "target-cosine": told("target_cosine"),
        "labelled": labelled(experiment, runs),
        "samples": f"{runs['samples'].iloc[0]:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"),
        "unlike": told("unlike_max"),
        "harm": told("harm"),
        "harm-before": told("harm_before"),
        "harmed": str(int((runs["harm"] > HARMED).sum())),
        **beyond(runs, found.unlike),
        "bounds": {name: significant(value) for name, value in found._asdict().items()},
        "remainder": told("remainder"),
        "read-off": told("read_off"),
        "departed": departed(experiment, subject.results.moments()),
        "surgery-gap": _gap(runs["surgery_gap"].max()),
        "interventions": _interventions(subject),
        "times": _times(subject),
        "settings": _settings(experiment, subject.deletion.dims),
    }


def beyond(runs: pd.DataFrame, bound: float) -> Numbers:
    """In how many runs the target's error is above a bound, after deletion and before.

    `bound` says whether that tells anything: the nearest colour unlike a dark one is so near that a
    model which deletes nothing errs as far.
    """
    before = runs["baseline target"]
    tells = bound > before.median()
    return {
        "deleted": str(int((runs["ablated target"] > bound).sum())),
        "deleted-before": str(int((before > bound).sum())),
        "bound": "is larger than the median error before deletion, so that it can tell"
        if tells
        else "is no larger than the median error before deletion, so that it cannot tell",
    }


def _gap(largest: float) -> str:
    """The largest difference of outputs, as what they agree to within."""
    return significant(largest, 1) if largest else "the last bit"


def labelled(experiment: Experiment, runs: pd.DataFrame) -> Numbers:
    """How many samples each concept labels, and what share of all that is in the median."""
    found = {}
    for concept in experiment.concepts:
        counts = runs[f"labelled_{concept}"]
        share = percent(float((counts / runs["samples"]).median()))
        found[key(concept)] = {**spread(counts, lambda count: f"{count:.0f}"), "share": share}
    return found


def departed(experiment: Experiment, moments: pd.DataFrame) -> Numbers:
    """In how many runs each concept left its axis."""
    return {key(name): str(len(departures(moments, name))) for name in experiment.concepts}


def condition_numbers(base: pd.DataFrame, runs: pd.DataFrame) -> Numbers:
    """What a condition's runs do, and how far their medians are from those of another.

    `differs` says so in words of numbers: the difference, and in brackets its interval. Runs of
    other seeds than those have none.
    """
    found: Numbers = {}
    for column in MEASURES:
        show = shown(column)
        numbers = spread(runs[column], show)
        if list(runs["seed"]) == list(base["seed"]):
            apart = paired(base, runs, column)
            low, high = (signed(end, show) for end in (apart.low, apart.high))
            numbers["differs"] = f"{signed(apart.difference, show)} ({low} to {high})"
        found[key(column)] = numbers
    found["harm"] = spread(runs["harm"])
    found["read-off"] = spread(runs["read_off"])
    return found


def audit_numbers(audit: pd.DataFrame) -> Numbers:
    """What each operator does to an experiment's runs and leaves in them, by its name."""
    found: Numbers = {}
    for name, runs in audit.groupby("operator", sort=False):
        measured = runs.drop(columns=["operator", "seed"]).dropna(axis=1, how="all")
        found[key(str(name))] = {key(str(m)): spread(measured[m]) for m in measured}
        if "harm" in measured:
            found[key(str(name))]["harmed"] = str(int((runs["harm"] > HARMED).sum()))
    return found


def recovery_numbers(recovery: pd.DataFrame) -> Numbers:
    """How the concept comes back, and what the rest pays, by way and step.

    `back` is the first step at which the median run has it back, of ways in which it has.
    """
    found: Numbers = {}
    for (way, step), runs in recovery.groupby(["way", "step"], sort=False):
        told = {name: spread(runs[name]) for name in ("target", "harm")}
        found.setdefault(key(str(way)), {})[f"after-{step}"] = told
    medians = recovery.groupby(["way", "step"])["target"].median()
    for way, steps in medians[medians < BACK].reset_index("step").groupby("way"):
        found[key(str(way))]["back"] = str(steps["step"].min())
    return found


def comparisons(document: Document) -> Numbers:
    """How many intervals a document tells, and how many are expected to miss what they are of."""
    conditions = sum(len(group.conditions) for group in document.groups.values())
    count = conditions * len(MEASURES)
    return {
        "conditions": str(conditions),
        "measures": str(len(MEASURES)),
        "intervals": str(count),
        "level": percent(LEVEL),
        "misses": f"{count * (1 - LEVEL):.0f}",
    }


def _interventions(subject: Subject) -> Numbers:
    """What each intervention does to the target, and far from it; `suppression-90-1` and so on."""
    columns = {"target": "target", "score": "score_r2", "unlike": "unlike_max"}
    names = {ABLATED: ABLATED}
    names |= {name: "-".join(map(str, parts)) for name, parts in INTERVENTIONS.items()}
    return {
        names[str(name)]: {short: spread(runs[column]) for short, column in columns.items()}
        for name, runs in subject.results.interventions().groupby("intervention")
    }


def _times(subject: Subject) -> Numbers:
    seconds = [record["seconds"] for record in subject.results.trained()]
    return {"longest-shard": f"{max(seconds):.1f}", "shards": str(len(seconds))}


def _settings(experiment: Experiment, dims: list[int]) -> Numbers:
    """Constants of the method."""
    model, data, table = experiment.model, experiment.data, experiment.schedule.table
    encoder, decoder = widths(**model.model_dump())
    sizes = [*pairwise(encoder), *pairwise(decoder)]
    levels = data.cube.points if data.cube else ()
    return {
        "levels": " × ".join(map(str, levels if len(set(levels)) > 1 else levels[:1])),
        "colors": str(len(experiment.palette.colors)),
        "batch-size": str(data.batch_size),
        "steps": str(experiment.schedule.steps),
        "last-step": str(experiment.schedule.steps - 1),
        "hidden": str(model.hidden),
        "depth": str(model.depth),
        "latent": str(model.latent),
        "pruned-latent": str(model.latent - len(dims)),
        "parameters": str(sum(inputs * outputs + outputs for inputs, outputs in sizes)),
        "beta-mean": f"{experiment.optimizer.betas[0]:g}",
        "beta-square": f"{experiment.optimizer.betas[1]:g}",
        "epsilon": significant(experiment.optimizer.eps, 1),
        "highest-rate": f"{table[LEARNING_RATE].max():g}",
        "last-rate": f"{table[LEARNING_RATE].iloc[-1]:g}",
        "one": str(experiment.representative_seed),
        "regularizers": {
            key(name): {"start": f"{table[name].iloc[0]:g}", "highest": f"{table[name].max():g}"}
            for name in experiment.regularizers
        },
        "concepts": {
            key(name): {"power": f"{concept.power:g}", "rate": f"{concept.rate:g}"}
            for name, concept in experiment.concepts.items()
        },
        "separations": {
            key(name): {"power": f"{term.power:g}", "reach": f"{_reach(term.power):.0f}°"}
            for name, term in experiment.regularizers.items()
            if isinstance(term, AngularSeparation)
        },
    }


def _reach(power: float) -> float:
    """Degrees at which ((cos + 1)/2)^power, cos(half)^(2·power), has fallen to a hundredth."""
    return 2 * math.degrees(math.acos(0.01 ** (1 / (2 * power))))
