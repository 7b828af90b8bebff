"""One pass through the model, with the gradient of the reconstruction routed or as it is.

Source: A. Cloud, J. Goldman-Wetzler, E. Wybitul, J. Miller and A. Turner, 2024, "Gradient routing:
masking gradients to localize computation in neural networks".
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Bool
from torch import Tensor

from colorcore.anchor.ensemble.networks import normalize, passes
from colorcore.experiment.loading import Experiment
from colorcore.kernels.ensemble import Network
from colorcore.training.batches import Batch
from colorcore.training.coders import Coder, coders
from colorcore.training.model import network


class Plain(NamedTuple):
    """The gradient goes back the way that the colours came."""

    network: Network

    def layers(self, values: Tensor, batch: Batch) -> tuple[Tensor, ...]:
        """Latents before and behind their normalisation, and what is made of them."""
        return passes(self.network, values, batch.colors)


class Routed(NamedTuple):
    """The gradient of the reconstruction passes the bottleneck along some coordinates only.

    Of a labelled sample it passes along the axes of its labels, of another along all coordinates,
    or along all that are of no such axis. What the model makes is the same, and terms that look at
    its latents are not routed.

    Shapes: `axes` (labels, latent), true at the axis of each label; `places` of these labels among
    the concepts.
    """

    encoder: Coder
    decoder: Coder
    is_before: bool
    places: tuple[int, ...]
    axes: Bool[Tensor, "labels latent"]
    others: Bool[Tensor, " latent"]

    def layers(self, values: Tensor, batch: Batch) -> tuple[Tensor, ...]:
        """Latents before and behind their normalisation, and what is made of them."""
        before, behind = self.encoder(values, batch.colors)
        kept = self.kept(batch.labels)
        if self.is_before:
            read = normalize(before.where(kept, before.detach()))
        else:
            read = behind.where(kept, behind.detach())
        return before, behind, *self.decoder(values, read)

    def kept(
        self, labels: Bool[Tensor, "runs batch concepts"]
    ) -> Bool[Tensor, "runs batch latent"]:
        """Where the gradient of each sample passes."""
        own = labels[..., list(self.places)]
        along = (own.unsqueeze(-1) & self.axes).any(dim=-2)
        return along.where(own.any(dim=-1, keepdim=True), self.others)


def passing(experiment: Experiment) -> Plain | Routed:
    """How an experiment's gradient goes."""
    sizes, routing = experiment.model.model_dump(), experiment.routing
    if routing is None:
        return Plain(network(**sizes))
    concepts = list(experiment.concepts)
    axes = torch.zeros(len(routing.labels), experiment.model.latent, dtype=torch.bool)
    for row, label in zip(axes, routing.labels, strict=True):
        row[experiment.targets[label].axis] = True
    others = torch.ones_like(axes[0]) if routing.unlabelled == "all" else ~axes.any(dim=0)
    places = tuple(concepts.index(label) for label in routing.labels)
    return Routed(*coders(**sizes), routing.layer == "encoder", places, axes, others)
