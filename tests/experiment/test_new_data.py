"""New experiments with colours of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from colorcore.errors import InputError
from colorcore.experiment.labels import probabilities
from colorcore.experiment.loading import load
from colorcore.experiment.new import create, shortfalls


def test_a_column_of_ones_own_data_labels_the_concept_that_it_is_called_by(experiments, tmp_path):
    data = tmp_path / "mine.csv"
    data.write_text("name,r,g,b,sky\nday,0.5,0.75,1,1\nred,1,0,0,0\nnight,0,0,0.25,0.5\n")
    sky = create(experiments / "sky", "ex-2.10.1", ["sky", "red"], data=data, based=False)
    assert (experiments / "sky" / "colors.csv").read_text() == data.read_text()
    assert sky.deletion.targets[0] == ("sky", (0.5, 0.75, 1.0), 0)  # the most of it there is
    assert sky.concepts["sky"].column == "sky"
    chances = probabilities(sky.palette, sky.concepts.values(), sky.targets.values())
    assert (chances[:, 0] / chances[0, 0]).tolist() == [1, 0, 0.5]


@pytest.mark.parametrize("concept", ["red", "red=#fe0000"])
@pytest.mark.parametrize("header", ["r,g,b,red", "r, g, b, red"])
def test_a_column_labels_also_what_the_experiment_that_it_is_like_has(
    experiments, tmp_path, concept, header
):
    data = tmp_path / "mine.csv"
    data.write_text(f"{header}\n1,0.5,0.5,1\n1,0,0,1\n1,0,0.5,1\n0,0,1,0\n")
    red = create(experiments / "mine", "ex-2.10.1", [concept], data=data, based=False)
    assert red.concepts["red"].column == "red"
    # Of those that are most of it, the one in their middle; or the one that is given.
    assert red.deletion.targets[0].rgb == ((1, 0, 0.5) if concept == "red" else (254 / 255, 0, 0))


def test_data_of_ones_own_goes_on_to_what_is_like_it(experiments, tmp_path):
    data = tmp_path / "mine.csv"
    data.write_text("r,g,b,sky,sea\n0.5,0.75,1,1,0\n1,0,0,0,0\n0,0,0.25,0.5,1\n")
    create(experiments / "first", "ex-2.10.1", ["sky"], data=data, based=False)
    second = create(experiments / "second", "first", ["sea", "sky"], data=None, based=False)
    assert (experiments / "second" / "colors.csv").read_text() == data.read_text()
    assert [concept.column for concept in second.concepts.values()] == ["sea", "sky"]
    third = create(experiments / "third", "first", ["sea"], data=None, based=True)
    assert sorted(path.name for path in third.folder.iterdir()) == ["experiment.yaml"]
    assert third.palette.columns["sea"].tolist() == [0, 0, 1]


def test_the_colour_of_a_column_is_that_of_its_row_to_the_last_digit(experiments, tmp_path):
    data = tmp_path / "mine.csv"
    data.write_text(f"r,g,b,sky\n{135 / 255},{206 / 255},1e-7,1\n1,0,0,0\n0,0,0.25,0.5\n")
    sky = create(experiments / "sky", "ex-2.10.1", ["sky"], data=data, based=False)
    assert sky.deletion.targets[0].rgb == (135 / 255, 206 / 255, 1e-7)


@pytest.mark.parametrize("like", ["ex-2.10.1", "first"])
def test_a_based_one_with_data_of_its_own_says_so_and_does_not_train_without(
    experiments, tmp_path, like
):
    data, other = tmp_path / "mine.csv", tmp_path / "other.csv"
    data.write_text("r,g,b,sky\n0.5,0.75,1,1\n1,0,0,0\n0,0,0.25,0.5\n")
    other.write_text("r,g,b,sky\n0.5,0.7,1,1\n1,0,0,0\n")
    create(experiments / "first", "ex-2.10.1", ["sky"], data=data, based=False)
    based = create(experiments / "based", like, ["sky"], data=other, based=True)
    assert len(based.palette.colors) == 2
    (based.folder / "colors.csv").unlink()
    with pytest.raises(InputError, match=r"based/colors\.csv: no such file; put it there"):
        load(based.folder)


def test_data_of_one_colour_are_told_by_the_file_that_was_given(experiments, tmp_path):
    data = tmp_path / "one.csv"
    data.write_text("r,g,b,sky\n0.5,0.75,1,1\n")
    with pytest.raises(InputError, match=f"^{data}: wanted colours that are further apart"):
        create(experiments / "sky", "ex-2.10.1", ["sky"], data=data, based=False)
    assert not (experiments / "sky").exists()


def sky_of(tmp_path: Path, most: float) -> Path:
    """Colours of which one in four is sky, as far as told."""
    data = tmp_path / "mine.csv"
    data.write_text(f"r,g,b,sky\n0.5,0.75,1,{most}\n1,0,0,0\n0,1,0,0\n0,0,1,0\n")
    return data


def test_a_column_that_labels_hardly_any_sample_is_refused(experiments, tmp_path):
    with pytest.raises(InputError) as caught:
        create(experiments / "sky", "ex-2.10.1", ["sky"], data=sky_of(tmp_path, 1e-9), based=False)
    assert str(caught.value) == (
        f"{experiments}/sky: not written, since it would not run: its experiment.yaml: "
        "concepts.sky: wanted at least 1 label expected in the 1424 steps of a run that anchor it, "
        "got 2.3e-05; raise its rate or its affinities, or train longer"
    )
    assert not (experiments / "sky").exists()


def test_fewer_labels_than_wanted_are_told(experiments, tmp_path):
    made = create(
        experiments / "sky", "ex-2.10.1", ["sky"], data=sky_of(tmp_path, 1e-3), based=False
    )
    assert shortfalls(made, "ex-2.10.1") == [
        "sky: wanted 69.4 labels expected in a run, as ex-2.10.1 has them, got 23, at the highest "
        "rate there is; add colours that are more of it"
    ]
    made = create(experiments / "day", "ex-2.10.1", ["sky"], data=sky_of(tmp_path, 1), based=False)
    assert shortfalls(made, "ex-2.10.1") == []
