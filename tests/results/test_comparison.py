"""Paired comparisons and Pareto fronts, on numbers with known answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from colorcore.errors import InputError
from colorcore.results.comparison import paired, pareto


def runs(values, *, seeds=None, column="score_r2"):
    values = np.asarray(values, dtype=float)
    return pd.DataFrame({"seed": range(len(values)) if seeds is None else seeds, column: values})


def test_a_shift_of_all_runs_is_found_exactly_when_paired():
    base = np.random.default_rng(0).normal(size=60)
    found = paired(runs(base), runs(base + 0.25), "score_r2")
    np.testing.assert_allclose([found.difference, found.low, found.high], 0.25)
    assert found.median == pytest.approx(np.median(base) + 0.25)


def test_the_interval_covers_a_difference_of_nothing_about_as_often_as_it_says():
    random = np.random.default_rng(1)
    covered = []
    for _ in range(40):
        found = paired(runs(random.normal(size=60)), runs(random.normal(size=60)), "score_r2")
        covered.append(found.low <= 0 <= found.high)
    assert sum(covered) >= 34  # of 40, 38 expected


def test_a_comparison_gives_the_same_numbers_each_time():
    base, other = np.random.default_rng(2).normal(size=(2, 30))
    assert paired(runs(base), runs(other), "score_r2") == paired(
        runs(base), runs(other), "score_r2"
    )


def test_conditions_with_other_seeds_are_refused():
    with pytest.raises(InputError, match="seeds: wanted the same in both conditions, got 3 and 2"):
        paired(runs([1, 2, 3]), runs([1, 2]), "score_r2")


def test_the_pareto_front_leaves_out_what_another_run_beats():
    table = pd.DataFrame(
        {"error": [1.0, 2.0, 1.0, 3.0], "score": [0.5, 0.9, 0.4, 0.8]}, index=list("abcd")
    )
    # c is beaten by a, and d by b; a and b trade error for score.
    assert list(pareto(table, least=["error"], most=["score"]).index) == ["a", "b"]


def test_equal_runs_are_both_on_the_front():
    table = pd.DataFrame({"error": [1.0, 1.0], "score": [0.5, 0.5]})
    assert len(pareto(table, least=["error"], most=["score"])) == 2
