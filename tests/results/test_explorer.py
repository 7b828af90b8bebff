"""The data of the explorer: one run's latents, through training and after surgery."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from colorcore.colors.named import NAMES, named_colors
from colorcore.errors import InputError
from colorcore.experiment.concepts import Deletion, Target
from colorcore.experiment.loading import load
from colorcore.results import explorer, response
from colorcore.training import checkpoint
from colorcore.training.model import initialize
from commands import MAIN, run


@pytest.fixture(scope="module")
def experiment():
    return load(MAIN)


@pytest.fixture(scope="module")
def scene(experiment):
    """Eight untrained models in the place of eight moments: what holds for any weights."""
    moments = initialize(range(8), hidden=16, depth=2, latent=5)
    return explorer.explore(moments, experiment, experiment.deletion)


def test_every_latent_has_unit_length_in_every_variant(scene):
    assert list(scene.clouds) == ["baseline", "ablated", "pruned"]
    for cloud, axes in zip(scene.clouds.values(), (5, 5, 4), strict=True):
        assert cloud.coordinates.shape == (8, 521, axes)
        np.testing.assert_allclose(np.linalg.norm(cloud.coordinates, axis=-1), 1, atol=1e-12)


def test_ablation_leaves_nothing_on_the_anchored_axis_and_pruning_leaves_no_axis(scene):
    ablated, pruned = scene.clouds["ablated"], scene.clouds["pruned"]
    assert ablated.axes == ("z0", "p1", "p2", "p3", "p4")
    assert pruned.axes == ("p1", "p2", "p3", "p4")
    assert (ablated.coordinates[..., 0] == 0).all()
    np.testing.assert_allclose(ablated.coordinates[..., 1:], pruned.coordinates, atol=1e-12)
    np.testing.assert_allclose(ablated.recon, pruned.recon, atol=1e-12)


def test_ablation_keeps_the_direction_of_what_is_off_the_anchored_axis(scene):
    off = scene.clouds["baseline"].coordinates[..., 1:]
    want = off / np.linalg.norm(off, axis=-1, keepdims=True)
    np.testing.assert_allclose(scene.clouds["ablated"].coordinates[..., 1:], want, atol=1e-9)


def test_errors_are_the_mean_square_over_channels_of_the_same_colours(scene):
    for cloud in scene.clouds.values():
        want = np.square(cloud.recon - scene.colors).mean(axis=-1)
        np.testing.assert_allclose(cloud.mse, want, atol=1e-12)


def test_the_named_colours_come_first_and_no_colour_comes_twice(scene):
    assert scene.names == NAMES
    np.testing.assert_array_equal(scene.colors[:17], named_colors())
    # Eight corners of the 512 have names.
    assert len(np.unique(scene.colors.round(6), axis=0)) == len(scene.colors) == 17 + 512 - 8


def test_principal_directions_of_an_ellipse_are_its_half_axes():
    angle = np.radians(np.arange(360))
    points = np.stack([2 * np.cos(angle), -3 * np.sin(angle), 0 * angle], axis=1)
    directions, spread = explorer.principal(points)
    np.testing.assert_allclose(directions, [[0, 1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-12)
    np.testing.assert_allclose(spread, [9 / 13, 4 / 13, 0], atol=1e-12)


def test_the_explorer_begins_with_the_colour_most_like_what_is_deleted(scene, blue):
    assert scene.names[scene.start] == "red"
    moments = checkpoint.load_moments(blue.results.snapshots_paths(1), seed=0)
    found = explorer.explore(moments, blue.experiment, blue.deletion)
    assert found.names[found.start] == "blue"


def test_what_is_stored_is_rounded_as_little_as_it_says(scene):
    stored = explorer.encode(scene)
    assert stored["colors"][:2] == ["#ff0000", "#ff8000"]
    kinds = {"coordinates": "<i2", "recon": "u1", "mse": "<u2"}
    for name, cloud in scene.clouds.items():
        for part, kind in kinds.items():
            raw = np.frombuffer(base64.b64decode(stored["variants"][name][part]), dtype=kind)
            want, scale = getattr(cloud, part), stored["scales"][part]
            got = raw.reshape(want.shape) / scale
            np.testing.assert_allclose(got, want, rtol=0, atol=0.5 / scale + 1e-12)


def test_all_that_a_page_carries_is_less_than_400_kb(scene):
    stored = json.dumps(explorer.encode(scene), separators=(",", ":"))
    assert "</" not in stored  # nothing that would end the element that holds it
    assert len(stored.encode()) < 400_000


def test_the_command_writes_the_run_that_the_figures_show(results, small):
    run("explorer", small, "--out", results.folder, "--shards", 2)
    stored = json.loads(results.explorer_path.read_text())
    assert stored["steps"] == [0, 10, 31]
    assert stored["seed"] == 0
    assert stored["provenance"]["step"] == "explorer"
    grid = results.grid("score_grid").sel(variant="ablated")
    shown = {color: i for i, color in enumerate(stored["colors"])}
    raw = np.frombuffer(base64.b64decode(stored["variants"]["ablated"]["recon"]), dtype="u1")
    last = raw.reshape(3, len(shown), 3)[-1] / 255
    for levels, name in (((7, 0, 0), "#ff0000"), ((2, 5, 0), "#49b600"), ((0, 7, 7), "#00ffff")):
        red, green, blue = levels
        want = grid["recon"].isel(red=red, green=green, blue=blue)
        np.testing.assert_allclose(last[shown[name]], want, atol=0.5 / 255 + 1e-6)


def test_surgery_that_leaves_nothing_to_turn_is_refused(experiment):
    red, blue = Target("red", (1.0, 0.0, 0.0), 0), Target("blue", (0.0, 0.0, 1.0), 1)
    with pytest.raises(InputError) as caught:
        explorer.explore(
            initialize([0], hidden=16, depth=2, latent=5), experiment, Deletion("two", (red, blue))
        )
    assert str(caught.value) == (
        "explorer: wanted surgery on one dimension that leaves at least 3, got dims [0, 1] of 5; "
        "leave the explorer out for this experiment"
    )


def test_one_axis_of_more_than_three_can_be_explored_and_two_cannot(both):
    chosen = both.experiment.deletions
    assert both.experiment.leaves_sphere(chosen["red"])
    assert both.experiment.leaves_sphere(chosen["blue"])
    assert not both.experiment.leaves_sphere(chosen["red-and-blue"])


def test_the_axis_of_a_further_deletion_is_the_first_coordinate(both):
    moments = initialize(range(3), hidden=16, depth=2, latent=6)
    deletion = both.experiment.deletions["blue"]
    found = explorer.explore(moments, both.experiment, deletion)
    assert found.clouds["baseline"].axes == ("z3", "p1", "p2", "p3", "p4", "p5")
    latents = response.respond(moments, found.colors).latents
    np.testing.assert_allclose(found.clouds["baseline"].coordinates[..., 0], latents[..., 3])
