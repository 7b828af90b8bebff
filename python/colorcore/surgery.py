"""Surgery on a trained autoencoder: latent dimensions zeroed in place, or cut out."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch

from colorcore.errors import InputError
from colorcore.model import Autoencoder, RunLinear


def ablate(model: Autoencoder, dims: Sequence[int]) -> Autoencoder:
    """A copy in which the latent dimensions carry nothing.

    Zeroes the rows and biases that write them and the columns that read them; shapes stay.

    Raises: InputError when a dimension is not in the model, or none would be left.
    """
    _keep(model, dims)
    result = copy.deepcopy(model)
    writer, reader = _around(result)
    with torch.no_grad():
        writer.weight[:, list(dims), :] = 0
        writer.bias[:, list(dims)] = 0
        reader.weight[:, :, list(dims)] = 0
    return result


def prune(model: Autoencoder, dims: Sequence[int]) -> Autoencoder:
    """A copy without the latent dimensions: the bottleneck is narrower by their number.

    Gives the outputs of `ablate` to within float rounding.

    Raises: InputError when a dimension is not in the model, or none would be left.
    """
    keep = _keep(model, dims)
    result = copy.deepcopy(model)
    writer, reader = _around(result)
    result.encoder[-1] = RunLinear(
        writer.weight.detach()[:, keep, :], writer.bias.detach()[:, keep]
    )
    result.decoder[0] = RunLinear(reader.weight.detach()[:, :, keep], reader.bias.detach())
    return result.requires_grad_(writer.weight.requires_grad)


def _around(model: Autoencoder) -> tuple[RunLinear, RunLinear]:
    """The layer that writes the bottleneck and the layer that reads it."""
    writer, reader = model.encoder[-1], model.decoder[0]
    assert isinstance(writer, RunLinear)
    assert isinstance(reader, RunLinear)
    return writer, reader


def _keep(model: Autoencoder, dims: Sequence[int]) -> list[int]:
    width = _around(model)[0].weight.shape[1]
    wrong = [dim for dim in dims if not 0 <= dim < width]
    if wrong:
        raise InputError(
            f"dims must lie in 0…{width - 1}, the dimensions of the bottleneck, got {wrong}; "
            "count from 0"
        )
    keep = [dim for dim in range(width) if dim not in dims]
    if not keep:
        raise InputError(
            f"dims must leave a dimension of the bottleneck, got all {width}; drop one from dims"
        )
    return keep
