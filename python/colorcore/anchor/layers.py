"""Layers of any model by name, and the layers that colorcore adds."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from colorcore.anchor.ensemble import EnsembleLinear, normalize
from colorcore.errors import unknown


class Unit(nn.Module):
    """Normalisation to unit length, as a layer, so that what it gives has a name.

    Shapes: (…, latent) → (…, latent), of length 1 along the last axis; zero vectors stay zero.

    Example:

        >>> import torch
        >>> Unit()(torch.tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """

    def forward(self, x: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch latent"]:
        return normalize(x)


Linear = nn.Linear | EnsembleLinear


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
