"""Layers of any model by name, and the layers that colorcore adds."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from colorcore.errors import unknown


class RunLinear(nn.Module):
    """An affine map for each run: y = W x + b.

    Samples lie along the last axis: a matrix product that is as wide as the batch is several times
    faster than one as narrow as a layer of 3 or 5 channels.

    Shapes: `weight` (runs, out, in), `bias` (runs, out); maps (runs, in, batch) to
    (runs, out, batch).
    """

    def __init__(
        self, weight: Float[Tensor, "runs outputs inputs"], bias: Float[Tensor, "runs outputs"]
    ):
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(bias)

    def forward(self, x: Float[Tensor, "runs inputs batch"]) -> Float[Tensor, "runs outputs batch"]:
        return torch.baddbmm(self.bias.unsqueeze(-1), self.weight, x)


class Unit(nn.Module):
    """Normalisation to unit length, as a layer, so that what it gives has a name.

    Shapes: (…, latent) → (…, latent), of length 1 along the last axis; zero vectors stay zero.

    Example:

        >>> Unit()(torch.tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """

    def forward(self, x: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch latent"]:
        return nn.functional.normalize(x, dim=-1)


Linear = nn.Linear | RunLinear

LINEAR = (nn.Linear, RunLinear)
"""Layers with `weight` (…, out, in) and `bias` (…, out)."""


def find(model: nn.Module, name: str) -> nn.Module:
    """A layer of a model.

    Raises: InputError when there is none of that name, with the names there are.

    Example:

        >>> find(nn.Sequential(nn.Linear(3, 2), nn.ReLU()), "1")
        ReLU()
    """
    layers = dict(model.named_modules())
    if name not in layers or not name:
        raise unknown("layer", name, [known for known in layers if known])
    return layers[name]
