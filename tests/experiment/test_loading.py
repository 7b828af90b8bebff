"""Experiments: what loads, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from colorcore.errors import InputError
from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.loading import load
from colorcore.experiment.settings import Cube
from editing import change

MAIN = Path("experiments/ex-2.10.1")


def test_the_main_experiment_is_the_published_one():
    experiment = load(MAIN)
    assert experiment.name == "ex-2.10.1"
    assert experiment.data.cube == Cube(space="rgb", points=(10, 10, 10))
    assert experiment.data.batch_size == 64
    assert experiment.concepts["red"].rate == 0.08
    assert experiment.concepts["red"].power == 8
    assert list(experiment.regularizers) == ["reg-separate", "reg-anchor", "reg-anti-subspace"]
    assert experiment.schedule.steps == 1501


def test_settings_cannot_be_changed():
    experiment = load(MAIN)
    with pytest.raises(ValidationError, match="frozen"):
        experiment.representative_seed = 5


def test_data_of_one_colour_are_refused(folder):
    (folder / "mine.csv").write_text("r,g,b\n1,0,0.5\n1,0,0.5\n")
    change(folder, "cube: {space: rgb, points: 10}", "csv: mine.csv")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/mine.csv: wanted colours that are further apart than 2/255 in a channel, got "
        "only such as [1.0, 0.0, 0.5]; add others"
    )


def test_numbers_may_be_written_as_people_write_them(folder):
    change(folder, "eps: 1.0e-8", "eps: 1e-8")
    change(folder, "rate: 0.08", "rate: .08")
    change(folder, "title: Delete red when nothing but red is labelled", "title: 2024-01-01")
    found = load(folder)
    assert (found.optimizer.eps, found.concepts["red"].rate, found.title) == (
        1e-8, 0.08, "2024-01-01",
    )  # fmt: skip


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ExperimentError) as caught:
        load(tmp_path / "none")
    assert str(caught.value) == (
        f"{tmp_path}/none/experiment.yaml: no such file; name a folder that holds experiment.yaml "
        "and dopesheet.csv"
    )


def test_what_is_not_yaml_is_refused(folder):
    (folder / "experiment.yaml").write_text("title: [")
    with pytest.raises(ExperimentError, match="wanted YAML, got something else"):
        load(folder)
    (folder / "experiment.yaml").write_text("just words")
    with pytest.raises(ExperimentError, match=r"experiment\.yaml: wanted keys and their values"):
        load(folder)


def test_a_key_that_stands_twice_is_refused(folder):
    change(folder, "batch_size: 64", "batch_size: 64\n  batch_size: 32")
    with pytest.raises(ExperimentError, match="key 'batch_size' stands twice"):
        load(folder)


TWO = """red: {affinity: redness, power: 8, rate: 0.08}
  blue: {affinity: similarity, power: 6, rate: 0.1, axis: 3}"""


@pytest.fixture
def two(folder):
    change(folder, "red: {affinity: redness, power: 8, rate: 0.08}", TWO)
    return folder


def value(folder, term, key):
    return getattr(load(folder).regularizers[term], key)


def test_an_anchor_without_a_direction_points_along_the_axis_of_its_label(two):
    assert value(two, "reg-anchor", "direction") == (1, 0, 0, 0, 0)
    change(two, "labels: {red: 1.0}", "labels: {blue: 1.0}")
    assert value(two, "reg-anchor", "direction") == (0, 0, 0, 1, 0)
    change(two, "angular-anchor", "euclidean-anchor")
    assert value(two, "reg-anchor", "direction") == (0, 0, 0, 1, 0)


def test_a_subspace_without_dimensions_is_that_of_all_axes(folder):
    assert value(folder, "reg-anti-subspace", "dims") == (0,)
    change(folder, "red: {affinity: redness, power: 8, rate: 0.08}", TWO)
    assert value(folder, "reg-anti-subspace", "dims") == (0, 3)


def test_a_direction_or_dimensions_that_are_given_stay(two):
    change(two, "labels: {red: 1.0}", "labels: {red: 1.0}, direction: [3, 0, 0, 0, 0]")
    change(two, "{term: repel-subspace}", "{term: repel-subspace, dims: [2]}")
    assert value(two, "reg-anchor", "direction") == (3, 0, 0, 0, 0)
    assert value(two, "reg-anti-subspace", "dims") == (2,)


def test_an_anchor_without_a_direction_needs_the_label_of_a_concept(two):
    change(two, ", labels: {red: 1.0}", "")
    with pytest.raises(ExperimentError) as caught:
        load(two)
    assert str(caught.value) == (
        f"{two}/experiment.yaml: regularizers.reg-anchor: wanted a direction, or the label of a "
        "concept to take it from, got neither; add one of them"
    )


@pytest.mark.parametrize("direction", ["", ", direction: [1, 0, 0, 1, 0]"])
@pytest.mark.parametrize("term", ["angular-anchor", "euclidean-anchor"])
def test_an_anchor_of_several_concepts_whose_axes_differ_is_refused(two, term, direction):
    old = "term: angular-anchor, labels: {red: 1.0}"
    change(two, old, f"term: {term}, labels: {{red: 1.0, blue: 0.5}}{direction}")
    with pytest.raises(ExperimentError) as caught:
        load(two)
    assert str(caught.value) == (
        f"{two}/experiment.yaml: regularizers.reg-anchor.labels: wanted one concept, to draw to "
        "its axis, got ['red', 'blue']; give each concept a term of its own"
    )


def test_seeds_are_counted_from_the_first_on_as_long_as_there_are_any(folder):
    assert load(folder).seeds(3) == range(3)
    change(folder, "representative_seed", "first_seed: 9223372036854775804\nrepresentative_seed")
    assert load(folder).seeds(4)[-1] == 2**63 - 1
    with pytest.raises(ExperimentError) as caught:
        load(folder).seeds(5)
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: first_seed: wanted at most 9223372036854775803, which leaves 5 "
        "seeds below 2^63, got 9223372036854775804; lower it"
    )


def test_an_axis_beyond_the_latent_dimensions_is_refused(folder):
    change(folder, "rate: 0.08}", "rate: 0.08, axis: 5}")
    change(folder, "labels: {red: 1.0}", "labels: {red: 1.0}, direction: [1, 0, 0, 0, 0]")
    change(folder, "{term: repel-subspace}", "{term: repel-subspace, dims: [0]}")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: concepts.red.axis: wanted different dimensions in 0…4, as "
        "model.latent says, got [5]; change one of them"
    )


def test_an_axis_beyond_the_latent_dimensions_is_told_before_what_is_taken_from_it(folder):
    change(folder, "rate: 0.08}", "rate: 0.08, axis: 5}")
    with pytest.raises(ExperimentError, match=r"concepts.red.axis: wanted .*, got \[5\]"):
        load(folder)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("points: 10", "points: 1", "data.cube.points"),
        ("points: 10", "points: [10, 10]", "data.cube.points"),
        ("red: {", "red: {color: [1, 2, 0], ", "concepts.red.color"),
    ],
)
def test_the_place_of_a_value_of_several_kinds_is_its_key(folder, old, new, place):
    change(folder, old, new)
    with pytest.raises(ExperimentError, match=f"experiment.yaml: {place}: wanted"):
        load(folder)


def test_an_unknown_key_is_not_what_was_meant_by_it(folder):
    change(folder, "surgery: {layer: encoder}", "surgery: {dims: [0]}")
    with pytest.raises(ExperimentError, match=r"surgery\.dims: wanted only known keys") as caught:
        load(folder)
    assert "did you mean dims?" not in str(caught.value)


def test_a_column_of_a_cube_is_refused(folder):
    change(folder, "redness, ", "column, column: warm, ")
    with pytest.raises(ExperimentError):
        load(folder)


def test_colors_of_a_file_are_those_of_the_experiment(folder):
    (folder / "mine.csv").write_text("r,g,b,warm\n1,0,0,1\n0,0.5,1,0\n")
    change(folder, "cube: {space: rgb, points: 10}", "csv: mine.csv")
    change(folder, "redness, ", "column, column: warm, ")
    found = load(folder).palette
    assert found.colors.tolist() == [[1, 0, 0], [0, 0.5, 1]]
    assert found.columns["warm"].tolist() == [1, 0]


def test_a_file_of_colors_that_is_not_there_is_named(folder):
    change(folder, "cube: {space: rgb, points: 10}", "csv: mine.csv")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (f"{folder}/mine.csv: no such file; put it there, or name another")


def test_a_cube_can_be_of_hues(folder):
    change(folder, "{space: rgb, points: 10}", "{space: hsv, points: [12, 4, 5]}")
    assert load(folder).palette.colors.shape == (240, 3)


@pytest.mark.parametrize(
    ("term", "instead", "message"),
    [
        (
            "labels: {red: 1.0}",
            "labels: {red: 1.0}, tilt: 0.3",
            "reg-anchor.tilt: wanted a dimension of the 2 that is the axis of no concept, to tilt "
            "to, got none; raise model.latent or leave tilt out",
        ),
        (
            "{term: repel-subspace}",
            "{term: hide, labels: {red: 1.0}, reach: 1}",
            "reg-anti-subspace: wanted a dimension of the 2 that is the axis of no concept, to "
            "hide along, got none; raise model.latent or leave this term out",
        ),
    ],
    ids=["to tilt to", "to hide along"],
)
def test_some_terms_need_a_dimension_that_is_no_concepts_axis(two, term, instead, message):
    change(two, "latent: 5", "latent: 2")
    change(two, "axis: 3", "axis: 1")
    change(two, "surgery: {layer: encoder}", "surgery: {deletions: {red: [red]}}")
    change(two, term, instead)
    with pytest.raises(ExperimentError) as caught:
        load(two)
    assert str(caught.value) == f"{two}/experiment.yaml: regularizers.{message}"


def test_a_deletion_that_leaves_no_dimension_is_refused(two):
    change(two, "axis: 3", "axis: 1")
    change(two, "latent: 5", "latent: 2")
    with pytest.raises(ExperimentError) as caught:
        load(two)
    assert str(caught.value) == (
        f"{two}/experiment.yaml: surgery.deletions.red-and-blue: wanted at least one dimension to "
        "be left, got all 2; delete fewer concepts or raise model.latent"
    )


def test_a_deletion_is_chosen_by_its_name_and_is_the_first_without_one(two):
    experiment = load(two)
    assert experiment.chosen("").name == "red"
    assert experiment.chosen("blue") == experiment.deletions["blue"]
    with pytest.raises(InputError) as caught:
        experiment.chosen("blu")
    assert str(caught.value) == (
        "deletion: wanted one of red, blue, red-and-blue, got 'blu'; did you mean blue?"
    )
