"""The encoder and the decoder each by itself, and the terms that ask for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from colorcore.anchor.ensemble.networks import normalize, passes
from colorcore.anchor.ensemble.objective import objective
from colorcore.kernels.ensemble import Network
from colorcore.kernels.objective import LAYERS, Term
from colorcore.training.batches import Batch
from colorcore.training.model import CHANNELS, widths


class Coder(NamedTuple):
    """One half of the model as a network, and where its parameters lie in the row of a run."""

    network: Network
    place: slice

    def __call__(self, values: Tensor, x: Tensor) -> tuple[Tensor, ...]:
        """What it gives. Shapes: all `values` (runs, parameters), `x` (runs, batch, in)."""
        return passes(self.network, values[:, self.place], x)


def coders(*, hidden: int, depth: int, latent: int) -> tuple[Coder, Coder]:
    """The encoder, which gives latents before and behind their normalisation, and the decoder.

    One behind the other they give what the whole network gives, to the last bit.
    """
    encoder, decoder = widths(hidden=hidden, depth=depth, latent=latent)
    inner = ("gelu",) * depth
    first = Network(tuple(encoder), (*inner, "unit"))
    second = Network(tuple(decoder), (*inner, "nothing"))
    start = first.parameters
    return Coder(first, slice(0, start)), Coder(second, slice(start, start + second.parameters))


class Aim(NamedTuple):
    """What the decoder, held constant, makes of samples without an axis is drawn to a mean colour.

    Mean over channels of (dec(z without the axis) − mean colour of the batch)², averaged over
    labelled samples as an anchor is. The axis goes where surgery cuts: before the normalisation or
    behind it. The decoder does not learn from it: it would answer with the mean colour to whatever
    it takes for ablated, and the concept would still be there for another decoder.
    """

    decoder: Coder
    layer: int
    kept: tuple[bool, ...]
    affinities: tuple[float, ...]

    def cost(self, values: Tensor, layers: Sequence[Tensor], batch: Batch) -> Tensor:
        """Of each run. Shapes: `values` (runs, parameters) → (runs,)."""
        latents = layers[self.layer]
        ablated = latents.where(torch.tensor(self.kept), 0)
        if LAYERS[self.layer] == "encoder":
            ablated = normalize(ablated)
        (made,) = self.decoder(values.detach(), ablated)
        # A sum along a row of columns has one order; torch's sums go by the width of registers.
        mean = batch.colors.cumsum(dim=1)[:, -1:] / batch.colors.shape[1]
        off = made - mean
        square = Term("subspace", 0, (1 / CHANNELS,) * CHANNELS, affinities=self.affinities)
        return objective([square], off, off, off, wanted=off.detach(), labels=batch.labels)[1]


class Fallback(NamedTuple):
    """What the decoder makes of one direction is drawn to one colour, and nothing else is.

    Source: Experiment 2.9.2 of the original's authors, MSE(dec(−e₀), ½) with weight 0.05.
    """

    decoder: Coder
    direction: tuple[float, ...]
    color: tuple[float, ...]

    def cost(self, values: Tensor, layers: Sequence[Tensor], batch: Batch) -> Tensor:
        """Of each run. Shapes: `values` (runs, parameters) → (runs,)."""
        runs = len(values)
        point = values.new_tensor(self.direction).expand(runs, 1, -1).contiguous()
        wanted = values.new_tensor(self.color).expand(runs, 1, -1).contiguous()
        (made,) = self.decoder(values, point)
        none = torch.zeros(runs, 1, 0, dtype=torch.bool)
        return objective([], point, point, made, wanted=wanted, labels=none)[0]
