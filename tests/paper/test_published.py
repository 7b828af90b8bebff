"""Published runs and summaries beside our own, on numbers with known answers."""

from __future__ import annotations

import pandas as pd
import pytest

from paper import published
from paper.published import published_means


def test_runs_begin_with_the_columns_of_the_published_ones(results):
    ours, theirs = results.runs(), published.runs()
    assert list(ours.columns[: len(theirs.columns)]) == list(theirs.columns)


def test_the_published_experiments_of_which_there_are_means_alone_are_among_ours(document):
    assert set(published.summaries()["experiment"]) <= set(document.names)


def test_a_published_mean_is_compared_by_its_summary():
    ours = pd.DataFrame({"score_r2": [0.8, 0.9, 1.0]})
    theirs = pd.DataFrame(
        [
            {"measure": "score_r2", "mean": 0.9, "sd": 0.1, "min": 0.5, "max": 1.0, "runs": 60},
            {"measure": "score_r2", "mean": 0.1, "sd": 0.1, "min": 0.0, "max": 0.3, "runs": 60},
        ]
    )
    found = published_means(ours, theirs)
    assert found["mean"].tolist() == pytest.approx([0.9, 0.9])
    assert found["sd"].tolist() == pytest.approx([0.1, 0.1])
    assert found["p"].iloc[0] == pytest.approx(1)
    assert found["p"].iloc[1] < 0.01
