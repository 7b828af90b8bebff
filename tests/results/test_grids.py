"""The cubes of the representative run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colorcore.colors.cubes import flat_colors, score_grid
from colorcore.experiment.loading import load
from colorcore.results import response
from colorcore.results.distribution import band_of, binned
from colorcore.results.measures import likeness
from colorcore.training import checkpoint


def test_cubes_hold_every_variant_of_the_representative_run(results, small):
    experiment = load(small)
    model, _ = checkpoint.load(results.weights_paths(2))
    for name, shape in {
        "color_slices": (12, 4, 5),
        "loss_cube": (150, 24, 24),
        "latent_cube": (20, 20, 20),
        "score_grid": (8, 8, 8),
    }.items():
        grid = results.grid(name)
        assert grid["recon"].shape == (3, *shape, 3)
        assert grid["mse"].shape == (3, *shape)
        assert grid["latents"].shape == (3, *shape, 5)
        assert grid["variant"].values.tolist() == list(response.VARIANTS)
        lengths = np.sqrt((grid["latents"].fillna(0) ** 2).sum("latent"))
        np.testing.assert_allclose(lengths, 1, atol=1e-5)
        assert grid["latents"].sel(variant="pruned", latent=0).isnull().all()
        assert (grid["latents"].sel(variant="ablated", latent=0) == 0).all()
    one = response.single_run(model, 0)
    want = response.respond(one, flat_colors(score_grid())).mse[0]
    got = results.grid("score_grid")["mse"].sel(variant="baseline").values.ravel()
    np.testing.assert_allclose(got, want, rtol=1e-5)
    assert experiment.representative_seed == 0


def test_the_score_grid_has_the_band_of_every_run(results, main):
    model, _ = checkpoint.load(results.weights_paths(2))
    colors = flat_colors(score_grid())
    ablated = response.variants(model, main.experiment, main.deletion)["ablated"]
    errors = response.respond(ablated, colors).mse
    want = binned(likeness(colors, main.deletion), errors)
    band = band_of(results.grid("score_grid"))
    np.testing.assert_allclose(band, want, rtol=1e-5)
    assert list(band) == ["low", "median", "high"]


def test_the_score_grid_has_the_similarity_to_what_is_deleted(blue, both):
    colors = flat_colors(score_grid())
    for one, deletion in (
        (blue.results, blue.deletion),
        (both.results, both.deletion),
        *(
            (replace(both.results, deletion=name), both.experiment.deletions[name])
            for name in ("blue", "red-and-blue")
        ),
    ):
        got = one.grid("score_grid")["similarity"].values.ravel()
        np.testing.assert_allclose(got, likeness(colors, deletion))


def test_a_further_deletion_takes_its_own_dimensions_from_the_cubes(both):
    grid = replace(both.results, deletion="red-and-blue").grid("latent_cube")
    gone = grid["latents"].sel(variant="pruned").isnull().all(["red", "green", "blue"])
    assert gone.values.tolist() == [True, False, False, True, False, False]
    same = both.results.grid("latent_cube")["recon"].sel(variant="baseline")
    np.testing.assert_array_equal(grid["recon"].sel(variant="baseline"), same)


def test_evolution_starts_untrained_and_ends_with_the_trained_run(results):
    evolution = results.grid("evolution")
    assert evolution["step"].values.tolist() == [0, 10, 31]
    final = results.grid("latent_cube").sel(variant="baseline")
    np.testing.assert_allclose(evolution["recon"].sel(step=31), final["recon"], atol=1e-6)
    assert float(evolution["mse"].sel(step=0).mean()) > float(final["mse"].mean())
