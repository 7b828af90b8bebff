"""Runs and summaries that others published, and how ours compare with them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from colorcore.colors.named import NAMES
from colorcore.results.files import read_result

REFERENCE = Path(__file__).parent / "reference"
RUNS, SUMMARIES = REFERENCE / "ex-2.10.1.runs.csv", REFERENCE / "summaries.csv"

AGREEMENT = (*(f"ablated {name}" for name in NAMES), "score_r2", "val_mse", "labelled_red")
"""Columns compared with the published runs."""


def runs() -> pd.DataFrame:
    """A row a published run of the main experiment, with the first columns of our own tables."""
    return read_result(RUNS, pd.read_csv)


def summaries() -> pd.DataFrame:
    """Means and the like of experiments of which no runs were published."""
    return read_result(SUMMARIES, pd.read_csv)


def published_means(
    ours: pd.DataFrame, published: pd.DataFrame, column: str = "score_r2"
) -> pd.DataFrame:
    """Our runs of an experiment beside published means and deviations of the same measure.

    Welch's t-test on the difference of means, from the summaries alone, for want of the runs.

    Returns a row for each of `published` with ours and p.
    """
    from scipy.stats import ttest_ind_from_stats  # takes half a second to load

    values = ours[column]
    rows = []
    for _, row in published[published["measure"] == column].iterrows():
        test = ttest_ind_from_stats(
            values.mean(), values.std(), len(values),
            row["mean"], row["sd"], row["runs"], equal_var=False,
        )  # fmt: skip
        own = {name: float(values.agg(kind)) for name, kind in KINDS.items()}
        rows.append({"measure": column, **own, **_theirs(row), "p": float(test.pvalue)})
    return pd.DataFrame(rows)


KINDS = {"mean": "mean", "sd": "std", "min": "min", "max": "max"}


def _theirs(row: pd.Series) -> dict[str, float]:
    return {f"published {name}": float(row[name]) for name in KINDS}
