"""Surgery on a trained model: latent dimensions zeroed in place, or cut out."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import nn

from colorcore.anchor import arguments
from colorcore.anchor.arguments import Dims
from colorcore.anchor.graph import around
from colorcore.anchor.layers import LINEAR, Linear, find
from colorcore.errors import InputError

Model = TypeVar("Model", bound=nn.Module)


class Mask(nn.Module):
    """Sets some of the last axis to zero.

    Shapes: (…, width) → (…, width).

    Example:

        >>> Mask([1], width=3)(torch.ones(3))
        tensor([1., 0., 1.])
    """

    kept: torch.Tensor

    def __init__(self, dims: Sequence[int], *, width: int):
        super().__init__()
        kept = torch.ones(width)
        kept[list(dims)] = 0
        self.register_buffer("kept", kept)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.kept


class Select(nn.Module):
    """Passes on some of the last axis.

    Shapes: (…, width) → (…, kept).

    Example:

        >>> Select([0, 2])(torch.tensor([5.0, 6.0, 7.0]))
        tensor([5., 7.])
    """

    def __init__(self, keep: Sequence[int]):
        super().__init__()
        self.keep = list(keep)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[..., self.keep]


def ablate(
    model: Model,
    dims: Dims,
    *,
    layer: str,
    reader: str | None = None,
    after: str | None = None,
) -> Model:
    """A copy in which some dimensions of a layer carry nothing.

    Zeroes the rows and biases that write them and the columns that read them; shapes stay. The
    layer is a linear one, or stands between two with nothing but activations or a normalisation
    around it; if several linear layers read it, all are cut off. For a model that torch.fx cannot
    follow, name the linear layer that writes the dimensions and the `reader`.

    A normalisation in between stretches what is left of a vector to full length. With the name of
    the normalisation as `after`, the dimensions are zeroed behind it instead of where they are
    written, and what is left keeps its size: nothing, for a vector along a removed axis.

    Raises: InputError when there is no such layer, when the linear layers around it cannot be told,
    when what they read does not all go through `after`, when a dimension is not in it, or none
    would be left.

    Source: Experiment 2.10.1.

    Example:

        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 3))
        >>> ablated = ablate(model, [0], layer="1")
        >>> ablated[0](torch.ones(1, 3))[0, 0].item(), ablated[2].weight[:, 0].tolist()
        (0.0, [0.0, 0.0, 0.0])
    """
    result = copy.deepcopy(model)
    writer, read_by = _around(result, layer, reader, after)
    keep, gone = _keep(writer, dims)
    if after is not None:
        _append(result, after, Mask(gone, width=len(keep) + len(gone)))
    with torch.no_grad():
        if after is None:
            writer.weight[..., gone, :] = 0
            if writer.bias is not None:
                writer.bias[..., gone] = 0
        for one in read_by:
            one.weight[..., gone] = 0
    return result


def prune(
    model: Model,
    dims: Dims,
    *,
    layer: str,
    reader: str | None = None,
    after: str | None = None,
) -> Model:
    """A copy without some dimensions of a layer, which is narrower by their number.

    Gives the outputs of `ablate` to within float rounding, and takes the same layers. With `after`,
    the dimensions are still written, since a normalisation measures a vector by them, and are
    dropped behind that layer.

    Raises: InputError as `ablate` does.

    Example:

        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 3))
        >>> pruned, ablated = prune(model, [0], layer="1"), ablate(model, [0], layer="1")
        >>> pruned
        Sequential(
          (0): Linear(in_features=3, out_features=1, bias=True)
          (1): Tanh()
          (2): Linear(in_features=1, out_features=3, bias=True)
        )
        >>> x = torch.rand(5, 3)
        >>> torch.allclose(pruned(x), ablated(x), atol=1e-6)
        True
    """
    result = copy.deepcopy(model)
    writer, read_by = _around(result, layer, reader, after)
    keep, _ = _keep(writer, dims)
    if after is None:
        _narrow(writer, keep)
    else:
        _append(result, after, Select(keep))
    for one in read_by:
        one.weight = _parameter(one.weight, one.weight.detach()[..., keep])
        if isinstance(one, nn.Linear):
            one.in_features = len(keep)
    return result


def _narrow(writer: Linear, keep: list[int]) -> None:
    writer.weight = _parameter(writer.weight, writer.weight.detach()[..., keep, :])
    if writer.bias is not None:
        writer.bias = _parameter(writer.bias, writer.bias.detach()[..., keep])
    if isinstance(writer, nn.Linear):
        writer.out_features = len(keep)


def _append(model: nn.Module, name: str, step: nn.Module) -> None:
    """Have a layer followed by another step, under the layer's name."""
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, nn.Sequential(find(model, name), step))


def _around(
    model: nn.Module, layer: str, reader: str | None, after: str | None
) -> tuple[Linear, list[Linear]]:
    """The layer that writes what a layer gives, and those that read it."""
    if reader is None:
        writer, readers = around(model, layer, after)
    else:
        writer, readers = layer, [reader]
    written, *read = (_linear(model, name) for name in (writer, *readers))
    for name, found in zip(readers, read, strict=True):
        if found.weight.shape[-1] != written.weight.shape[-2]:
            raise InputError(
                f"{name} must read as many dimensions as {writer} writes, "
                f"{written.weight.shape[-2]}, got {found.weight.shape[-1]}; name two layers that "
                "follow each other"
            )
    return written, read


def _linear(model: nn.Module, name: str) -> Linear:
    found = find(model, name)
    if not isinstance(found, LINEAR):
        raise InputError(
            f"layer {name}: wanted a linear layer, got {type(found).__name__}; name the ones that "
            "write and read the dimensions"
        )
    return found


def _parameter(old: torch.Tensor, values: torch.Tensor) -> nn.Parameter:
    return nn.Parameter(values.clone(), requires_grad=old.requires_grad)


def _keep(writer: Linear, dims: Dims) -> tuple[list[int], list[int]]:
    """The dimensions that stay, and those that go."""
    width = writer.weight.shape[-2]
    gone = arguments.dims(dims, width)
    keep = [dim for dim in range(width) if dim not in gone]
    if not keep:
        raise InputError(
            f"dims must leave a dimension of the layer, got all {width}; drop one from dims"
        )
    return keep, gone
