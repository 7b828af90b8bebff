"""Summaries of runs, and the comparison of two sets of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from colorcore.results.distribution import agreement, summary, verdict


def test_a_summary_has_median_interval_extremes_mean_and_deviation():
    found = summary(np.arange(101))
    assert found == {
        "median": 50, "low": 5, "high": 95, "min": 0, "max": 100, "mean": 50,
        "sd": pytest.approx(np.sqrt(101 * 102 / 12)),
    }  # fmt: skip


def test_the_same_runs_agree_and_shifted_ones_do_not():
    runs = pd.DataFrame({"a": np.arange(60.0), "b": np.arange(60.0)})
    other = runs.assign(b=runs["b"] + 30)
    tests = agreement(runs, other, ["a", "b"]).to_dict("index")
    assert tests["a"] == {"ours": 29.5, "theirs": 29.5, "statistic": 0, "p": pytest.approx(1)}
    assert tests["b"]["statistic"] == pytest.approx(0.5)
    assert tests["b"]["p"] < 1e-6
    assert (tests["b"]["ours"], tests["b"]["theirs"]) == (29.5, 59.5)


def test_a_measure_among_many_needs_a_smaller_p_to_differ():
    assert verdict(0.03, of=1) == "differs"
    assert verdict(0.03, of=2) == "agrees"
