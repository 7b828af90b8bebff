"""Experiments that are based on another one: what is joined, and how mistakes are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from colorcore.experiment.folder import ExperimentError, files
from colorcore.experiment.loading import load

EXPERIMENTS = Path("experiments")
MAIN = EXPERIMENTS / "ex-2.10.1"


@pytest.fixture
def folder(tmp_path):
    """An experiment of its own beside a copy of the main one, with nothing in it yet."""
    shutil.copytree(MAIN, tmp_path / MAIN.name)
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def write(folder, text):
    (folder / "experiment.yaml").write_text(text)
    return folder


def test_what_differs_is_replaced_and_the_rest_is_the_bases(folder):
    write(folder, "title: Mine\nbase: ex-2.10.1\nconcepts: {red: {rate: 0.5}}\n")
    mine, main = load(folder), load(MAIN)
    assert mine.title == "Mine"
    assert mine.concepts["red"].rate == 0.5
    assert mine.concepts["red"].power == main.concepts["red"].power
    assert mine.regularizers == main.regularizers
    pd.testing.assert_frame_equal(mine.schedule.table, main.schedule.table)


def test_a_key_without_a_value_is_removed(folder):
    sheet = (MAIN / "dopesheet.csv").read_text().replace(",reg-separate", ",")
    sheet = "\n".join(",".join(line.split(",")[:4] + line.split(",")[5:]) for line in sheet.split())
    (folder / "dopesheet.csv").write_text(sheet)
    write(folder, "title: Mine\nbase: ex-2.10.1\nregularizers: {reg-separate: }\n")
    assert list(load(folder).regularizers) == ["reg-anchor", "reg-anti-subspace"]


def test_the_files_of_an_experiment_are_its_own_and_its_bases(folder):
    write(folder, "title: Mine\nbase: ex-2.10.1\n")
    base = folder.parent / "ex-2.10.1"
    assert files(folder) == (
        [base / "experiment.yaml", folder / "experiment.yaml"],
        base / "dopesheet.csv",
        None,
    )
    shutil.copy(MAIN / "dopesheet.csv", folder)
    assert files(folder).dopesheet == folder / "dopesheet.csv"
    assert files(MAIN) == ([MAIN / "experiment.yaml"], MAIN / "dopesheet.csv", None)


def test_colors_are_read_from_the_own_folder_or_else_from_the_bases(folder):
    base = folder.parent / "ex-2.10.1"
    write(folder, "title: Mine\nbase: ex-2.10.1\ndata: {cube: , csv: colors.csv}\n")
    (base / "colors.csv").write_text("r,g,b\n1,0,0\n0,0,1\n")
    assert files(folder).data == base / "colors.csv"
    assert load(folder).palette.colors.tolist() == [[1, 0, 0], [0, 0, 1]]
    (folder / "colors.csv").write_text("r,g,b\n0.5,0,0\n0,0,1\n")
    assert files(folder).data == folder / "colors.csv"
    assert load(folder).palette.colors.tolist() == [[0.5, 0, 0], [0, 0, 1]]


def test_a_base_that_is_not_there_is_refused(folder):
    write(folder, "title: Mine\nbase: ex-2.10.2\n")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: base: wanted another experiment beside this one, ex-2.10.1, "
        "mine, got 'ex-2.10.2'; did you mean ex-2.10.1?"
    )


def test_an_experiment_cannot_be_its_own_base(folder):
    write(folder, "title: Mine\nbase: mine\n")
    with pytest.raises(ExperimentError, match="base: wanted another experiment beside this one"):
        load(folder)


def test_a_base_that_has_a_base_is_refused(folder):
    write(folder, "title: Mine\nbase: ex-2.10.1\n")
    other = folder.parent / "other"
    other.mkdir()
    write(other, "title: Other\nbase: mine\n")
    with pytest.raises(ExperimentError) as caught:
        load(other)
    assert str(caught.value) == (
        f"{other}/experiment.yaml: base: wanted an experiment that stands by itself, got 'mine', "
        "which is based on 'ex-2.10.1'; name that"
    )


@pytest.mark.parametrize("name", sorted(path.name for path in EXPERIMENTS.iterdir()))
def test_every_experiment_of_the_paper_loads(name):
    assert load(EXPERIMENTS / name).name == name


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("no-separation", ["reg-separate"]),
        ("no-anchor", ["reg-anchor"]),
        ("no-anti-subspace", ["reg-anti-subspace"]),
        ("no-terms", ["reg-separate", "reg-anchor", "reg-anti-subspace"]),
    ],
)
def test_what_leaves_a_term_out_differs_in_nothing_else(name, left_out):
    main, other = load(MAIN), load(EXPERIMENTS / f"ex-2.10.1-{name}")
    pd.testing.assert_frame_equal(other.schedule.table, main.schedule.table.drop(columns=left_out))
    same = {"title", "folder", "schedule", "regularizers", "palette"}
    assert other.model_dump(exclude=same) == main.model_dump(exclude=same)
