"""The colour autoencoder. Every parameter has a leading run axis, so 60 seeds are one model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from colorcore.anchor.ensemble.networks import EnsembleLinear, gelu
from colorcore.anchor.layers.named import Unit
from colorcore.kernels.ensemble import Network
from colorcore.kernels.reference import STREAM_INITIAL, uniforms

CHANNELS = 3


class Activations(NamedTuple):
    """What one forward pass makes.

    Shapes: `encoder` (runs, batch, latent), before normalisation; `bottleneck` (runs, batch,
    latent), of unit length; `recon` (runs, batch, 3), RGB, in [0, 1] when evaluating and
    unbounded when training.
    """

    encoder: Float[Tensor, "runs batch latent"]
    bottleneck: Float[Tensor, "runs batch latent"]
    recon: Float[Tensor, "runs batch 3"]


class Autoencoder(nn.Module):
    """Colours → unit bottleneck → colours, for many runs at once.

    Shapes: colours in, (runs, batch, 3), RGB in [0, 1]; `Activations` out. The linear layers of
    `encoder` and `decoder` are separated by exact (erf) GELU.

    Source: Experiment 2.10.1, 3 → 16 → 16 → 5 → 16 → 16 → 3 (840 parameters a run).
    """

    def __init__(self, encoder: Sequence[EnsembleLinear], decoder: Sequence[EnsembleLinear]):
        super().__init__()
        self.encoder = nn.ModuleList(encoder)
        self.bottleneck = Unit()
        self.decoder = nn.ModuleList(decoder)

    @property
    def runs(self) -> int:
        return next(self.parameters()).shape[0]

    @property
    def latent(self) -> int:
        """Width of the bottleneck."""
        *_, bias = self.encoder.parameters()
        return bias.shape[1]  # (runs, out)

    @property
    def around_bottleneck(self) -> tuple[str, str]:
        """Names of the layers that write and read the bottleneck."""
        return f"encoder.{len(self.encoder) - 1}", "decoder.0"

    def forward(self, colors: Float[Tensor, "runs batch 3"]) -> Activations:
        encoded = _chain(self.encoder, colors)
        latents = self.bottleneck(encoded)
        recon = _chain(self.decoder, latents)
        return Activations(encoded, latents, recon if self.training else recon.clamp(0.0, 1.0))


def _chain(layers: nn.ModuleList, x: Tensor) -> Tensor:
    """Apply layers with GELU between them. Shapes: (runs, batch, in) → (runs, batch, out)."""
    first, *rest = layers
    x = first(x)
    for layer in rest:
        x = layer(gelu(x))
    return x


def widths(*, hidden: int, depth: int, latent: int) -> tuple[list[int], list[int]]:
    """Layer widths of the encoder and of the decoder, ends included.

    `depth` counts the nonlinear layers on each side.
    """
    inner = [hidden] * depth
    return [CHANNELS, *inner, latent], [latent, *inner, CHANNELS]


def network(*, hidden: int, depth: int, latent: int) -> Network:
    """The same layers as one network, which gives what `Activations` holds, to the last bit."""
    encoder, decoder = widths(hidden=hidden, depth=depth, latent=latent)
    inner = ("gelu",) * depth
    return Network((*encoder, *decoder[1:]), (*inner, "unit", *inner, "nothing"))


def row(model: Autoencoder) -> Float[Tensor, "runs parameters"]:
    """All parameters of each run in a row, as `network` wants them."""
    return torch.cat([p.detach().flatten(1) for p in model.parameters()], dim=1)


def fill(model: Autoencoder, values: Float[Tensor, "runs parameters"]) -> None:
    """Give a model the parameters of such rows."""
    start = 0
    with torch.no_grad():
        for parameter in model.parameters():
            stop = start + parameter[0].numel()
            parameter.copy_(values[:, start:stop].view_as(parameter))
            start = stop


def initialize(seeds: Sequence[int], *, hidden: int, depth: int, latent: int) -> Autoencoder:
    """A fresh model with one run a seed.

    Weights and biases are uniform in ±1/√fan_in, PyTorch's default for a linear layer, drawn from
    a stream of their own so that a run starts the same whatever runs stand beside it.

    Shapes: `seeds` (runs,), whole numbers ≥ 0.
    """
    encoder_widths, decoder_widths = widths(hidden=hidden, depth=depth, latent=latent)
    pairs = [*pairwise(encoder_widths), *pairwise(decoder_widths)]
    count = sum(fan_out * fan_in + fan_out for fan_in, fan_out in pairs)
    draws = np.stack([uniforms(seed, STREAM_INITIAL, 0, count) for seed in seeds])

    layers, start = [], 0
    for fan_in, fan_out in pairs:
        bound = 1 / math.sqrt(fan_in)
        size = fan_out * fan_in
        stop = start + size + fan_out
        values = torch.from_numpy((2 * draws[:, start:stop] - 1) * bound).float()  # (runs, …)
        weight = values[:, :size].reshape(-1, fan_out, fan_in).contiguous()
        layers.append(EnsembleLinear(weight, values[:, size:].contiguous()))
        start = stop
    return Autoencoder(layers[: depth + 1], layers[depth + 1 :])
