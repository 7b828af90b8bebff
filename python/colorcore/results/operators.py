"""What is done to an experiment's runs in place of its surgery, to be judged as that is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from colorcore.anchor.erasers.classes import labelled_mean, mean_difference
from colorcore.anchor.erasers.constants import optimal_ablation
from colorcore.anchor.erasers.least_squares import leace
from colorcore.anchor.erasers.nullspaces import inlp
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.installed import bake
from colorcore.anchor.interventions.kinds import Intervention, Suppression
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.labels import probabilities
from colorcore.experiment.loading import Experiment
from colorcore.experiment.operators import (
    ABLATED,
    NONE,
    Labelled,
    Leace,
    MeanDifference,
    MeanSuppression,
    NullspaceProjection,
    OptimalAblation,
    Redirection,
)
from colorcore.results.response import ablated, respond
from colorcore.training.model import Autoencoder
from colorcore.training.seen import seen


class Told(NamedTuple):
    """What labels tell an eraser of the colours of the data.

    Shapes: `values` (runs, points, concepts), in [0, 1], how much of each concept a colour is;
    `weights` (runs, points), how often it was seen.
    """

    values: NDArray[np.float64]
    weights: NDArray[np.float64]


def told(
    experiment: Experiment, deletion: Deletion, operator: Labelled, *, seeds: list[int]
) -> Told:
    """By the few labels that training saw, or by perfect ones; see `operators.Labelled`."""
    names = list(experiment.concepts)
    columns = [names.index(target.name) for target in deletion.targets]
    if operator.labels == "few":
        found = seen(experiment, seeds=seeds)
        often = np.maximum(found.drawn, 1)[..., None]
        return Told(found.labelled[..., columns] / often, found.drawn.astype(np.float64))
    chances = probabilities(
        experiment.palette,
        [concept.model_copy(update={"noise": 0.0}) for concept in experiment.concepts.values()],
        experiment.targets.values(),
    )[:, columns]
    shares = chances / chances.max(axis=0)
    return Told(np.stack([shares] * len(seeds)), np.ones((len(seeds), len(shares))))


def operated(
    experiment: Experiment, deletion: Deletion, model: Autoencoder, *, seeds: list[int]
) -> dict[str, Autoencoder]:
    """The model as it was trained, after its deletion, and under each operator of its settings."""
    latents = torch.from_numpy(respond(model, experiment.palette.colors).latents)
    found = {NONE: model, ABLATED: ablated(model, experiment, deletion)}
    known: dict[str, Told] = {}
    for name, operator in experiment.operators.items():
        if isinstance(operator, OptimalAblation):
            found[name] = _held(deletion, model, experiment.palette.colors)
            continue
        if isinstance(operator, Redirection):
            found[name] = _redirected(deletion, model, operator.amount)
            continue
        kind, found[name] = operator.labels, model
        if kind not in known:
            known[kind] = told(experiment, deletion, operator, seeds=seeds)
        for act in interventions(operator, latents, *map(torch.from_numpy, known[kind])):
            found[name] = bake(found[name], act, layer="bottleneck")
    return found


def _held(deletion: Deletion, model: Autoencoder, colors: NDArray[np.float64]) -> Autoencoder:
    """On the bottleneck, the deletion's axes at the constants that cost colours the least error."""
    every = torch.from_numpy(colors).float().expand(model.runs, -1, -1)
    act = optimal_ablation(
        model,
        every,
        lambda found: (found.recon - every).square().mean(dim=-1),
        layer="bottleneck",
        dims=deletion.dims,
        runs=True,
    )
    return bake(model, act, layer="bottleneck")


def _redirected(deletion: Deletion, model: Autoencoder, amount: float) -> Autoencoder:
    """Instead of what the encoder writes to the deletion's axes, a constant."""
    layer, _ = model.around_bottleneck
    kept, shift = torch.ones(model.latent), torch.zeros(model.latent)
    kept[deletion.dims], shift[deletion.dims] = 0, -amount
    return bake(model, Affine(kept.diag(), shift), layer=layer)


def interventions(
    operator: Labelled, latents: Tensor, values: Tensor, weights: Tensor
) -> list[Intervention]:
    """What acts on the bottleneck of each run, one after another.

    Shapes: `latents` (runs, points, latent), `values` and `weights` as `Told`.
    """
    match operator:
        case Leace():
            return [leace(latents, values, weights)]
        case MeanDifference():
            return [mean_difference(latents, values, weights)]
        case NullspaceProjection():
            return [inlp(latents, values, weights, rounds=operator.rounds)]
        case MeanSuppression():
            falloff = Falloff(angle=operator.angle, power=operator.power)
            means = labelled_mean(latents, values, weights)  # (runs, concepts, latent)
            return [Suppression(mean, falloff) for mean in means.unbind(1)]
    raise AssertionError(f"{operator}: not as an experiment that was loaded has it")
