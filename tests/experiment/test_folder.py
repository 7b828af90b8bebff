"""Experiments that are based on another one: what is joined, and how mistakes are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from colorcore.experiment.folder import ExperimentError, files
from colorcore.experiment.loading import load
from editing import change

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


@pytest.fixture
def base(folder):
    """The base of an experiment, of two colours."""
    found = folder.parent / "ex-2.10.1"
    (found / "colors.csv").write_text("r,g,b\n1,0,0\n0,0,1\n")
    change(found, "cube: {space: rgb, points: 10}", "csv: colors.csv")
    return found


@pytest.mark.parametrize("data", ["", "data: {batch_size: 32}\n"])
def test_one_that_names_no_colors_has_those_of_its_base(folder, base, data):
    write(folder, f"title: Mine\nbase: ex-2.10.1\n{data}")
    assert files(folder).data == base / "colors.csv"
    assert load(folder).palette.colors.tolist() == [[1, 0, 0], [0, 0, 1]]


def test_one_that_names_colors_has_those_in_its_own_folder(folder, base):
    write(folder, "title: Mine\nbase: ex-2.10.1\ndata: {csv: colors.csv}\n")
    (folder / "colors.csv").write_text("r,g,b\n0.5,0,0\n0,0,1\n")
    assert files(folder).data == folder / "colors.csv"
    assert load(folder).palette.colors.tolist() == [[0.5, 0, 0], [0, 0, 1]]
    (folder / "colors.csv").unlink()
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/colors.csv: no such file; put it there, or name another"
    )


def test_colors_that_lie_in_a_folder_and_are_not_named_are_refused(folder, base):
    write(folder, "title: Mine\nbase: ex-2.10.1\n")
    (folder / "colors.csv").write_text("r,g,b\n0.5,0,0\n0,0,1\n")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: data.csv: wanted the name of this experiment's own colors.csv, "
        f"got none, which stands for {base}/colors.csv; add data: {{csv: colors.csv}}, or remove "
        "the file"
    )


def test_colors_that_base_and_experiment_share_are_no_ones_own(folder, base):
    (base / "colors.csv").rename(folder.parent / "shared.csv")
    change(base, "colors.csv", "../shared.csv")
    write(folder, "title: Mine\nbase: ex-2.10.1\n")
    assert load(folder).palette.colors.tolist() == [[1, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize("title", ["", "title: \n"])
def test_a_title_is_not_that_of_the_base(folder, title):
    write(folder, f"{title}base: ex-2.10.1\n")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: title: wanted one of its own, got none, which would be that "
        "of ex-2.10.1; add it"
    )


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
