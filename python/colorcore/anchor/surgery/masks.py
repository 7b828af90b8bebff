"""Dimensions held at zero, or left out: behind a layer, or in its weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from colorcore.errors import InputError


class Mask:
    """A forward hook that sets some dimensions of what a layer gives to zero.

    Shapes: (…, width, …) → the same, with the dimensions on `axis`, from the end.

    Raises: InputError in the forward pass when the layer gives no tensor.

    Example:

        >>> layer = nn.Identity()
        >>> handle = layer.register_forward_hook(Mask([1]))
        >>> layer(torch.ones(3))
        tensor([1., 0., 1.])
    """

    def __init__(self, dims: Sequence[int], *, axis: int = -1):
        self.dims, self.axis = list(dims), axis

    def __call__(self, layer: nn.Module, _args: object, output: object) -> Tensor:
        given = _tensor(layer, output)
        return given.index_fill(self.axis, torch.tensor(self.dims, device=given.device).long(), 0)


class Select:
    """A forward hook that passes on some dimensions of what a layer gives.

    Shapes: (…, width, …) → (…, kept, …), on `axis`, from the end.

    Raises: InputError in the forward pass when the layer gives no tensor.

    Example:

        >>> layer = nn.Identity()
        >>> handle = layer.register_forward_hook(Select([0, 2]))
        >>> layer(torch.tensor([5.0, 6.0, 7.0]))
        tensor([5., 7.])
    """

    def __init__(self, keep: Sequence[int], *, axis: int = -1):
        self.keep, self.axis = list(keep), axis

    def __call__(self, layer: nn.Module, _args: object, output: object) -> Tensor:
        given = _tensor(layer, output)
        return given.index_select(self.axis, torch.tensor(self.keep, device=given.device).long())


def _tensor(layer: nn.Module, output: object) -> Tensor:
    if not isinstance(output, Tensor):
        raise InputError(
            f"layer {type(layer).__name__}: wanted a tensor, got {type(output).__name__}; name a "
            "layer within it"
        )
    return output


class Held(nn.Module):
    """A parametrization that holds some slices of a weight at zero, whatever an optimizer does.

    Shapes: as the weight's; the slices are those of `axis`.

    Example:

        >>> layer = nn.Linear(2, 2)
        >>> hold(layer, "bias", 0, [1])
        >>> _ = layer.parametrizations.bias.original.data.fill_(5)
        >>> layer.bias.tolist()
        [5.0, 0.0]
    """

    kept: Tensor

    def __init__(self, like: Tensor, axis: int, places: Sequence[int]):
        super().__init__()
        kept = torch.ones(like.shape[axis], dtype=torch.bool, device=like.device)
        kept[list(places)] = False
        sizes = [1] * like.ndim
        sizes[axis] = -1
        self.register_buffer("kept", kept.view(sizes))

    def forward(self, weight: Tensor) -> Tensor:
        return torch.where(self.kept, weight, 0)


def hold(module: nn.Module, name: str, axis: int, places: Sequence[int]) -> None:
    """Hold some slices of a layer's weight at zero from now on."""
    weight = getattr(module, name)
    parametrize.register_parametrization(module, name, Held(weight, axis, places))
