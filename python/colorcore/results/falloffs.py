"""Concepts suppressed or turned away as trained runs are used, instead of deleted from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from colorcore.anchor.interventions import Falloff, Repulsion, Suppression, intervene
from colorcore.colors.cubes import flat_colors, score_grid
from colorcore.colors.named import NAMES, named_colors
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.loading import Experiment
from colorcore.results.distribution import BAND, band_axes, binned
from colorcore.results.interventions import ABLATED, INTERVENTIONS
from colorcore.results.measures import likeness, score, unlike
from colorcore.results.response import Array, blocks, respond, variants
from colorcore.training.model import Autoencoder

KINDS = {"suppression": Suppression, "repulsion": Repulsion}


def _each(
    experiment: Experiment, deletion: Deletion, model: Autoencoder, colors: Array
) -> Iterator[tuple[str, Array]]:
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
    tables: dict[str, list[pd.DataFrame]] = {}
    errors: dict[str, list[NDArray[np.float32]]] = {}
    for some, own in blocks(model, seeds):
        for name, mse in _each(experiment, deletion, some, colors):
            on_grid, on_named, on_targets = np.split(mse, ends, axis=1)
            columns = {"intervention": name, "seed": own}
            columns["score_r2"] = score(on_grid, grid, deletion)
            columns["target"] = on_targets.mean(axis=1)
            columns["unlike_max"] = on_grid[:, unlike(grid, deletion)].max(axis=1)
            columns |= {color: on_named[:, i] for i, color in enumerate(NAMES)}
            tables.setdefault(name, []).append(pd.DataFrame(columns))
            errors.setdefault(name, []).append(on_grid.astype(np.float32))
    table = pd.concat([part for parts in tables.values() for part in parts], ignore_index=True)
    alike = likeness(grid, deletion)
    bands = [binned(alike, np.concatenate(parts)) for parts in errors.values()]
    result = score_grid().assign_coords({"intervention": list(errors), **band_axes(bands[0])})
    result["band"] = (("intervention", *BAND), np.stack([band.to_numpy() for band in bands]))
    return table, result
