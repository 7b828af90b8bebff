"""What stands for a concept and where it is anchored, and what is deleted with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from colorcore.errors import InputError
from colorcore.experiment.concepts import Deletion, Target, deletions, key, targets
from colorcore.experiment.loading import load
from colorcore.experiment.settings import Concept, ExperimentSettings, Surgery
from editing import change

MAIN = Path("experiments/ex-2.10.1")


def concept(**about) -> Concept:
    return Concept(affinity="similarity", power=6, rate=0.1, **about)


def settings(*names: str, **chosen: tuple[str, ...]) -> ExperimentSettings:
    """Those of the main experiment, with other concepts and deletions."""
    return load(MAIN).model_copy(
        update={
            "concepts": {name: concept() for name in names},
            "surgery": Surgery(deletions=chosen),
        }
    )


@pytest.mark.parametrize(
    ("name", "color", "rgb"),
    [
        ("blue", None, (0, 0, 1)),
        ("dark gray", None, (0.25, 0.25, 0.25)),
        ("warm", "orange", (1, 0.5, 0)),
        ("red", "blue", (0, 0, 1)),  # what is said goes before the name
        ("sky", "#87ceeb", (135 / 255, 206 / 255, 235 / 255)),
        ("sky", "#87CEEB", (135 / 255, 206 / 255, 235 / 255)),
        ("sky", (0.5, 0.75, 1.0), (0.5, 0.75, 1)),
        ("sky", [0, 0.75, 1], (0, 0.75, 1)),
    ],
)
def test_a_concept_has_the_color_that_it_names_or_is_named_by(name, color, rgb):
    (found,) = targets({name: concept(color=color)}).values()
    assert (found.name, found.axis) == (name, 0)
    assert found.rgb == pytest.approx(rgb)


@pytest.mark.parametrize(
    ("name", "color", "got", "remedy"),
    [
        ("sky", None, "sky", "give color: '#rrggbb', or three channels"),
        ("blu", None, "blu", "did you mean blue?"),
        ("sky", "azur", "azur", "did you mean azure?"),
        ("sky", "#87ceb", "#87ceb", "give color: '#rrggbb', or three channels"),
        ("sky", "#87ceeb0", "#87ceeb0", "give color: '#rrggbb', or three channels"),
        ("sky", "#87cezz", "#87cezz", "give color: '#rrggbb', or three channels"),
    ],
)
def test_a_color_that_cannot_be_told_is_refused(name, color, got, remedy):
    with pytest.raises(InputError) as caught:
        targets({name: concept(color=color)})
    assert str(caught.value) == (
        f"concepts.{name}.color: wanted a named colour, #rrggbb or three channels in [0, 1], got "
        f"{got!r}; {remedy}"
    )


def test_axes_are_the_places_of_the_concepts_unless_they_say_otherwise():
    found = targets({"red": concept(), "blue": concept(axis=4), "green": concept()})
    assert [target.axis for target in found.values()] == [0, 4, 2]


def test_an_axis_that_two_concepts_share_is_refused():
    with pytest.raises(InputError) as caught:
        targets({"red": concept(axis=1), "blue": concept()})
    assert str(caught.value) == (
        "concepts.blue.axis: wanted an axis of its own, got 1, that of red; choose another"
    )


@pytest.mark.parametrize("name", ["red", "dark gray", "sky-blue", "sky_blue", "A1"])
def test_names_have_letters_digits_hyphens_and_single_spaces(name):
    assert list(targets({name: concept(color="red")})) == [name]


@pytest.mark.parametrize("name", ["", "sky/blue", "..", "sky  blue", " sky", "sky ", "1st", "a.b"])
def test_a_name_that_no_file_should_bear_is_refused(name):
    with pytest.raises(InputError) as caught:
        targets({name: concept(color="red")})
    assert str(caught.value) == (
        f"concepts.{name}: wanted a name of letters and digits, with single hyphens, underscores "
        f"or spaces between, got {name!r}; rename it"
    )


def test_one_concept_is_deleted_alone():
    found = deletions(settings("blue"))
    assert found == {"blue": Deletion("blue", (Target("blue", (0, 0, 1), 0),))}
    assert found["blue"].dims == [0]
    assert found["blue"].title == "blue"


def test_each_of_several_concepts_is_deleted_alone_and_then_all_together():
    found = deletions(settings("red", "blue", "green"))
    assert {name: one.dims for name, one in found.items()} == {
        "red": [0], "blue": [1], "green": [2], "red-and-blue-and-green": [0, 1, 2],
    }  # fmt: skip
    together = found["red-and-blue-and-green"]
    assert together.title == "red, blue and green"
    np.testing.assert_array_equal(together.colors, [[1, 0, 0], [0, 0, 1], [0, 1, 0]])


def test_deletions_of_ones_own_take_the_place_of_those():
    found = deletions(settings("red", "blue", "green", cold=("green", "blue"), warm=("red",)))
    assert {name: one.dims for name, one in found.items()} == {"cold": [2, 1], "warm": [0]}
    assert found["cold"].title == "green and blue"


def test_a_deletion_of_what_is_no_concept_is_refused():
    with pytest.raises(InputError) as caught:
        deletions(settings("red", "blue", cold=("bleu",)))
    assert str(caught.value) == (
        "surgery.deletions.cold: wanted concepts of this file, ['red', 'blue'], got 'bleu'; did "
        "you mean blue?"
    )


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a/b", ("red",)),
        ("..", ("red",)),
        ("twice", ("red", "red")),
        ("red - blue", ("red",)),
        ("blue_", ("red",)),
        ("red--blue", ("red",)),
    ],
)
def test_a_deletion_has_a_name_that_a_folder_can_bear_and_each_concept_once(name, parts):
    with pytest.raises(InputError) as caught:
        deletions(settings("red", **{name: parts}))
    assert str(caught.value) == (
        f"surgery.deletions.{name}: wanted a name of letters and digits, with single hyphens, "
        f"underscores or spaces between, and each concept once, got {name!r} of {list(parts)}; "
        "change it"
    )


@pytest.mark.parametrize("name", ["figures", "tables", "records"])
def test_a_deletion_whose_folder_is_another_ones_is_refused(name):
    with pytest.raises(InputError):
        deletions(settings("red", first=("red",), **{name: ("red",)}))


def test_a_concept_whose_columns_are_called_as_others_is_refused():
    with pytest.raises(InputError):
        targets({"target": concept(color="red")})


def test_deletions_of_a_file_are_told_with_the_file(folder):
    change(folder, "layer: encoder", "deletions: {all: [red, blue]}")
    with pytest.raises(InputError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: surgery.deletions.all: wanted concepts of this file, ['red'], "
        "got 'blue'; name one of them"
    )


def test_names_that_would_share_a_folder_are_refused():
    pair = {"a b": concept(color="red"), "a-b": concept(color="blue")}
    message = r"concepts\.a-b: wanted a name that differs from 'a b' in more than a hyphen"
    with pytest.raises(InputError, match=message):
        targets(pair)
    with pytest.raises(InputError, match=r"surgery\.deletions\.a-b: wanted a name that differs"):
        deletions(settings("red", "blue", **{"a b": ("red",), "a-b": ("blue",)}))


def test_a_name_becomes_a_key_without_dots_and_spaces():
    assert key("ex-2.10.1") == "ex-2-10-1"
    assert key("dark gray") == "dark-gray"
    assert key("a_b") == "a-b"
