"""The histories of shards as one: exact whatever the shards and the steps in memory at a time."""

from __future__ import annotations

import pandas as pd
import pytest

from colorcore.results import history as histories
from colorcore.training.loop import train


@pytest.fixture(scope="module")
def trained(both):
    """The history of four runs, in the order of steps and seeds."""
    return train(both.experiment, seeds=range(4)).history


@pytest.fixture
def shares(trained, tmp_path):
    paths = [tmp_path / f"history-{shard}.parquet" for shard in range(2)]
    for path, seeds in zip(paths, ([0, 1], [2, 3]), strict=True):
        histories.write(path, trained[trained["seed"].isin(seeds)])
    return paths


@pytest.mark.parametrize("stride", [15, 30, 45])
def test_curves_are_the_quantiles_of_all_runs_over_pooled_steps(
    trained, shares, both, stride, monkeypatch
):
    monkeypatch.setattr(histories, "STRIDE", stride)
    curves = histories.gather(shares, both.experiment, seeds=[0, 1, 2, 3]).curves
    assert sorted(set(curves["term"])) == sorted(["recon", *both.experiment.regularizers])
    for term, label in (("recon", None), ("reg-anchor", "red"), ("reg-blue", "blue")):
        seen = trained if label is None else trained[trained[f"labelled_{label}"] > 0]
        assert label is None or (seen[term] > 0).all()
        got = curves[curves["term"] == term]
        assert got["step"].tolist() == [0, 15, 30][: len(got)]
        for step, *ends in got[["step", "low", "median", "high"]].to_numpy():
            of = seen[seen["step"].between(step, step + 14)][term]
            assert ends == pytest.approx(of.quantile([0.05, 0.5, 0.95]).tolist())


def test_a_term_with_two_labels_has_batches_with_either(trained, shares, both):
    term = both.experiment.regularizers["reg-anchor"]
    term = term.model_copy(update={"labels": {"red": 1.0, "blue": 1.0}})
    experiment = both.experiment.model_copy(update={"regularizers": {"reg-anchor": term}})
    curves = histories.gather(shares, experiment, seeds=[0, 1, 2, 3]).curves
    seen = trained[(trained["labelled_red"] > 0) | (trained["labelled_blue"] > 0)]
    want = seen.groupby(seen["step"] // 15)["reg-anchor"].median()
    got = curves[curves["term"] == "reg-anchor"]["median"]
    assert got.tolist() == pytest.approx(want.tolist())


def test_every_run_has_its_labels_counted(trained, shares, both):
    found = histories.gather(shares, both.experiment, seeds=[0, 1, 2, 3]).labelled
    for label in ("labelled_red", "labelled_blue"):
        want = [trained[trained["seed"] == seed][label].sum() for seed in range(4)]
        assert found[label].tolist() == want
    assert sum(found["labelled_red"]) > 0


@pytest.mark.parametrize(("sample", "kept"), [(100, [0, 1, 2, 3]), (2, [0, 1, 3])])
def test_every_step_of_the_first_runs_and_the_representative_one_is_kept(
    trained, shares, both, sample, kept, monkeypatch
):
    monkeypatch.setattr(histories, "SAMPLE", sample)
    experiment = both.experiment.model_copy(update={"representative_seed": 3})
    found = histories.gather(shares, experiment, seeds=[0, 1, 2, 3]).sample
    want = trained[trained["seed"].isin(kept)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, want)
    steps = found[["step", "seed"]].to_numpy().tolist()
    assert steps == sorted(steps)


def test_the_size_of_a_history_is_known_before_it_is_written(trained, both):
    assert histories.size(both.experiment, runs=4) == trained.memory_usage(index=False).sum()
