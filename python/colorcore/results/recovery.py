"""Whether a deleted concept comes back when the runs are trained on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from colorcore.anchor.audit.relearning import Relearned, relearn
from colorcore.colors.cubes import flat_colors, score_grid
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.loading import Experiment
from colorcore.results.audited import KIN, RECOVERED
from colorcore.results.measures import likeness, unlike
from colorcore.results.response import Array, ablated, blocks
from colorcore.training.model import Autoencoder, initialize

Chosen = NDArray[np.bool_]
Way = tuple[Autoencoder, Chosen, list[str] | None]
"""The model to train on, which colours of the data it is shown, and which parts may move."""

FEW = 4  # colours, the concept's own and its nearest
RATE = 0.003
BATCHES = 0  # the seed by which all runs see the same batches
FRESH = 2**32  # beyond a run's seed: what a network starts from that has learned nothing


def recovery_table(experiment: Experiment, model: Autoencoder, *, seeds: list[int]) -> pd.DataFrame:
    """A row a way to train on, moment and run: how the concept comes back, and what the rest pays.

    Columns: `way`, `step`, `seed`; `target`, the error of the concept's colours, and `harm`, the
    largest of a colour unlike it on the score grid. What the deletion removed stays removed.

    Ways: `all` weights, on all colours of the data; those of the `decoder` alone; all, on a `few`
    colours of the concept; all, `without` any that is like it; and from `scratch`, by a network
    that starts anew, with nothing removed.
    """
    tables = [_table(experiment, some, own) for some, own in blocks(model, seeds)]
    return pd.concat(tables).sort_values(["way", "step", "seed"], ignore_index=True)


def _table(experiment: Experiment, model: Autoencoder, seeds: list[int]) -> pd.DataFrame:
    deletion, data = experiment.deletion, experiment.palette.colors
    edited = ablated(model, experiment, deletion, frozen=True).requires_grad_()
    fresh = initialize([FRESH + seed for seed in seeds], **experiment.model.model_dump())
    every = np.ones(len(data), dtype=bool)
    ways: dict[str, Way] = {
        "all": (edited, every, None),
        "decoder": (edited, every, ["decoder"]),
        "few": (edited, _few(data, deletion), None),
        "without": (edited, likeness(data, deletion) < KIN, None),
        "scratch": (fresh, every, None),
    }
    return pd.concat(
        [_rows(name, _relearned(way, experiment), experiment, seeds) for name, way in ways.items()]
    )


def _few(data: Array, deletion: Deletion) -> Chosen:
    """Which colours of the data are most alike the deletion's targets. Shapes: (points,)."""
    chosen = np.argsort(-likeness(data, deletion), kind="stable")[:FEW]
    return np.isin(np.arange(len(data)), chosen)


def _relearned(way: Way, experiment: Experiment) -> Relearned:
    """Trained on what is shown of the data; errors also of the score grid and the targets."""
    model, shown, only = way
    others = np.concatenate([flat_colors(score_grid()), experiment.deletion.colors])
    colors = torch.from_numpy(np.concatenate([experiment.palette.colors, others])).float()
    shares = np.concatenate([shown.astype(float), np.zeros(len(others))])
    return relearn(
        model,
        colors,
        colors,
        seed=BATCHES,
        weights=shares,
        only=only,
        runs=model.runs,
        answer=lambda one, x: one(x).recon,
        steps=RECOVERED,
        batch_size=experiment.data.batch_size,
        rate=RATE,
    )


def _rows(way: str, found: Relearned, experiment: Experiment, seeds: list[int]) -> pd.DataFrame:
    deletion = experiment.deletion
    judged = found.errors[:, :, len(experiment.palette.colors) :]
    grid, targets = np.split(judged, [-len(deletion.targets)], axis=-1)
    far = unlike(flat_colors(score_grid()), deletion)
    return pd.DataFrame(
        {
            "way": way,
            "step": np.repeat(found.steps, len(seeds)),
            "seed": np.tile(seeds, len(found.steps)),
            "target": targets.mean(axis=-1).ravel(),
            "harm": grid[:, :, far].max(axis=-1).ravel(),
        }
    )
