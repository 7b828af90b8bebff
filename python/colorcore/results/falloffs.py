"""Concepts suppressed or turned away as trained runs are used, instead of deleted from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pandas as pd
import xarray as xr

from colorcore.anchor.interventions import Falloff, Repulsion, Suppression, intervene
from colorcore.colors.cubes import flat_colors, grid_axes, score_grid
from colorcore.colors.named import NAMES, named_colors
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.loading import Experiment
from colorcore.results.interventions import ABLATED, INTERVENTIONS
from colorcore.results.measures import likeness, score, unlike
from colorcore.results.response import respond, variants
from colorcore.training.model import Autoencoder

KINDS = {"suppression": Suppression, "repulsion": Repulsion}


def _each(
    experiment: Experiment, deletion: Deletion, model: Autoencoder, colors: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Every run's error of every colour, ablated and under each intervention.

    Interventions act on the bottleneck, along each of the axes that surgery removes.
    """
    axes = np.eye(experiment.model.latent)[deletion.dims].tolist()
    yield ABLATED, respond(variants(model, experiment, deletion)[ABLATED], colors).mse
    for name, (kind, angle, power) in INTERVENTIONS.items():
        with ExitStack() as acting:
            for axis in axes:
                intervention = KINDS[kind](axis, Falloff(angle=angle, power=power))
                acting.enter_context(intervene(model, intervention, layer="bottleneck"))
            yield name, respond(model, colors).mse


def table(
    experiment: Experiment, deletion: Deletion, model: Autoencoder, *, seeds: list[int]
) -> pd.DataFrame:
    """A row an intervention and run: score, error of the target, damage to what is unlike it.

    And the error of each named colour.
    """
    grid = flat_colors(score_grid())
    rows = []
    on_targets = dict(_each(experiment, deletion, model, deletion.colors))
    on_named = dict(_each(experiment, deletion, model, named_colors()))
    for name, mse in _each(experiment, deletion, model, grid):
        columns = {"intervention": name, "seed": seeds, "score_r2": score(mse, grid, deletion)}
        columns["target"] = on_targets[name].mean(axis=1)
        columns["unlike_max"] = mse[:, unlike(grid, deletion)].max(axis=1)
        columns |= {color: on_named[name][:, i] for i, color in enumerate(NAMES)}
        rows.append(pd.DataFrame(columns))
    return pd.concat(rows, ignore_index=True)


def scored(
    experiment: Experiment, deletion: Deletion, model: Autoencoder, *, seeds: list[int]
) -> xr.Dataset:
    """The score grid with every run's error under each intervention.

    Adds `similarity` to the deletion's targets (red, green, blue), in [0, 1], and `mse_runs`
    (intervention, seed, red, green, blue).
    """
    grid = score_grid()
    colors, sizes, axes = flat_colors(grid), grid["color"].shape[:-1], grid_axes(grid)
    errors = dict(_each(experiment, deletion, model, colors))
    result = grid.assign_coords(intervention=list(errors), seed=seeds)
    result["similarity"] = (axes, likeness(colors, deletion).reshape(sizes))
    shaped = np.stack(list(errors.values())).reshape(len(errors), len(seeds), *sizes)
    result["mse_runs"] = (("intervention", "seed", *axes), shaped.astype(np.float32))
    return result
