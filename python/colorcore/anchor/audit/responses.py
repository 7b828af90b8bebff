"""What a model gives for samples: latents of a layer, answers and their errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from colorcore.anchor.layers.captures import capture
from colorcore.anchor.layers.copies import shadow
from colorcore.errors import InputError

Answer = Callable[[nn.Module, Tensor], Tensor]
"""A model and inputs → what is compared with the wanted outputs."""

Loss = Callable[[Tensor, Tensor], Tensor]
"""Answers (…, batch, …) and what is wanted → a loss a sample, (…, batch)."""


def latents(
    model: nn.Module,
    layer: str,
    inputs: Tensor,
    *,
    runs: int | None = None,
    position: int | None = None,
) -> NDArray[np.float64]:
    """What a layer gives for each sample, in evaluation mode, its numbers in one row.

    Shapes: `inputs` (samples, …); with `runs`, the model gets and gives (runs, samples, …) → (runs,
    samples, numbers), of one run without. Where a layer gives (…, samples, positions, latent), a
    `position` is all that is looked at, and a latent vector the row.

    Raises: InputError when the layer gives no row a sample, or has no such position, and as
    `capture`.

    Example:

        >>> model = nn.Sequential(nn.Identity(), nn.Flatten())
        >>> latents(model, "0", torch.zeros(5, 2, 3)).shape
        (1, 5, 6)
        >>> latents(model, "0", torch.zeros(5, 2, 3), position=-1).shape
        (1, 5, 3)
    """
    still = shadow(model).eval()  # as it is otherwise: the mode is the copy's
    with torch.no_grad(), capture(still, [layer]) as layers:
        still(spread_over(inputs, runs))
    found = layers[layer]
    lead = (len(inputs),) if runs is None else (runs, len(inputs))
    if found.shape[: len(lead)] != lead:
        raise InputError(
            f"layer {layer}: wanted a row a sample, {lead}, got {tuple(found.shape)}; name a layer "
            "that gives one, and say runs= of an ensemble"
        )
    if position is not None:
        found = _at(found, position, len(lead), layer)
    return found.double().reshape(runs or 1, len(inputs), -1).cpu().numpy()


def _at(found: Tensor, position: int, lead: int, layer: str) -> Tensor:
    """What is at one position of each sequence. Shapes: (…, positions, latent) → (…, latent)."""
    positions = found.shape[lead] if found.ndim == lead + 2 else 0
    if not -positions <= position < positions:
        raise InputError(
            f"position must be one of sequences that layer {layer} gives, got {position} of "
            f"{tuple(found.shape)}; count from 0, or from the end from -1 on"
        )
    return found.select(lead, position)


def losses(
    model: nn.Module,
    inputs: Tensor,
    outputs: Tensor,
    runs: int | None,
    answer: Answer | None,
    loss: Loss | None,
) -> Tensor:
    """The loss of each sample. Shapes: (samples, …) both → (samples,), or (runs, samples).

    Raises: InputError when there is not one a sample.

    Example:

        >>> losses(nn.Identity(), torch.ones(2, 3), torch.zeros(2, 3), None, None, None)
        tensor([1., 1.])
    """
    given = spread_over(inputs, runs)
    answers = model(given) if answer is None else answer(model, given)
    wanted = spread_over(outputs, runs)
    lead = (len(inputs),) if runs is None else (runs, len(inputs))
    if loss is None:
        return _squared(answers, wanted, len(lead))
    found = loss(answers, wanted)
    if tuple(found.shape) != lead:
        raise InputError(
            f"loss: wanted one a sample, {lead}, got {tuple(found.shape)}; leave out the mean over "
            "the batch, reduction='none' say"
        )
    return found


def spread_over(values: Tensor, runs: int | None) -> Tensor:
    """The same for each run. Shapes: (samples, …) → (runs, samples, …), or the same without.

    Example:

        >>> spread_over(torch.zeros(5, 2), 3).shape
        torch.Size([3, 5, 2])
    """
    return values if runs is None else values.expand(runs, *values.shape)


def _squared(answers: object, wanted: Tensor, lead: int) -> Tensor:
    if not isinstance(answers, Tensor) or answers.shape != wanted.shape:
        got = tuple(answers.shape) if isinstance(answers, Tensor) else type(answers).__name__
        raise InputError(
            f"answer: wanted what the outputs are, {tuple(wanted.shape)}, got {got}; say by "
            "answer= which part of what the model gives is compared with them"
        )
    error = (answers - wanted).square()
    return error if error.ndim == lead else error.flatten(lead).mean(dim=-1)
