"""The model of the example on mixing: a small transformer whose stream keeps to the unit sphere.

Source: Loshchilov et al., 2024, nGPT, with one scalar in place of each vector of gains, and steps
of a fixed size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from colorcore.anchor import Unit, gelu, normalize
from mixing_data import TOKENS

WIDTH, BLOCKS, HEADS = 64, 4, 8
CONTEXT = 64  # tokens
WAVELENGTH = 10_000.0  # of the slowest rotation

SITES = ["start", *(f"blocks.{place}" for place in range(BLOCKS))]
"""Where the stream is looked at: as it begins, and behind each block."""


class Temperature(nn.Module):
    """A learned factor. Its parameter is small, so that a step of Adam's is a fair share of it."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self.scale = start * WIDTH**0.5
        self.weight = nn.Parameter(torch.tensor(WIDTH**-0.5))

    def forward(self) -> Tensor:
        return self.scale * self.weight


class Rotary(nn.Module):
    """Turns pairs of neighbouring coordinates by angles that grow with the position.

    Shapes: (…, positions, heads, coordinates) → the same.
    """

    turns: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        rates = WAVELENGTH ** (-torch.arange(0, width, 2) / width)
        angles = torch.outer(torch.arange(CONTEXT), rates)
        turns = torch.polar(torch.ones_like(angles), angles)  # of pairs as complex numbers
        self.register_buffer("turns", turns[:, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * self.turns[: x.shape[-3]]).flatten(-2)


class Attention(nn.Module):
    """Causal attention by the cosine of queries and keys. Shapes: (batch, positions, 64), both."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.write = nn.Linear(WIDTH, WIDTH, bias=False)
        self.rotary = Rotary(WIDTH // HEADS)
        self.temperature = Temperature((WIDTH / HEADS) ** 0.5)

    def forward(self, stream: Tensor) -> Tensor:
        compared, values = self.read(stream).split([2 * WIDTH, WIDTH], dim=-1)
        compared = self.rotary(normalize(compared.unflatten(-1, (2 * HEADS, -1))))
        queries, keys = compared.transpose(-3, -2).chunk(2, dim=-3)
        values = values.unflatten(-1, (HEADS, -1)).transpose(-3, -2)
        found = scaled_dot_product_attention(
            self.temperature() * queries, keys, values, is_causal=True, scale=1.0
        )
        return self.write(found.transpose(-3, -2).flatten(-2))


class Perceptron(nn.Module):
    """Shapes: (batch, positions, 64), both."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.write = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, stream: Tensor) -> Tensor:
        # Rows and vectors of length 1 have products near 0, where the GELU is next to linear.
        return self.write(gelu(self.read(stream) * WIDTH**0.5))


class Step(nn.Module):
    """Moves the stream by a fixed share of the way to a direction, and back to the sphere."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer
        self.target, self.unit = Unit(), Unit()

    def forward(self, stream: Tensor) -> Tensor:
        return self.unit(torch.lerp(stream, self.target(self.layer(stream)), 1 / BLOCKS))


class Mixer(nn.Module):
    """Tells the next token. Shapes: tokens (batch, positions) → logits (batch, positions, 219)."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, WIDTH)
        self.start = Unit()
        blocks = [nn.Sequential(Step(Attention()), Step(Perceptron())) for _ in range(BLOCKS)]
        self.blocks = nn.ModuleList(blocks)
        self.temperature = Temperature(1.0)
        self.keep_units()

    def forward(self, tokens: Tensor) -> Tensor:
        stream = self.start(self.embedding(tokens))
        for block in self.blocks:
            stream = block(stream)
        return self.temperature() * nn.functional.linear(stream, self.embedding.weight)

    @torch.no_grad()
    def keep_units(self) -> None:
        """Brings what reads the stream, and what writes it, back to unit vectors of its space."""
        self.embedding.weight.copy_(normalize(self.embedding.weight))
        for layer in self.modules():
            if isinstance(layer, Attention | Perceptron):
                layer.read.weight.copy_(normalize(layer.read.weight))
                layer.write.weight.copy_(normalize(layer.write.weight.T).T)
