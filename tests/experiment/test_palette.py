"""The colours of cubes and of files, and what files are refused."""

from __future__ import annotations

import numpy as np
import pytest

from colorcore.colors.cubes import flat_colors, regular_rgb
from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.palette import of_cube, read
from colorcore.experiment.settings import Cube
from colorcore.kernels import rgb_to_hsv


def test_an_rgb_cube_of_one_size_is_regular():
    found = of_cube(Cube(space="rgb", points=(4, 4, 4)))
    np.testing.assert_array_equal(found.colors, flat_colors(regular_rgb(4)))
    assert found.columns == {}


def test_an_rgb_cube_can_have_three_sizes():
    colors = of_cube(Cube(space="rgb", points=(2, 3, 5))).colors
    assert colors.shape == (30, 3)
    levels = [np.unique(colors[:, channel]).tolist() for channel in range(3)]
    assert levels == [[0, 1], [0, 0.5, 1], [0, 0.25, 0.5, 0.75, 1]]
    assert colors[:6].tolist() == [[0, 0, b] for b in (0, 0.25, 0.5, 0.75, 1)] + [[0, 0.5, 0]]


def test_hues_of_a_cube_stop_before_they_meet_red_again():
    colors = of_cube(Cube(space="hsv", points=(6, 2, 2))).colors.reshape(6, 2, 2, 3)
    assert colors[:, 1, 1].tolist() == [
        [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 1],
    ]  # fmt: skip
    assert (colors[:, 0, 1] == 1).all()  # no saturation
    assert (colors[:, :, 0] == 0).all()  # no value


def test_an_hsv_cube_can_have_three_sizes():
    colors = of_cube(Cube(space="hsv", points=(4, 3, 5))).colors.reshape(4, 3, 5, 3)
    hsv = rgb_to_hsv(colors)
    np.testing.assert_allclose(
        hsv[:, 1:, 1:, 0], np.arange(4)[:, None, None] / 4 * np.ones((1, 2, 4))
    )
    np.testing.assert_allclose(
        hsv[:, :, 1:, 1], np.array([0, 0.5, 1])[:, None] * np.ones((4, 1, 4))
    )
    np.testing.assert_allclose(hsv[..., 2], np.arange(5) / 4 * np.ones((4, 3, 1)))


def test_an_hsv_cube_of_one_size_has_that_many_levels_of_each():
    assert of_cube(Cube(space="hsv", points=(3, 3, 3))).colors.shape == (27, 3)


@pytest.fixture
def write(tmp_path):
    def written(text: str):
        (tmp_path / "colors.csv").write_text(text)
        return tmp_path / "colors.csv"

    return written


def test_a_file_is_read_in_its_order_by_the_names_of_its_columns(write):
    found = read(write("b,name,g,r\n0.5,mud,0.25,1\n0,,0,1e-1\n"), uses=[])
    assert found.colors.tolist() == [[1, 0.25, 0.5], [0.1, 0, 0]]
    assert found.columns == {}


def test_columns_that_are_used_are_read_and_others_are_not_looked_at(write):
    found = read(write("r,g,b,warm,size\n1,0,0,0.5,XL\n0,0,1,0,7\n"), uses=["warm", "warm"])
    assert {name: column.tolist() for name, column in found.columns.items()} == {"warm": [0.5, 0]}


def test_a_channel_can_be_used_as_a_column(write):
    found = read(write("r,g,b\n1,0,0.5\n0.5,0,0\n"), uses=["r"])
    assert found.colors.tolist() == [[1, 0, 0.5], [0.5, 0, 0]]
    assert found.columns["r"].tolist() == [1, 0.5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("r,g\n1,0\n", ", row 1: wanted a column b, got r, g; add it"),
        ("R,g,b\n1,0,0\n", ", row 1: wanted a column r, got R, g, b; add it"),
        (
            "r,g,b,warmth\n1,0,0,1\n",
            ", row 1: wanted a column warm, got r, g, b, warmth; did you mean warmth?",
        ),
        ("r,g,b,warm\n", ": wanted a row for each colour, got none; add some"),
        (
            "r,g,b,warm\n1,0,0,0\n1,red,0,0\n",
            ", row 3, column 'g': wanted a number in [0, 1], got 'red'; change it",
        ),
        (
            "r,g,b,warm\n1,0,nan,0\n",
            ", row 2, column 'b': wanted a number in [0, 1], got 'nan'; change it",
        ),
        (
            "r,g,b,warm\n1,0,,0\n",
            ", row 2, column 'b': wanted a number in [0, 1], got ''; change it",
        ),
        (
            "r,g,b,warm\n1,0,0,0\n255,0,0,0\n",
            ", row 3, column 'r': wanted a number in [0, 1], got '255'; change it",
        ),
        (
            "r,g,b,warm\n1,-0.1,0,0\n",
            ", row 2, column 'g': wanted a number in [0, 1], got '-0.1'; change it",
        ),
        (
            "r,g,b,warm\n1,inf,0,0\n",
            ", row 2, column 'g': wanted a number in [0, 1], got 'inf'; change it",
        ),
        (
            "r,g,b,warm\n1,0,0,hot\n",
            ", row 2, column 'warm': wanted a number in [0, 1], got 'hot'; change it",
        ),
        (
            "r,g,b,warm\n1,0,0,1.5\n",
            ", row 2, column 'warm': wanted a number in [0, 1], got '1.5'; change it",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told_by_row_and_column(write, text, message):
    path = write(text)
    with pytest.raises(ExperimentError) as caught:
        read(path, uses=["warm"])
    assert str(caught.value) == f"{path}{message}"


def test_rows_of_a_file_are_counted_as_they_stand_in_it(write):
    path = write("r,g,b\n1,0,0\n\n2,0,0\n")
    with pytest.raises(ExperimentError, match="row 4, column 'r'"):
        read(path, uses=[])


def test_rows_that_are_longer_than_the_first_are_refused(write):
    with pytest.raises(ExperimentError, match=r"colors\.csv"):
        read(write("r,g,b\n1,0,0,0.5\n0,1,0,0.5\n"), uses=[])


def test_a_file_with_nothing_in_it_is_refused(write):
    with pytest.raises(
        ExperimentError, match=r"colors\.csv: wanted a row for each colour, got none"
    ):
        read(write(""), uses=[])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path / "none.csv", uses=[])
    assert str(caught.value) == (
        f"{tmp_path}/none.csv: no such file; put it there, or name another"
    )


def test_a_column_that_stands_twice_is_refused(write):
    path = write("r,g,b, warm,warm\n1,0,0,1,0\n")
    with pytest.raises(ExperimentError) as caught:
        read(path, uses=["warm"])
    assert str(caught.value) == (
        f"{path}, row 1: wanted each column once, got 'warm' twice; rename one"
    )
