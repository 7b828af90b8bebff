"""What claims are about."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd
from scipy.stats import spearmanr

from colorcore.experiment.folder import TAIL
from colorcore.results import tails
from colorcore.results.comparison import paired
from colorcore.results.distribution import HIGH, LOW
from colorcore.results.files import AUDIT, RECOVERY
from colorcore.search.tuning import Choice, choices
from colorcore.writeup.document import Document
from colorcore.writeup.making import audited
from colorcore.writeup.subject import subject
from paper import published, transformer

MAIN = "ex-2.10.1"


class Evidence(NamedTuple):
    """Runs of the main experiment, of the original and of every condition, by experiment.

    `moments` has them through training; `interventions` has the main experiment's runs under each
    intervention; `summaries` what was published of sweeps; `audits` what operators leave in runs;
    `recoveries` how those are trained on; `tails` how deletions turn out in many more runs;
    `choices` what experiments use of what was tried; and `mixing` what a transformer still mixes.
    """

    ours: pd.DataFrame
    published: pd.DataFrame
    conditions: dict[str, pd.DataFrame]
    moments: dict[str, pd.DataFrame]
    interventions: dict[str, pd.DataFrame]
    summaries: pd.DataFrame
    audits: dict[str, pd.DataFrame]
    recoveries: dict[str, pd.DataFrame]
    tails: dict[str, pd.DataFrame]
    choices: dict[str, list[Choice]]
    mixing: pd.DataFrame


def gather(document: Document, build: Path) -> Evidence:
    """The evidence in the results of a document's experiments."""
    main = subject(document, build)
    results = {name: main.results_of(name) for name in document.names}
    interventions = main.results.interventions().groupby("intervention")
    return Evidence(
        ours=main.results.runs(),
        published=published.runs(),
        conditions={name: one.runs() for name, one in results.items() if name != MAIN},
        moments={name: one.moments() for name, one in results.items()},
        interventions={str(name): runs for name, runs in interventions},
        summaries=published.summaries(),
        audits={name: results[name].audit() for name in audited(document, AUDIT)},
        recoveries={name: results[name].recovery() for name in audited(document, RECOVERY)},
        tails=kept_tails(document),
        choices={name: choices(document.load(name)) for name in document.names},
        mixing=transformer.read(transformer.GROUPS),
    )


def kept_tails(document: Document) -> dict[str, pd.DataFrame]:
    """A row a run, by the experiments of which the text tells how seldom they fail."""
    return {
        name: tails.read(document.load(name), document.experiments / name / TAIL)
        for name in document.tables["tail"].options["of"].values()
    }


def spread(values: pd.Series) -> float:
    """Ratio of the 95th to the 5th percentile."""
    return float(values.quantile(HIGH) / values.quantile(LOW))


def rank_correlation(runs: pd.DataFrame, first: str, second: str) -> float:
    """Spearman's, of two columns over runs."""
    return float(spearmanr(runs[first], runs[second]).statistic)


def runs_of(e: Evidence, name: str) -> pd.DataFrame:
    """The runs of a condition, whose name may lack that of the main experiment before it."""
    return e.conditions[name if name in e.conditions else f"{MAIN}-{name}"]


def median(e: Evidence, name: str, column: str) -> float:
    """Of a condition's runs."""
    return float(runs_of(e, name)[column].median())


def rises(e: Evidence, name: str, column: str) -> bool:
    """Whether a median is above the main experiment's beyond what resampled seeds explain."""
    return paired(e.ours, runs_of(e, name), column).low > 0


def falls(e: Evidence, name: str, column: str) -> bool:
    """Whether a median is below the main experiment's beyond what resampled seeds explain."""
    return paired(e.ours, runs_of(e, name), column).high < 0


def above(e: Evidence, name: str, column: str) -> bool:
    """Whether a median is above the main experiment's, for what varies much between machines."""
    return paired(e.ours, runs_of(e, name), column).difference > 0
