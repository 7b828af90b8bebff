"""What a number does over many runs, and whether two sets of runs do the same."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import ks_2samp

LOW, HIGH = 0.05, 0.95  # the ends of the interval that holds nine runs of ten


def summary(values: ArrayLike) -> dict[str, float]:
    """Median, the 90 % interval (5th to 95th percentile), extremes, mean and sample deviation.

    Shapes: (runs,), at least two.
    """
    runs = np.asarray(values, dtype=np.float64)
    low, median, high = np.quantile(runs, [LOW, 0.5, HIGH])
    return {
        "median": float(median),
        "low": float(low),
        "high": float(high),
        "min": float(runs.min()),
        "max": float(runs.max()),
        "mean": float(runs.mean()),
        "sd": float(runs.std(ddof=1)),
    }


def agreement(ours: pd.DataFrame, theirs: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Two sets of independent runs, compared column by column.

    Returns a row a column: both medians, and statistic and p of the two-sample Kolmogorov–Smirnov
    test, where a small p says that the runs come from different distributions.

    Raises: KeyError when a column is missing on either side.
    """
    rows = {}
    for column in columns:
        test = ks_2samp(ours[column], theirs[column])
        rows[column] = {
            "ours": ours[column].median(),
            "theirs": theirs[column].median(),
            "statistic": test.statistic,
            "p": test.pvalue,
        }
    return pd.DataFrame.from_dict(rows, orient="index")
