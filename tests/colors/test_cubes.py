"""Colour cubes with named axes, and the evaluation sets."""

from __future__ import annotations

import numpy as np

from colorcore.colors import cubes as cube


def test_an_rgb_cube_is_its_own_coordinates():
    colors = cube.rgb_dataset(np.array([0.0, 1.0]), np.array([0.5]), np.array([0.0, 0.25]))
    assert colors["color"].dims == ("red", "green", "blue", "channel")
    assert colors["color"].sel(red=1.0, green=0.5, blue=0.25).values.tolist() == [1, 0.5, 0.25]


def test_an_hsv_cube_is_selected_by_hue_saturation_and_value():
    colors = cube.hsv_dataset(np.array([0.0, 0.5]), np.array([0.0, 1.0]), np.array([0.5, 1.0]))
    cyan = colors["color"].sel(hue=0.5, saturation=1.0, value=1.0)
    assert cyan.values.tolist() == [0, 1, 1]
    assert colors["color"].sel(hue=0.0, saturation=0.0, value=0.5).values.tolist() == [0.5] * 3


def test_flat_colors_run_through_the_last_axis_first():
    colors = cube.flat_colors(cube.regular_rgb(2))
    assert colors[:3].tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_evaluation_sets_have_the_sizes_of_the_experiment():
    sizes = {
        "score": cube.score_grid(),
        "validation": cube.validation_grid(),
        "slices": cube.color_slices(),
        "loss": cube.loss_cube(),
        "latent": cube.latent_cube(),
    }
    assert {name: grid["color"].shape for name, grid in sizes.items()} == {
        "score": (8, 8, 8, 3),
        "validation": (7, 7, 7, 3),
        "slices": (12, 4, 5, 3),
        "loss": (150, 24, 24, 3),
        "latent": (20, 20, 20, 3),
    }


def test_the_score_grid_holds_corners_and_the_validation_grid_none():
    assert cube.flat_colors(cube.score_grid()).max() == 1
    inside = cube.flat_colors(cube.validation_grid())
    assert (inside.min(), inside.max()) == (1 / 16, 15 / 16)


def test_the_loss_cube_meets_itself_past_both_ends_of_the_hue_circle():
    colors = cube.loss_cube()
    assert colors["hue"].values[[0, -1]].tolist() == [-1 / 12, 13 / 12]
    left = colors["color"].isel(hue=0, saturation=-1, value=-1).values
    np.testing.assert_allclose(left, [1, 0, 0.5], atol=1e-12)
