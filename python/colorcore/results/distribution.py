"""What a number does over many runs, and whether two sets of runs do the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import xarray as xr

LOW, HIGH = 0.05, 0.95  # the ends of the interval that holds nine runs of ten
BINS = 12  # of a band
BAND = ("bin", "quantile")  # its axes in a grid


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
    from scipy.stats import ks_2samp  # takes half a second to load, and most need none

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


def verdict(p: float, *, of: int) -> str:
    """Whether two samples agree, when p is one `of` as many (Bonferroni, at 0.05)."""
    return "agrees" if p * of > 0.05 else "differs"


def binned(x: NDArray[np.float64], values: NDArray, *, bins: int = BINS) -> pd.DataFrame:
    """Low, median and high over runs and points that have about the same x.

    Shapes: `x` (points,), in [0, 1]; `values` (runs, points). Returns a row a bin that has points,
    by its mean x.
    """
    place = np.clip(np.digitize(x, np.linspace(0, 1, bins + 1)) - 1, 0, bins - 1)
    rows = {
        x[place == i].mean(): np.quantile(values[:, place == i], [LOW, 0.5, HIGH])
        for i in np.unique(place)
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["low", "median", "high"])


def band_axes(band: pd.DataFrame) -> dict[Hashable, list]:
    """The coordinates of such a band in a grid: mean x of each bin, and what its columns are."""
    return dict(zip(BAND, (band.index.tolist(), band.columns.tolist()), strict=True))


def band_of(grid: xr.Dataset, **which: str) -> pd.DataFrame:
    """A band of a grid, as `binned` gave it."""
    bins, quantiles = (grid[axis].values.tolist() for axis in BAND)
    return pd.DataFrame(grid["band"].sel(which).values, index=bins, columns=quantiles)
