"""Every number that the text quotes, formatted, as numbers.json."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
from scipy.stats import spearmanr

from colorcore.colors.named import BLACK_FOR_RED, GRAY_FOR_RED, NAMES
from colorcore.experiment.folder import SEARCH, SEARCHED, TRIALS, read
from colorcore.experiment.loading import Experiment
from colorcore.outputs import write_text
from colorcore.results.comparison import GROUPS, LEVEL, MEASURES, paired, published_means
from colorcore.results.departures import departures
from colorcore.results.distribution import agreement, summary
from colorcore.results.falloffs import ABLATED, INTERVENTIONS
from colorcore.results.files import Results
from colorcore.results.outcome import ORANGE_SHARE, harm, representative
from colorcore.training.model import widths
from colorcore.writeup.numerals import fixed, percent, signed, significant
from colorcore.writeup.tables.runs import AGREEMENT

Numbers = dict[str, Any]


def write(experiments: Iterable[Experiment], build: Path, published: Path) -> None:
    """Write build/numbers.json.

    Keys are nested and use only letters, digits and hyphens, since a dot descends; values are
    strings as the text shows them.
    """
    main, *others = experiments
    results = Results(build / main.name, published)
    record = results.records()[0]
    found: Numbers = {
        key(main.name): experiment_numbers(main, results),
        "versions": record["versions"],
        "hardware": record["hardware"],
        "comparisons": _comparisons(others),
    }
    for other in others:
        place = results.of(other.name)
        found[key(other.name)] = condition_numbers(results.runs(), place.runs(), place.moments())
        if other.name == SEARCHED:
            found["search"] = _search(other.folder)
    for name, row in _published_means(results).items():
        found[key(name)]["published"] = row
    write_text(build / "numbers.json", json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def key(name: str) -> str:
    """A name as a key: `ex-2.10.1` → `ex-2-10-1`, `dark gray` → `dark-gray`."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def condition_numbers(main: pd.DataFrame, runs: pd.DataFrame, moments: pd.DataFrame) -> Numbers:
    """What a condition's runs do, and how far their medians are from those of the main experiment.

    `differs` says so in words of numbers: the difference, and in brackets its interval. Runs of
    other seeds than those have none.
    """
    found: Numbers = {"share": _shares(runs)}
    for column in MEASURES:
        show = (lambda value: fixed(value, 3)) if column == "red_cosine" else significant
        numbers = {name: show(value) for name, value in summary(runs[column]).items()}
        if list(runs["seed"]) == list(main["seed"]):
            apart = paired(main, runs, column)
            low, high = (signed(end, show) for end in (apart.low, apart.high))
            numbers["differs"] = f"{signed(apart.difference, show)} ({low} to {high})"
        found[key(column)] = numbers
    found["score-r2"]["exact"] = fixed(runs["score_r2"].median(), 3)
    found["departed"] = str(len(departures(moments)))
    found["harm"] = {name: significant(value) for name, value in summary(harm(runs)).items()}
    found["cyan-harm"] = fixed(spearmanr(runs["cosine cyan"], harm(runs)).statistic, 2)
    found["read-off"] = {
        name: significant(value) for name, value in summary(runs["red_read_off"]).items()
    }
    found["baseline-red"] = {"median": significant(runs["baseline red"].median())}
    found["labelled"] = {"median": f"{runs['labelled_red'].median():.0f}"}
    found["labelled-share"] = percent(float((runs["labelled_red"] / runs["samples"]).median()))
    return found


def _comparisons(others: list[Experiment]) -> Numbers:
    """How many intervals are told, and how many are expected to miss what they are about."""
    compared = {name for group in GROUPS.values() for name in group}
    conditions = sum(other.name in compared for other in others)
    count = conditions * len(MEASURES)
    return {
        "conditions": str(conditions),
        "measures": str(len(MEASURES)),
        "intervals": str(count),
        "level": percent(LEVEL),
        "misses": f"{count * (1 - LEVEL):.0f}",
    }


def _search(folder: Path) -> Numbers:
    """How large a search was: values varied, trials made, runs in each."""
    settings = read(folder / SEARCH)
    return {
        "values": str(len(settings["space"])),
        "trials": str(len(pd.read_csv(folder / TRIALS))),
        "blind": str(settings["random_trials"]),
        "runs": str(settings["trials"] * settings["seeds"]["count"]),
        "seeds": str(settings["seeds"]["count"]),
        "first": str(settings["seeds"]["first"]),
    }


def _published_means(results: Results) -> dict[str, Numbers]:
    """Our mean score beside the published one, by experiment."""
    found = {}
    for name, summaries in results.published_summaries().groupby("experiment"):
        row = published_means(results.of(str(name)).runs(), summaries).iloc[0]
        found[str(name)] = {
            "mean": fixed(row["published mean"], 2),
            "ours": fixed(row["mean"], 2),
            "p": significant(row["p"], 1),
        }
    return found


