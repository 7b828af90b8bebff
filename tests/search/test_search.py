"""The search: the same trials each time, the best of them kept, and mistakes told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from colorcore.colors.named import NAMES
from colorcore.errors import InputError
from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.loading import load
from colorcore.schedule.dopesheet import resolve
from colorcore.search import log as logs
from colorcore.search import settings, trials
from colorcore.search.run import run
from editing import change

SPACE = """trials: 4
random_trials: 2
sampler_seed: 0
seeds: {first: 1000, count: 2}
aim:
  {target: 0.2, harm: 0.01, before: 0.002, val_mse: 5.0e-5,
   harm_weight: 0.3, before_weight: 0.2, val_mse_weight: 0.1}
space:
  rate: {low: 0.001, high: 0.1, log: true, cells: [[20, lr]]}
  anchor: {low: 0.05, high: 0.5, cells: [[0, reg-anchor], [20, reg-anchor]]}
"""


@pytest.fixture
def folder(small, tmp_path):
    """The small experiment with a search over two of its weights."""
    place = Path(shutil.copytree(small, tmp_path / "small"))
    (place / "search.yaml").write_text(SPACE)
    return place


def quiet(line):
    pass


@pytest.fixture
def found(folder, tmp_path):
    run(folder, tmp_path / "out", show=quiet)
    return tmp_path / "out"


def test_a_search_finds_the_same_trials_twice(folder, found, tmp_path):
    run(folder, tmp_path / "again", show=quiet)
    again = tmp_path / "again"
    assert (again / "trials.csv").read_text() == (found / "trials.csv").read_text()
    assert (again / "dopesheet.csv").read_text() == (found / "dopesheet.csv").read_text()


def test_an_interrupted_search_goes_on_to_the_same_end(folder, found, tmp_path):
    half = tmp_path / "half"
    shutil.copytree(found / "records", half / "records")
    whole = (found / "trials.csv").read_text()
    (half / "trials.csv").write_text("".join(whole.splitlines(keepends=True)[:3]))
    said: list[str] = []
    run(folder, half, show=said.append)
    assert (half / "trials.csv").read_text() == whole
    assert [line.split(":")[0] for line in said] == ["trial 3 of 4", "trial 4 of 4"]


def test_trials_differ_and_stay_within_bounds(found):
    log = logs.read_log(found / "trials.csv")
    assert list(log["trial"]) == [0, 1, 2, 3]
    assert set(log["state"]) == {"complete"}
    assert log["rate"].between(0.001, 0.1).all()
    assert log["anchor"].between(0.05, 0.5).all()
    assert log["rate"].nunique() == 4


def test_the_dopesheet_that_is_kept_is_that_of_the_best_trial(found):
    log = logs.read_log(found / "trials.csv")
    winner = log.sort_values("value").iloc[-1]
    sheet = resolve((found / "dopesheet.csv").read_text(), path=found).table
    assert sheet["lr"].to_dict()[20] == winner["rate"]
    assert sheet["reg-anchor"].to_dict()[0] == winner["anchor"]
    assert sheet["reg-anchor"].to_dict()[20] == winner["anchor"]
    assert sheet["lr"].to_dict()[30] == 0.05  # in no range, so as it was


def test_a_training_that_diverges_is_a_trial_that_cannot_win(folder, tmp_path):
    change(
        folder, "{low: 0.001, high: 0.1, log: true,", "{low: 1.0e+30, high: 1.0e+31,", "search.yaml"
    )
    with pytest.raises(InputError, match="wanted a trial that is complete, got 4 that are not"):
        run(folder, tmp_path / "out", show=quiet)
    assert set(logs.read_log(tmp_path / "out" / "trials.csv")["state"]) == {"diverged"}


def test_the_log_of_another_search_is_refused(folder, found):
    log = (found / "trials.csv").read_text()
    (found / "trials.csv").write_text(log.replace(log.splitlines()[-1].split(",")[1], "0.0404"))
    with pytest.raises(InputError) as caught:
        run(folder, found, show=quiet)
    assert str(caught.value) == (
        f"{found}/trials.csv: wanted the log of this search, got another's; move it away to begin "
        "anew"
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("search.yaml", "high: 0.5", "high: 0.6"),
        ("search.yaml", "target: 0.2", "target: 0.3"),
        ("search.yaml", "count: 2", "count: 3"),
        ("search.yaml", "sampler_seed: 0", "sampler_seed: 1"),
        ("experiment.yaml", "batch_size: 64", "batch_size: 96"),
        ("dopesheet.csv", "0.05,0,0", "0.06,0,0"),
    ],
)
def test_a_search_does_not_go_on_under_another_aim(folder, found, file, old, new):
    change(folder, old, new, file)
    with pytest.raises(InputError) as caught:
        run(folder, found, show=quiet)
    assert str(caught.value) == (
        f"{found}/records/search.json: wanted results of small as its settings are, got those of "
        "other settings; build them again, or move them away"
    )


def test_a_search_goes_on_to_more_trials(folder, found, tmp_path):
    change(folder, "trials: 4", "trials: 5", "search.yaml")
    run(folder, found, show=quiet)
    run(folder, tmp_path / "at-once", show=quiet)
    at_once = (tmp_path / "at-once" / "trials.csv").read_text()
    assert (found / "trials.csv").read_text() == at_once
    assert len(at_once.splitlines()) == 6


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[[20, lr]]",
            "[[21, lr]]",
            "space.rate.cells, STEP of dopesheet.csv: wanted one of 0, +5, 20, 30, got '21'; "
            "choose one of them",
        ),
        (
            "[[20, lr]]",
            "[[20, lrr]]",
            "space.rate.cells, property of dopesheet.csv: wanted one of PHASE, ACTION, lr, "
            "reg-separate, reg-anchor, reg-anti-subspace, got 'lrr'; did you mean lr?",
        ),
        (
            "[[0, reg-anchor], [20, reg-anchor]]",
            "[[20, lr]]",
            "space.anchor.cells: wanted each cell once, got [20, 'lr'] twice; remove one",
        ),
        (
            "{low: 0.05, high: 0.5",
            "{low: 0.5, high: 0.05",
            "space.anchor: wanted low < high, got 0.5 and 0.05",
        ),
        (
            "first: 1000",
            "first: 9223372036854775807",
            "seeds: wanted seeds below 2^63, got 2 from 9223372036854775807 on",
        ),
        (
            "sampler_seed: 0",
            "sampler_seed: 4294967295",
            "sampler_seed: wanted less than 2147483648, got 4294967295",
        ),
        (
            "low: 0.001, high: 0.1",
            "low: 0, high: 0.1",
            "space.rate: wanted low > 0 on a log scale, got 0",
        ),
        (
            "trials: 4",
            "trails: 4",
            "trails: wanted only known keys, got this one; did you mean trials?",
        ),
        (
            "  rate:",
            "  value:",
            "space.value: wanted a name that trials.csv does not use otherwise, got 'value'; "
            "rename it",
        ),
    ],
)
def test_a_mistake_in_a_search_is_told(folder, old, new, message):
    change(folder, old, new, "search.yaml")
    with pytest.raises(ExperimentError) as caught:
        settings.read(folder)
    assert str(caught.value).startswith(f"{folder}/search.yaml: {message}")


AIM = settings.Aim(
    target=0.2, harm=0.01, before=0.002, val_mse=5e-5,
    harm_weight=0.3, before_weight=0.2, val_mse_weight=0.1,
)  # fmt: skip


def runs(**changes: float) -> pd.DataFrame:
    names = [f"baseline {name}" for name in NAMES]
    flawless = {"score_r2": 0.9, "ablated target": 0.3, "harm": 0.001, "val_mse": 1e-5}
    return pd.DataFrame([{**dict.fromkeys(names, 0.0), **flawless, **changes}])


@pytest.mark.parametrize(
    ("changes", "merit"),
    [
        ({}, 0.9),
        ({"ablated target": 0.1}, 0.4),
        ({"harm": 0.015}, 0.75),
        ({"harm": 0.02}, 0.6),
        ({"harm": 0.9}, 0.6),
        ({"val_mse": 7.5e-5}, 0.85),
        ({"baseline red": 0.003}, 0.8),
    ],
)
def test_a_runs_merit_is_its_score_less_what_it_falls_short_of(changes, merit):
    assert trials.merit(runs(**changes), AIM).item() == pytest.approx(merit)


def test_a_trials_value_lies_between_its_mean_and_its_worst_run():
    both = pd.concat([runs(), runs(score_r2=0.5)])
    assert trials.value(both, AIM) == pytest.approx((0.7 + 0.5) / 2)


def test_searched_experiments_are_what_their_logs_say():
    """Nobody has touched the winner's dopesheet since."""
    folders = [path.parent for path in Path("experiments").glob("*/search.yaml")]
    assert folders
    for folder in folders:
        log, space = logs.read_log(folder / "trials.csv"), settings.read(folder)
        sheet = (folder / "dopesheet.csv").read_text()
        values = {name: float(logs.best(log)[name]) for name in space.space}
        assert settings.fill(sheet, space, values) == sheet
        assert len(log) == space.trials
        assert load(folder).schedule.steps > 1
