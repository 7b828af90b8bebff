"""Colour cubes with what a model makes of them, before and after a deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorcore.colors.cubes import flat_colors, grid_axes, score_grid
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.loading import Experiment
from colorcore.results.distribution import BAND, band_axes, binned
from colorcore.results.measures import likeness
from colorcore.results.response import (
    VARIANTS,
    Array,
    ablated,
    blocks,
    respond,
    single_run,
    variants,
)
from colorcore.training.model import Autoencoder

if TYPE_CHECKING:
    import xarray as xr


def damage(
    model: Autoencoder, experiment: Experiment, deletion: Deletion, cube: xr.Dataset
) -> xr.Dataset:
    """A cube with what each variant of a run makes of it. `model` has that one run.

    Adds `recon` (variant, …, channel), RGB in [0, 1]; `mse` (variant, …); `latents` (variant, …,
    latent), NaN in a dimension that a variant no longer has.
    """
    responses = {
        name: respond(changed, flat_colors(cube))
        for name, changed in variants(model, experiment, deletion).items()
    }
    latent = experiment.model.latent
    keep = [dim for dim in range(latent) if dim not in deletion.dims]
    full = {name: _widen(r.latents[0], latent, keep) for name, r in responses.items()}
    return _assign(
        cube,
        "variant",
        list(VARIANTS),
        recon=[responses[v].recon[0] for v in VARIANTS],
        mse=[responses[v].mse[0] for v in VARIANTS],
        latents=[full[v] for v in VARIANTS],
    )


def _widen(latents: Array, latent: int, keep: list[int]) -> Array:
    if latents.shape[-1] == latent:
        return latents
    full = np.full((*latents.shape[:-1], latent), np.nan)
    full[..., keep] = latents
    return full


def evolution(moments: Autoencoder, steps: tuple[int, ...], cube: xr.Dataset) -> xr.Dataset:
    """A cube with what a run made of it at moments of its training.

    `moments` has the moments of one run where a model has its runs. Adds `recon` (step, …,
    channel), `mse` (step, …) and `latents` (step, …, latent).
    """
    response = respond(moments, flat_colors(cube))
    return _assign(cube, "step", list(steps), **response._asdict())


def _assign(cube: xr.Dataset, axis: str, coordinate: list, **values) -> xr.Dataset:
    """Variables shaped (axis, points, …) laid out on the axes of the cube."""
    axes, sizes = grid_axes(cube), cube["color"].shape[:-1]
    last = {"recon": ("channel",), "latents": ("latent",), "mse": ()}
    result = cube.assign_coords({axis: coordinate})
    for name, value in values.items():
        array = np.asarray(value)
        shaped = array.reshape(len(coordinate), *sizes, *array.shape[2:])
        result[name] = ((axis, *axes, *last[name]), shaped.astype(np.float32))
    return result.assign_coords(latent=np.arange(result.sizes["latent"]))


def scored_grid(
    model: Autoencoder, experiment: Experiment, deletion: Deletion, *, seeds: list[int], run: int
) -> xr.Dataset:
    """The score grid with the `damage` of one run, and the ablated errors of all.

    Adds to `damage`: `similarity` to the deletion's targets (red, green, blue), in [0, 1], and
    `band` (bin, quantile), those errors by it; see `distribution.binned`.
    """
    grid = score_grid()
    colors, sizes = flat_colors(grid), grid["color"].shape[:-1]
    alike = likeness(colors, deletion)
    errors = [
        respond(ablated(some, experiment, deletion), colors).mse.astype(np.float32)
        for some, _ in blocks(model, seeds)
    ]
    band = binned(alike, np.concatenate(errors))
    result = damage(single_run(model, run), experiment, deletion, grid)
    result = result.assign_coords(band_axes(band))
    result["similarity"] = (grid_axes(grid), alike.reshape(sizes))
    result["band"] = (BAND, band.to_numpy())
    return result