def experiment_numbers(experiment: Experiment, results: Results) -> Numbers:
    """All numbers of the main experiment."""
    runs = results.runs()
    one = representative(runs, experiment.representative_seed)

    def spread(column: str, show: Callable[[float], str] = significant) -> Numbers:
        numbers = {name: show(value) for name, value in summary(runs[column]).items()}
        return {**numbers, "one": show(one[column])}

    return {
        "runs": str(len(runs)),
        "last-seed": str(runs["seed"].max()),
        **{
            variant: {key(name): spread(f"{variant} {name}") for name in NAMES}
            for variant in ("baseline", "ablated", "pruned")
        },
        "score": spread("score_r2"),
        "val-mse": spread("val_mse"),
        "cube-mse": spread("cube_mse"),
        "red-cosine": spread("red_cosine", lambda value: fixed(value, 3)),
        "labelled": spread("labelled_red", lambda count: f"{count:.0f}"),
        "unlike-red": spread("unlike_red_max"),
        "remainder": spread("remainder"),
        "read-off": spread("red_read_off"),
        "orange-share": spread("orange_share"),
        "departed": str(len(departures(results.moments()))),
        "samples": f"{runs['samples'].iloc[0]:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"),
        "labelled-share": percent(float((runs["labelled_red"] / runs["samples"]).median())),
        "surgery-gap": significant(runs["surgery_gap"].max(), 1),
        "share": _shares(runs),
        "correlation": _correlations(runs),
        "interventions": _interventions(results),
        "agreement": _agreement(runs, results.published_runs()),
        "times": _times(results),
        "settings": _settings(experiment),
    }


def _shares(runs: pd.DataFrame) -> Numbers:
    """How many runs of all do what."""
    red, score = runs["ablated red"], runs["score_r2"]
    cases = {
        "red-below-tenth": red < 0.1,
        "red-below-gray": red < GRAY_FOR_RED,
        "red-above-black": red > BLACK_FOR_RED,
        "score-below-half": score < 0.5,
        "score-above-eight-tenths": score > 0.8,
        "harmed": harm(runs) > 0.01,
    }
    return {name: {"count": str(int(case.sum()))} for name, case in cases.items()}


def _correlations(runs: pd.DataFrame) -> Numbers:
    """Spearman's rank correlations over runs."""
    pairs = {
        "score-red": ("score_r2", "ablated red"),
        "score-cosine": ("score_r2", "red_cosine"),
        "labels-red": ("labelled_red", "ablated red"),
        "labels-score": ("labelled_red", "score_r2"),
        "cyan-red": ("remainder_cyan", "ablated red"),
        "neighbors-red": ("remainder_neighbors", "ablated red"),
        "orange-score": ("orange_share", "score_r2"),
    }
    found = {}
    for name, (first, second) in pairs.items():
        test = spearmanr(runs[first], runs[second])
        found[name] = {"rho": fixed(test.statistic, 2), "p": significant(test.pvalue, 1)}
    return found


def _interventions(results: Results) -> Numbers:
    """What each intervention does to red, and far from it; `suppression-90-1` and the like."""
    columns = {"red": "red", "score": "score_r2", "unlike-red": "unlike_red_max"}
    names = {ABLATED: ABLATED}
    names |= {name: "-".join(map(str, parts)) for name, parts in INTERVENTIONS.items()}
    return {
        names[str(name)]: {
            short: {end: significant(value) for end, value in summary(runs[column]).items()}
            for short, column in columns.items()
        }
        for name, runs in results.interventions().groupby("intervention")
    }


def _agreement(ours: pd.DataFrame, published: pd.DataFrame) -> Numbers:
    tests = agreement(ours, published, AGREEMENT)
    found: Numbers = {
        key(str(column)): {name: significant(value) for name, value in row.items()}
        for column, row in tests.iterrows()
    }
    least = tests["p"].idxmin()
    found["least"] = {"p": significant(tests["p"].min()), "measure": str(least)}
    found["measures"] = str(len(tests))
    found["published-runs"] = str(len(published))
    return found


def _times(results: Results) -> Numbers:
    seconds = [record["seconds"] for record in results.records()]
    return {"longest-shard": f"{max(seconds):.1f}", "shards": str(len(seconds))}


def _settings(experiment: Experiment) -> Numbers:
    """Constants of the method."""
    model, data = experiment.model, experiment.data
    encoder, decoder = widths(**model.model_dump())
    sizes = [*pairwise(encoder), *pairwise(decoder)]
    rates = experiment.schedule.table["lr"]
    power = experiment.regularizers["reg-separate"].model_dump()["power"]
    # Where ((cos + 1)/2)^power, which is cos(half the angle)^(2·power), has fallen to a hundredth.
    reach = 2 * math.degrees(math.acos(0.01 ** (1 / (2 * power))))
    return {
        "levels": str(data.cube.points),
        "colors": f"{data.cube.points**3}",
        "batch-size": str(data.batch_size),
        "steps": str(experiment.schedule.steps),
        "last-step": str(experiment.schedule.steps - 1),
        "hidden": str(model.hidden),
        "latent": str(model.latent),
        "pruned-latent": str(model.latent - len(experiment.surgery.dims)),
        "parameters": str(sum(inputs * outputs + outputs for inputs, outputs in sizes)),
        "beta-mean": f"{experiment.optimizer.betas[0]:g}",
        "beta-square": f"{experiment.optimizer.betas[1]:g}",
        "epsilon": significant(experiment.optimizer.eps, 1),
        "highest-rate": f"{rates.max():g}",
        "last-rate": f"{rates.iloc[-1]:g}",
        "one": str(experiment.representative_seed),
        "regularizers": {
            name: {
                "start": f"{experiment.schedule.table[name].iloc[0]:g}",
                "highest": f"{experiment.schedule.table[name].max():g}",
            }
            for name in experiment.regularizers
        },
        "labels": {
            name: {"power": f"{concept.power:g}", "rate": f"{concept.rate:g}"}
            for name, concept in experiment.labels.items()
        },
        "separation-power": f"{power:g}",
        "separation-reach": f"{reach:.0f}°",
        "black-for-red": "⅓",
        "gray-for-red": "¼",
        "unlike-for-red": "2⁄9",
        "orange-share-wanted": fixed(ORANGE_SHARE, 2),
    }
