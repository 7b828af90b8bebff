"""What a model of the example on mixing gives for lines: answers, and where red lies in its stream.

All is measured on every closed pair in both orders, or on those that were never shown.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import torch
from torch import Tensor, nn

from colorcore.anchor import capture, cosine
from colorcore.colors.similarity import similarity
from mixing_batches import chances
from mixing_data import COLORS, PROMPT, RED, RGB, Pairs, every_pair
from mixing_model import SITES
from mixing_train import AXIS

GRADE = 1.5  # the power of the similarity to red by which colours are to be graded
TEMPERATURE = 0.1  # of the shares in which positions of a line are pulled
SYNTAX = (1, 3)  # positions of + and =


def likeness() -> Tensor:
    """How like red each colour is. Shapes: (216,), in [0, 1]."""
    return torch.from_numpy(similarity(RGB, to=RGB[RED])).float()


def answers(model: nn.Module, pairs: Pairs) -> Tensor:
    """Log-probabilities of each colour as the answer. Shapes: → (pairs, 216)."""
    with torch.no_grad():
        logits = model(pairs.lines[:, :PROMPT])[:, -1]
    return logits.log_softmax(dim=-1)[:, :COLORS]


def exact(model: nn.Module, pairs: Pairs) -> Tensor:
    """Whether the likeliest colour is the mean. Shapes: → (pairs,), booleans."""
    return answers(model, pairs).argmax(dim=-1) == pairs.answer


def alignment(model: nn.Module, pairs: Pairs) -> Tensor:
    """The cosine of the stream to the axis at each position of the lines.

    Shapes: → (sites, pairs, 6).
    """
    with torch.no_grad(), capture(model, SITES) as layers:
        model(pairs.lines)
    return torch.stack([cosine(layers[site], AXIS) for site in SITES])


class Placement(NamedTuple):
    """Where red lies, in numbers that may be compared.

    `selectivity` is how much further along the axis labelled lines lie than lines do on average, at
    the position of the prompt where that is most, in the mean over sites. `grading` is r² of what
    colours as first operands lie along it with their similarity to red to the power of 1.5.
    `spread` is the mean of that over colours. `contrast` is how much more of the pull the second
    operand gets where it alone would be labelled than where the first would; `latched` the most
    that + or = get of it.
    """

    selectivity: float
    grading: float
    spread: float
    contrast: float
    latched: float


def graded(model: nn.Module) -> pd.DataFrame:
    """How far along the axis colours lie as first operands, in the mean over sites.

    A row a colour, in the order of tokens: `likeness` to red, and `along`.
    """
    along = alignment(model, every_pair())[..., 0].mean(dim=0)
    of_each = along.unflatten(0, (COLORS, -1)).mean(dim=-1)
    return pd.DataFrame({"likeness": likeness().numpy(), "along": of_each.numpy()})


def placement(model: nn.Module) -> Placement:
    """Where a model has put red, measured on all lines."""
    pairs = every_pair()
    along = alignment(model, pairs)[..., :PROMPT]
    first, second = chances()[pairs.first], chances()[pairs.second]
    above = mean(along, first + second - first * second) - along.mean(dim=1)
    operand = along[..., 0].unflatten(1, (COLORS, -1)).mean(dim=-1)
    shares = ((along - 1) / TEMPERATURE).softmax(dim=-1)
    apart = mean(shares, second * (1 - first)) - mean(shares, first * (1 - second))
    pulled = mean(shares, chances()[pairs.first])
    return Placement(
        selectivity=above.amax(dim=-1).mean().item(),
        grading=correlation(operand.mean(dim=0), likeness() ** GRADE) ** 2,
        spread=operand.mean().item(),
        contrast=apart[1:, 2].mean().item(),
        latched=pulled[1:, SYNTAX].mean(dim=0).max().item(),
    )


def mean(values: Tensor, weights: Tensor) -> Tensor:
    """The mean over lines by weights. Shapes: (sites, lines, positions), (lines,) → (sites, …)."""
    return torch.einsum("slp,l->sp", values, (weights / weights.sum()).to(values))


def correlation(one: Tensor, other: Tensor) -> float:
    """Pearson's r. Shapes: (numbers,) both."""
    return torch.corrcoef(torch.stack([one, other]))[0, 1].item()
