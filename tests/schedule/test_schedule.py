"""Dopesheets: golden schedules, and every kind of mistake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorcore.schedule import ScheduleError, read
from colorcore.schedule.interpolation import INTERPOLATIONS, cosine, interpolate, minimum_jerk

DATA = Path("tests/data")
MAIN = Path("experiments/ex-2.10.1/dopesheet.csv")


@pytest.mark.parametrize(
    ("sheet", "golden"),
    [
        (MAIN, "ex-2.10.1.schedule.csv"),
        (DATA / "interpolation.dopesheet.csv", "interpolation.schedule.csv"),
    ],
)
def test_schedules_are_the_published_ones(sheet, golden):
    want = pd.read_csv(DATA / golden, index_col="STEP")
    got = read(sheet).table.loc[want.index]
    assert list(got.columns) == list(want.columns)
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["swept", "conflict", "unitarity"])
def test_the_other_sheets_of_the_series_resolve(name):
    assert read(DATA / f"ex-2.10.1-{name}.dopesheet.csv").steps == 1501


def test_phases_actions_and_keyframes_are_kept():
    schedule = read(DATA / "interpolation.dopesheet.csv")
    assert schedule.phases.to_numpy().tolist() == [[0, "Warm"], [20, "Main"]]
    assert schedule.actions.to_numpy().tolist() == [[5, "go"]]
    keys = schedule.keyframes
    assert keys[keys["property"] == "a"]["step"].tolist() == [0, 17, 30]


def test_minimum_jerk_starts_and_ends_at_rest_half_way_at_half_time():
    tau = np.linspace(0, 1, 1001)
    y = minimum_jerk(tau)
    assert y[[0, 500, 1000]].tolist() == [0, 0.5, 1]
    assert np.gradient(y, tau)[[0, -1]] == pytest.approx([0, 0], abs=1e-4)


def test_a_cosine_has_done_a_quarter_after_a_third_of_the_time():
    assert cosine(np.array([0, 1 / 3, 0.5, 1])) == pytest.approx([0, 0.25, 0.5, 1])


@given(
    st.lists(st.integers(0, 200), min_size=1, max_size=6, unique=True).map(sorted),
    st.sampled_from(sorted(INTERPOLATIONS)),
    st.sampled_from(["linear", "log"]),
    st.integers(0, 2**32),
)
def test_keys_are_met_exactly_and_nothing_overshoots(keys, interpolation, space, seed):
    values = np.random.default_rng(seed).uniform(0.1, 10, len(keys))
    found = interpolate(np.array(keys), values, steps=201, space=space, interpolation=interpolation)
    assert found[keys].tolist() == values.tolist()
    assert (found[: keys[0]] == values[0]).all()
    assert (found[keys[-1] :] == values[-1]).all()
    for i in range(len(keys) - 1):
        low, high = sorted(values[i : i + 2])
        between = found[keys[i] : keys[i + 1]]
        assert (between >= low * (1 - 1e-12)).all()
        assert (between <= high * (1 + 1e-12)).all()


MISTAKES = {
    "STEP,lr:lin\n0,1\n": "row 1, column 'lr:lin': wanted space linear, log, got 'lin'; "
    "did you mean linear?",
    "STEP,lr::cubic\n0,1\n": "row 1, column 'lr::cubic': wanted interpolation minjerk, linear, "
    "cosine, step, step-end, got 'cubic'; use one of these",
    "STEP,lr:log:step:x\n0,1\n": "row 1, column 'lr:log:step:x': wanted "
    "name[:space[:interpolation]], got 'lr:log:step:x'; rename it",
    "PHASE,lr\n,1\n": "row 1: wanted a column STEP, got ['PHASE', 'lr']; add it",
    "": "row 1: wanted a column STEP, got []; add it",
    "STEP,lr\n": "row 2: wanted at least one row of keyframes, got none; add step 0",
    "STEP,PHASE\n0,x\n": "row 1: wanted a column for at least one property, got none; add lr",
    "STEP,a,a:log\n0,1,1\n": "row 1: wanted each property once, got ['a'] twice; remove one",
    "STEP,a,a\n0,1,1\n": "row 1: wanted each column once, got ['a'] twice; remove one",
    "STEP,lr\n0,1,2\n": "row 2: wanted 2 cells, as in the header, got 3; check its commas",
    "STEP,lr\n0,fast\n": "row 2, column 'lr': wanted a finite number, got 'fast'; write one",
    "STEP,lr\n0,inf\n": "row 2, column 'lr': wanted a finite number, got 'inf'; write one",
    "STEP,lr:log\n0,0\n": "row 2, column 'lr:log': wanted a positive number in log space, got 0; "
    "raise it",
    "STEP,lr\n0,\n": "column 'lr': wanted at least one value, got none; key step 0",
    "STEP,lr\nx,1\n": "row 2, column STEP: wanted a whole number up to 10000000, +N, -N, +F or -F, "
    "got 'x'; write one",
    "STEP,lr\n5,1\n": "row 2, column STEP: wanted the first row on step 0, got '5'; start at 0",
    "STEP,lr\n0,1\n0,2\n": "row 3, column STEP: wanted a step after 0, that of row 2, got '0', "
    "which is step 0; keep rows in order, one a step",
    "STEP,lr\n0,1\n+5,2\n5,3\n": "row 4, column STEP: wanted a step after 5, that of row 3, got "
    "'5', which is step 5; keep rows in order, one a step",
    "STEP,lr\n+5,1\n": "row 2, column STEP: '+5' needs a row above with an absolute step; add one",
    "STEP,lr\n0,1\n-5,1\n": "row 3, column STEP: '-5' needs a row below with an absolute step; "
    "add one",
    "STEP,lr\n0,1\n+0.5,1\n": "row 3, column STEP: '+0.5' needs a row below with an absolute "
    "step; add one",
    "STEP,lr\n0,1\n+1.5,1\n9,1\n": "row 3, column STEP: wanted a whole number of steps or a "
    "fraction between 0 and 1, got '+1.5'; write one",
    "STEP,lr\n0,1\n+x,1\n9,1\n": "row 3, column STEP: wanted +N, -N, +F or -F, got '+x'; write one",
    "STEP,lr\n0,1\n++5,1\n": "row 3, column STEP: wanted +N, -N, +F or -F, got '++5'; write one",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_name_file_row_column_and_remedy(tmp_path, text):
    path = tmp_path / "dopesheet.csv"
    path.write_text(text)
    with pytest.raises(ScheduleError) as caught:
        read(path)
    assert str(caught.value) == f"{path}, {MISTAKES[text]}"


@pytest.mark.parametrize(
    ("rows", "steps"),
    [
        ("0,1\n5,1\n+0.5,2\n10,3", [0, 5, 8, 10]),
        ("0,1\n-0.5,2\n39,3", [0, 20, 39]),
        ("0,1\n+0.33,2\n750,3", [0, 248, 750]),
    ],
)
def test_a_fractional_step_is_rounded_half_to_even(tmp_path, rows, steps):
    path = tmp_path / "dopesheet.csv"
    path.write_text(f"STEP,lr\n{rows}\n")
    assert read(path).keyframes["step"].tolist() == steps


def test_an_unclosed_quote_and_a_folder_are_refused(tmp_path):
    path = tmp_path / "dopesheet.csv"
    path.write_text('STEP,lr\n0,"1\n5\n')
    with pytest.raises(ScheduleError, match="wanted CSV, got something else"):
        read(path)
    with pytest.raises(ScheduleError, match="wanted a file that can be read, got Is a directory"):
        read(tmp_path)


def test_a_missing_sheet_is_named(tmp_path):
    with pytest.raises(ScheduleError) as caught:
        read(tmp_path / "none.csv")
    assert str(caught.value) == (
        f"{tmp_path}/none.csv: no such dopesheet; each experiment needs one"
    )


def test_other_encodings_are_refused_and_a_byte_order_mark_is_not(tmp_path):
    path = tmp_path / "dopesheet.csv"
    path.write_bytes("STEP,lr\n0,½\n".encode("latin-1"))
    with pytest.raises(ScheduleError, match="wanted UTF-8 text, got other bytes"):
        read(path)
    path.write_bytes(b"\xef\xbb\xbfSTEP,lr\n0,1\n")
    assert read(path).steps == 1
