"""Named colours and the measures of redness, vibrancy and similarity."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from colorcore.colors.cubes import flat_colors, regular_rgb
from colorcore.colors.named import HUES, NAMES, hex_code, named_colors, named_rgb
from colorcore.colors.similarity import hue_distance, redness, similarity, vibrancy
from colorcore.kernels import hsv_to_rgb

GOLDEN = json.loads((Path("tests/data/numerics.json")).read_text())["colors"]


def test_hues_are_30_degrees_apart_from_red_to_pink():
    assert list(HUES)[:3] == ["red", "orange", "yellow"]
    assert HUES["pink"] == pytest.approx(330 / 360)


def test_named_colors_are_what_their_names_say():
    rgb = dict(zip(NAMES, named_colors().tolist(), strict=True))
    assert rgb["red"] == [1, 0, 0]
    assert rgb["orange"] == [1, 0.5, 0]
    assert rgb["cyan"] == [0, 1, 1]
    assert rgb["dark gray"] == [0.25, 0.25, 0.25]
    assert len(rgb) == 17


@pytest.mark.parametrize(("rgb", "code"), [([1, 0, 0], "#ff0000"), ([0.5, 1, 2], "#80ffff")])
def test_hex_code_rounds_to_the_nearest_level_and_clips(rgb, code):
    assert hex_code(rgb) == code


@pytest.mark.parametrize("measure", [redness, vibrancy])
def test_measures_agree_with_published_values(measure):
    got = measure(GOLDEN["rgb"])
    np.testing.assert_allclose(got, GOLDEN[measure.__name__], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("falloff", ["angular", "cosine"])
def test_similarity_to_red_agrees_with_published_values(falloff):
    got = similarity(GOLDEN["rgb"], [1.0, 0.0, 0.0], falloff=falloff)
    want = GOLDEN[f"similarity_to_red_{falloff}_hemi"]
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-15)


def test_similarity_is_one_with_itself_and_zero_from_90_degrees_on():
    hues = hsv_to_rgb(np.array([[0, 1, 1], [0.125, 1, 1], [0.25, 1, 1], [0.5, 1, 1]]))
    got = similarity(hues, [1.0, 0.0, 0.0])
    np.testing.assert_allclose(got, [1, 0.5, 0, 0], atol=1e-15)


def test_hue_distance_goes_the_short_way_round():
    np.testing.assert_allclose(hue_distance([0.0, 0.9, 0.5], [0.25, 0.1, 0.0]), [90, 72, 180])


def test_no_colour_without_similarity_to_red_is_nearer_to_it_than_a_gray_of_a_third():
    colors, red = flat_colors(regular_rgb(31)), named_rgb("red")
    unlike = colors[similarity(colors, red) == 0]
    errors = np.square(unlike - red).mean(axis=-1)
    assert errors.min() == pytest.approx(2 / 9)
    np.testing.assert_allclose(unlike[errors.argmin()], 1 / 3)
