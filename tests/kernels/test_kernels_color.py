"""Colour cubes and conversions: equal to colorsys, and to their NumPy twins."""

from __future__ import annotations

import colorsys
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from colorcore import kernels
from colorcore.kernels import reference

GOLDEN = json.loads((Path("tests/data/numerics.json")).read_text())["colors"]

unit = st.floats(0, 1)
colors = arrays(np.float64, (7, 3), elements=unit)


def test_conversions_are_the_published_ones():
    np.testing.assert_allclose(kernels.rgb_to_hsv(GOLDEN["rgb"]), GOLDEN["hsv"], rtol=1e-12)
    np.testing.assert_allclose(kernels.hsv_to_rgb(GOLDEN["hsv"]), GOLDEN["rgb"], atol=1e-12)


@given(colors)
def test_rgb_to_hsv_is_colorsys_to_the_last_bit(rgb):
    want = [colorsys.rgb_to_hsv(*color) for color in rgb.tolist()]
    assert np.array_equal(kernels.rgb_to_hsv(rgb), want)
    assert np.array_equal(reference.rgb_to_hsv(rgb), want)


@given(colors)
def test_hsv_to_rgb_is_colorsys_to_the_last_bit(hsv):
    want = [colorsys.hsv_to_rgb(*color) for color in hsv.tolist()]
    assert np.array_equal(kernels.hsv_to_rgb(hsv), want)
    assert np.array_equal(reference.hsv_to_rgb(hsv), want)


def test_many_colors_are_converted_like_few():
    rgb = np.random.default_rng(0).random((70_000, 3))
    together = kernels.rgb_to_hsv(rgb)
    parts = np.concatenate([kernels.rgb_to_hsv(part) for part in np.split(rgb, 10)])
    assert np.array_equal(together, parts)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cube", ["rgb_cube", "hsv_cube"])
def test_cubes_agree_with_their_twins(cube, dtype):
    axes = [np.linspace(0, 1, n).astype(dtype) for n in (4, 1, 6)]
    got = getattr(kernels, cube)(*axes)
    assert got.dtype == dtype
    assert np.array_equal(got, getattr(reference, cube)(*axes))


def test_an_empty_axis_makes_an_empty_cube():
    assert kernels.hsv_cube(np.empty(0), np.ones(2), np.ones(3)).shape == (0, 2, 3, 3)
    assert kernels.rgb_cube(np.ones(2), np.empty(0), np.ones(3)).shape == (2, 0, 3, 3)


def test_hue_wraps_around():
    hues = np.array([-1 / 12, 11 / 12, 23 / 12])
    cube = kernels.hsv_cube(hues, np.ones(1), np.ones(1))
    np.testing.assert_allclose(cube[0], cube[1], atol=1e-15)
    np.testing.assert_allclose(cube[1], cube[2], atol=1e-14)


def test_views_are_accepted():
    rgb = np.random.default_rng(0).random((3, 8, 6))[:, ::2, ::2].transpose(1, 0, 2)
    rgb.flags.writeable = False
    assert np.array_equal(kernels.rgb_to_hsv(rgb), kernels.rgb_to_hsv(rgb.copy()))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: kernels.rgb_to_hsv(np.ones((4, 4))),
            "rgb must be float32 or float64 with shape (..., 3), got float64 (4, 4); cast with "
            ".astype(float) and put the channels last",
        ),
        (
            lambda: kernels.hsv_to_rgb(np.ones((2, 3), dtype=np.uint8)),
            "hsv must be float32 or float64 with shape (..., 3), got uint8 (2, 3); cast with "
            ".astype(float) and put the channels last",
        ),
        (lambda: kernels.rgb_to_hsv([[0.0, 2.0, 0.0]]), "rgb must lie in [0, 1], got 2"),
        (
            lambda: kernels.rgb_cube(np.ones((2, 2)), np.ones(1), np.ones(1)),
            "r must be an axis with shape (n,), got shape (2, 2); flatten it",
        ),
        (
            lambda: kernels.hsv_cube(np.ones(1), np.ones(1, dtype=np.float32), np.ones(1)),
            "h, s, v must all be float32 or all float64, got float64, float32, float64; cast with "
            ".astype(float)",
        ),
        (lambda: kernels.hsv_cube([0.0], [1.5], [1.0]), "s must lie in [0, 1], got 1.5"),
    ],
)
def test_wrong_arguments_are_refused_with_a_remedy(call, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert str(caught.value) == message
