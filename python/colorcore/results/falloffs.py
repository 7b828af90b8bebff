"""Concepts suppressed or turned away as trained runs are used, instead of deleted from them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.kinds import Repulsion, Suppression
from colorcore.colors.cubes import flat_colors, score_grid
from colorcore.colors.named import NAMES, named_colors
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.loading import Experiment
from colorcore.results.distribution import BAND, band_axes, binned
from colorcore.results.interventions import ABLATED, INTERVENTIONS
from colorcore.results.measures import likeness, score, unlike
from colorcore.results.response import Array, ablated, blocks, respond
from colorcore.training.model import Autoencoder

if TYPE_CHECKING:
    import xarray as xr

KINDS = {"suppression": Suppression, "repulsion": Repulsion}


def _errors(
    experiment: Experiment, deletion: Deletion, model: Autoencoder, name: str, colors: Array
) -> Array:
    """Every run's error of every colour, ablated or under an intervention, by its name.

    Interventions act on the bottleneck, along each of the axes that surgery removes.
    """
    if name == ABLATED:
        return respond(ablated(model, experiment, deletion), colors).mse
    kind, angle, power = INTERVENTIONS[name]
    with ExitStack() as acting:
        for axis in np.eye(experiment.model.latent)[deletion.dims].tolist():
            intervention = KINDS[kind](axis, Falloff(angle=angle, power=power))
            acting.enter_context(intervene(model, intervention, layer="bottleneck"))
        return respond(model, colors).mse


def evaluate(
    experiment: Experiment, deletion: Deletion, model: Autoencoder, *, seeds: list[int]
) -> tuple[pd.DataFrame, xr.Dataset]:
    """What ablation and each intervention make of every run.

    The table has a row an intervention and run: score, error of the target, damage to what is
    unlike it, and the error of each named colour. The score grid has `band` (intervention, bin,
    quantile): errors by similarity to the deletion's targets; see `distribution.binned`.
    """
    grid = flat_colors(score_grid())
    ends = np.cumsum([len(grid), len(NAMES)])
    colors = np.concatenate([grid, named_colors(), deletion.colors])
    alike, apart = likeness(grid, deletion), unlike(grid, deletion)
    tables, bands = [], {}
    for name in (ABLATED, *INTERVENTIONS):
        # Allocated once: what is kept of each block would leave holes that memory never fills.
        errors = np.empty((len(seeds), len(grid)), dtype=np.float32)
        measures = np.empty((len(seeds), 3 + len(NAMES)))
        done = 0
        for some, own in blocks(model, seeds):
            mse = _errors(experiment, deletion, some, name, colors)
            on_grid, on_named, on_targets = np.split(mse, ends, axis=1)
            rows = slice(done, done := done + len(own))
            errors[rows] = on_grid
            measures[rows, 0] = score(on_grid, grid, deletion)
            measures[rows, 1] = on_targets.mean(axis=1)
            measures[rows, 2] = on_grid[:, apart].max(axis=1)
            measures[rows, 3:] = on_named
        table = pd.DataFrame(measures, columns=["score_r2", "target", "unlike_max", *NAMES])
        table.insert(0, "intervention", name)
        table.insert(1, "seed", seeds)
        tables.append(table)
        bands[name] = binned(alike, errors)
    axes = band_axes(bands[ABLATED])
    result = score_grid().assign_coords({"intervention": list(bands), **axes})
    result["band"] = (("intervention", *BAND), np.stack([b.to_numpy() for b in bands.values()]))
    return pd.concat(tables, ignore_index=True), result
