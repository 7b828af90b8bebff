"""What trained models make of colours, before and after surgery."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from colorcore.anchor.surgery.operations import ablate, prune
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.loading import Experiment
from colorcore.training.checkpoint import assemble
from colorcore.training.model import Autoencoder

VARIANTS = ("baseline", "ablated", "pruned")

RUNS = 64  # at a time

Array = NDArray[np.float64]


class Response(NamedTuple):
    """What a model makes of a list of colours.

    Shapes: `recon` (runs, points, 3), RGB in [0, 1]; `latents` (runs, points, latent);
    `mse` (runs, points), mean squared error over the channels.
    """

    recon: Array
    latents: Array
    mse: Array


def respond(model: Autoencoder, colors: Array) -> Response:
    """Every run's reconstruction of every colour, in double precision.

    Where surgery leaves little of a colour's latents, normalising what is left magnifies rounding.

    Shapes: `colors` (points, 3), RGB in [0, 1].
    """
    with torch.no_grad():
        shared = torch.from_numpy(colors).expand(model.runs, -1, -1)
        activations = copy.deepcopy(model).double().eval()(shared)
    recon = activations.recon.numpy()
    mse = np.square(recon - colors).mean(axis=-1)
    return Response(recon, activations.bottleneck.numpy(), mse)


def ablated(
    model: Autoencoder, experiment: Experiment, deletion: Deletion, *, frozen: bool = False
) -> Autoencoder:
    """The model with a deletion's dimensions ablated, which stay so in training when `frozen`."""
    return ablate(model, deletion.dims, **_around(model, experiment), frozen=frozen)


def variants(
    model: Autoencoder, experiment: Experiment, deletion: Deletion
) -> dict[str, Autoencoder]:
    """The model as trained, with a deletion's dimensions ablated, and with them pruned."""
    return {
        "baseline": model,
        "ablated": ablated(model, experiment, deletion),
        "pruned": prune(model, deletion.dims, **_around(model, experiment)),
    }


def _around(model: Autoencoder, experiment: Experiment) -> dict[str, Any]:
    """Where an experiment's surgery cuts."""
    layer, reader = model.around_bottleneck
    after = "bottleneck" if experiment.surgery.layer == "bottleneck" else None
    return {"layer": layer, "reader": reader, "after": after}


def blocks(model: Autoencoder, seeds: list[int]) -> Iterator[tuple[Autoencoder, list[int]]]:
    """Some runs after others, with their seeds, so that memory does not grow with their number."""
    for first in range(0, model.runs, RUNS):
        yield _some_runs(model, first, first + RUNS), seeds[first : first + RUNS]


def single_run(model: Autoencoder, run: int) -> Autoencoder:
    """One run of a model, as a model of its own."""
    return _some_runs(model, run, run + 1)


def _some_runs(model: Autoencoder, first: int, end: int) -> Autoencoder:
    return assemble({name: value[first:end] for name, value in model.state_dict().items()})
