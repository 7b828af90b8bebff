"""Layers of any model by name, and the layers that colorcore adds."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from colorcore.anchor.ensemble.networks import normalize
from colorcore.errors import InputError, unknown


class Unit(nn.Module):
    """Normalisation to unit length, as a layer, so that what it gives has a name.

    Shapes: (…, latent, …) → the same, of length 1 along `axis`, the last one or, for channels
    first, 1; zero vectors stay zero.

    Example:

        >>> import torch
        >>> Unit()(torch.tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: Float[Tensor, "*axes"]) -> Float[Tensor, "*axes"]:
        return normalize(x) if self.axis == -1 else nn.functional.normalize(x, dim=self.axis)

    def extra_repr(self) -> str:
        return "" if self.axis == -1 else f"axis={self.axis}"


WRAPPERS = ("module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module")
"""Names that DistributedDataParallel, torch.compile and others keep a model or a layer under."""


def find(model: nn.Module, name: str) -> nn.Module:
    """A layer of a model, by any of its names.

    Raises: InputError when there is none of that name, with the names there are.

    Example:

        >>> find(nn.Sequential(nn.Linear(3, 2), nn.ReLU()), "1")
        ReLU()
    """
    layers = dict(model.named_modules(remove_duplicate=False))
    if name in layers and name:
        return layers[name]
    known = [one for one in layers if one]
    within = [one for one in known if _unwrapped(one) == _unwrapped(name)]
    if not within or not name:
        raise unknown("layer", name, known)
    raise InputError(
        f"layer: wanted one of {', '.join(known)}, got {name!r}; did you mean {within[0]}? "
        "wrappers of a model put a name of their own before its layers'"
    )


def _unwrapped(name: str) -> list[str]:
    return [part for part in name.split(".") if part not in WRAPPERS]
