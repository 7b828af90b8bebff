"""Red suppressed or turned away as the trained runs are used, instead of deleted from them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr

from colorcore.anchor.interventions import Falloff, Repulsion, Suppression, intervene
from colorcore.colors.cubes import flat_colors, grid_axes, score_grid
from colorcore.colors.named import NAMES, named_colors, named_rgb
from colorcore.colors.similarity import similarity
from colorcore.experiment.loading import Experiment
from colorcore.results.evaluation import respond, score, unlike_red, variants
from colorcore.training.model import Autoencoder

ABLATED = "ablated"
KINDS = {"suppression": Suppression, "repulsion": Repulsion}
FALLOFFS = ((90, 1), (90, 2), (90, 4), (60, 1), (30, 1))
"""Angle in degrees, power."""


def label(kind: str, angle: float, power: float) -> str:
    """What an intervention is called: `suppression, 90°, power 2`."""
    return f"{kind}, {angle:g}°, power {power:g}"


INTERVENTIONS = {label(kind, *falloff): (kind, *falloff) for kind in KINDS for falloff in FALLOFFS}


def _each(
    experiment: Experiment, model: Autoencoder, colors: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Every run's error of every colour, ablated and under each intervention.

    Interventions act on the bottleneck, on the first of the dimensions that surgery removes.
    """
    axis = np.eye(experiment.model.latent)[experiment.surgery.dims[0]].tolist()
    yield ABLATED, respond(variants(model, experiment)[ABLATED], colors).mse
    for name, (kind, angle, power) in INTERVENTIONS.items():
        intervention = KINDS[kind](axis, Falloff(angle=angle, power=power))
        with intervene(model, intervention, layer="bottleneck"):
            yield name, respond(model, colors).mse


def table(experiment: Experiment, model: Autoencoder, *, seeds: list[int]) -> pd.DataFrame:
    """A row an intervention and run: score, damage far from red, error of each named colour."""
    grid = flat_colors(score_grid())
    rows = []
    on_named = dict(_each(experiment, model, named_colors()))
    for name, mse in _each(experiment, model, grid):
        columns = {"intervention": name, "seed": seeds, "score_r2": score(mse, grid)}
        columns["unlike_red_max"] = mse[:, unlike_red(grid)].max(axis=1)
        columns |= {color: on_named[name][:, i] for i, color in enumerate(NAMES)}
        rows.append(pd.DataFrame(columns))
    return pd.concat(rows, ignore_index=True)


def scored(experiment: Experiment, model: Autoencoder, *, seeds: list[int]) -> xr.Dataset:
    """The score grid with every run's error under each intervention.

    Adds `similarity` to red (red, green, blue), in [0, 1], and `mse_runs` (intervention, seed, red,
    green, blue).
    """
    grid = score_grid()
    colors, sizes, axes = flat_colors(grid), grid["color"].shape[:-1], grid_axes(grid)
    errors = dict(_each(experiment, model, colors))
    result = grid.assign_coords(intervention=list(errors), seed=seeds)
    result["similarity"] = (axes, similarity(colors, named_rgb("red")).reshape(sizes))
    shaped = np.stack(list(errors.values())).reshape(len(errors), len(seeds), *sizes)
    result["mse_runs"] = (("intervention", "seed", *axes), shaped.astype(np.float32))
    return result
