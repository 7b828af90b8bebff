"""Every number that the text quotes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from scipy.stats import spearmanr

from colorcore.experiment.concepts import key, listed
from colorcore.experiment.folder import GRID, TRIALS
from colorcore.results.audited import BACK, KIN, LONG, READ, RECOVERED
from colorcore.results.departures import departures
from colorcore.results.distribution import agreement
from colorcore.results.files import AUDIT, RECOVERY, Results
from colorcore.results.measures import HARMED, bounds
from colorcore.search import grid, settings
from colorcore.search.log import read_log
from colorcore.writeup.document import Document
from colorcore.writeup.making import audited
from colorcore.writeup.numbers import (
    Numbers,
    audit_numbers,
    comparisons,
    condition_numbers,
    experiment_numbers,
    recovery_numbers,
    spread,
)
from colorcore.writeup.numerals import fixed, fixed_percent, percent, significant
from colorcore.writeup.subject import Subject, subject
from paper import published, transformer
from paper.claims.evidence import kept_tails
from paper.measures import (
    BLACK_FOR_RED,
    GRAY_FOR_RED,
    ORANGE_SHARE,
    UNLIKE_FOR_RED,
    harm,
    orange_share,
)

SEARCHED = "ex-reliable"  # the experiment of which the text tells the search
WANTED = (UNLIKE_FOR_RED, 0.5)  # what was asked of the error of red that is hidden
READERS = ("nearest", "decoder", "long decoder unseen", "long decoder")


def numbers(document: Document, build: Path) -> Numbers:
    """All of them, by experiment."""
    main = subject(document, build)
    record = main.results.trained()[0]
    found: Numbers = {
        key(document.main_name): {**experiment_numbers(main), **main_numbers(main)},
        "versions": record["versions"],
        "hardware": record["hardware"],
        "comparisons": comparisons(document),
        "search": _search(document.experiments / SEARCHED),
        "tuned": _tuned(document),
    }
    for name in document.names:
        if name != document.main_name:
            results = main.results_of(name)
            found[key(name)] = condition_numbers(main.results.runs(), results.runs())
            found[key(name)]["deletions"] = deletions(main, name)
            if "red" in results.experiment.concepts:
                found[key(name)] |= of_red(results)
    black = document.load("concept-black").deletion
    found["concept-black"]["bound"] = significant(bounds(black).unlike, 1)
    for name in audited(document, AUDIT):
        found[key(name)]["audit"] = audit_numbers(main.results_of(name).audit())
    for name in audited(document, RECOVERY):
        found[key(name)]["recovery"] = recovery_numbers(main.results_of(name).recovery())
    found["tails"] = tail_numbers(document)
    found["transformer"] = transformer_numbers()
    for name, summaries in published.summaries().groupby("experiment"):
        row = published.published_means(main.results_of(str(name)).runs(), summaries).iloc[0]
        found[key(str(name))]["published"] = {
            "mean": fixed(row["published mean"], 2),
            "ours": fixed(row["mean"], 2),
            "p": significant(row["p"], 1),
        }
    return found


def tail_numbers(document: Document) -> Numbers:
    """How many of many runs of each experiment fail, of those that there is a tail of."""
    found: Numbers = {}
    for name, runs in kept_tails(document).items():
        harmed = runs[runs["harm"] > HARMED]
        counts = harmed["worst"].value_counts()
        found[key(name)] = {
            "runs": str(len(runs)),
            "weak": str(int((runs["target"] < 0.2).sum())),
            "harmed": str(len(harmed)),
            "harmed-share": percent(len(harmed) / len(runs)),
            "worst": listed(f"{one} ({count})" for one, count in counts.items())
            if len(counts)
            else "nothing",
            "score": spread(runs["score_r2"]),
            "low": str(int((runs["score_r2"] < 0.85).sum())),
            "target": spread(runs["target"]),
            "short": str(int((runs["target"] < WANTED[0]).sum())),
            "strong": str(int((runs["target"] > WANTED[1]).sum())),
            "read": {key(name): _read(runs[name]) for name in READERS},
        }
    return found


def _read(errors: pd.Series) -> Numbers:
    """How many runs a reader has the concept of to within 0.2, and what share it has not."""
    read = errors < 0.2
    return {"count": str(int(read.sum())), "hidden": percent(1 - float(read.mean()), 3)}


def transformer_numbers() -> Numbers:
    """The share of a transformer's lines that each deletion leaves, by model, way and group."""
    groups = transformer.read(transformer.GROUPS)
    found: Numbers = {"runs": str(groups.query("model == 'anchored'")["seed"].nunique())}
    for model, ways in transformer.SHOWN.items():
        found[model] = {
            key(way): {
                key(group): _shares_right(transformer.right(groups, model, way, group))
                for group in ("red operand", "unlike")
            }
            for way in ways
        }
    return found


def _shares_right(shares: pd.Series) -> Numbers:
    """The middle run and the worst, with a digit that tells nearly all from all."""
    return {name: fixed_percent(float(shares.agg(name)), 1) for name in ("median", "min", "max")}


def main_numbers(main: Subject) -> Numbers:
    """What the text says of the main experiment, and of no other."""
    runs = main.results.runs()
    return {
        "departed": str(len(departures(main.results.moments(), "red"))),
        "orange-share": spread(orange_share(runs)),
        "share": _shares(runs),
        "correlation": _correlations(runs.assign(orange_share=orange_share(runs))),
        "agreement": _agreement(runs),
        "in-words": {
            "black-for-red": "1/3",
            "gray-for-red": "1/4",
            "unlike-for-red": "2/9",
            "orange-share-wanted": fixed(ORANGE_SHARE, 2),
        },
        "audited": {
            "steps": str(READ),
            "long": str(LONG),
            "last": str(RECOVERED),
            "back": fixed(BACK, 2),
            "alike": fixed(KIN, 1),
        },
    }


def deletions(main: Subject, name: str) -> Numbers:
    """How each deletion of an experiment turned out."""
    found: Numbers = {}
    for one in main.document.load(name).deletions:
        runs = main.results_of(name, deletion=one).runs()
        found[key(one)] = {
            "score": spread(runs["score_r2"]),
            "target": spread(runs["ablated target"]),
            "harm": spread(runs["harm"]),
            "harmed": str(int((runs["harm"] > HARMED).sum())),
        }
    return found


def of_red(results: Results) -> Numbers:
    """What the text says of another experiment on red."""
    runs = results.runs()
    counts = runs["labelled_red"]
    return {
        "score": {"exact": fixed(runs["score_r2"].median(), 3)},
        "share": _shares(runs),
        "departed": str(len(departures(results.moments(), "red"))),
        "cyan-harm": fixed(spearmanr(runs["cosine cyan"], harm(runs)).statistic, 2),
        "baseline-red": {"median": significant(runs["baseline red"].median())},
        "labelled": {"median": f"{counts.median():.0f}"},
        "labelled-share": percent(float((counts / runs["samples"]).median())),
    }


def _search(folder: Path) -> Numbers:
    """How large a search was: values varied, trials made, runs in each."""
    search = settings.read(folder)
    return {
        "values": str(len(search.space)),
        "trials": str(len(read_log(folder / TRIALS))),
        "blind": str(search.random_trials),
        "runs": str(search.trials * search.seeds.count),
        "seeds": str(search.seeds.count),
        "first": str(search.seeds.first),
    }


def _tuned(document: Document) -> Numbers:
    """How much was tried of rivals' settings, and on how many runs each."""
    experiments = map(document.load, document.names)
    grids = [grid.read(one) for one in experiments if (one.folder / GRID).is_file()]
    # The text tells of the same seeds for all.
    ((first, count),) = {(one.seeds.first, one.seeds.count) for one in grids}
    return {
        "settings": str(sum(map(len, (s for one in grids for s in one.settings.values())))),
        "trainings": str(sum(len(one.trainings) for one in grids if one.axes)),
        "runs": str(count),
        "first": str(first),
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
        "cyan-red": ("remainder_opposite", "ablated red"),
        "neighbors-red": ("remainder_neighbors", "ablated red"),
        "orange-score": ("orange_share", "score_r2"),
    }
    found = {}
    for name, (first, second) in pairs.items():
        test = spearmanr(runs[first], runs[second])
        found[name] = {"rho": fixed(test.statistic, 2), "p": significant(test.pvalue, 1)}
    return found


def _agreement(ours: pd.DataFrame) -> Numbers:
    theirs = published.runs()
    tests = agreement(ours, theirs, published.AGREEMENT)
    found: Numbers = {
        key(str(column)): {name: significant(value) for name, value in row.items()}
        for column, row in tests.iterrows()
    }
    least = tests["p"].idxmin()
    found["least"] = {"p": significant(tests["p"].min()), "measure": str(least)}
    found["measures"] = str(len(tests))
    found["published-runs"] = str(len(theirs))
    return found
