"""Lines of the example on mixing: two colours and their mean, each a token that tells no value.

`a + b = c`, of 216 colours, six levels a channel. Only pairs whose mean is one of them make lines,
and of these some are never shown.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

LEVELS = 6  # a channel: 0, 51, …, 255
COLORS = LEVELS**3
PLUS, EQUALS, END = COLORS, COLORS + 1, COLORS + 2
TOKENS = COLORS + 3
LINE = 6  # tokens: a + b = c, and the end of the line
PROMPT = 4  # of them stand before the answer
HELD_OUT = 0.2  # of the pairs of two different colours

PLACES = torch.cartesian_prod(*[torch.arange(LEVELS)] * 3)
"""Levels of each colour, in the order of their tokens. Shapes: (216, 3), 0…5."""

RGB = PLACES / (LEVELS - 1)
"""Shapes: (216, 3), in [0, 1]."""

RED = (LEVELS - 1) * LEVELS**2
"""The token of pure red."""


class Pairs(NamedTuple):
    """Shapes: each (pairs,), tokens of two colours and of their mean."""

    first: Tensor
    second: Tensor
    answer: Tensor

    def of(self, chosen: Tensor) -> Pairs:
        """Some of them: by places or by a mask."""
        return Pairs(*(one[chosen] for one in self))

    @property
    def lines(self) -> Tensor:
        """Their lines, as tokens. Shapes: (pairs, 6)."""
        plus, equals, end = (torch.full_like(self.first, one) for one in (PLUS, EQUALS, END))
        return torch.stack([self.first, plus, self.second, equals, self.answer, end], dim=-1)


def every_pair() -> Pairs:
    """All pairs whose mean is a colour, in both orders, and each colour with itself.

    Example:

        >>> pairs = every_pair()
        >>> len(pairs.first), pairs.lines[1].tolist()
        (5832, [0, 216, 2, 217, 1, 218])
    """
    first, second = torch.cartesian_prod(*[torch.arange(COLORS)] * 2).T
    total = PLACES[first] + PLACES[second]
    closed = (total % 2 == 0).all(dim=-1)
    answer = (total // 2) @ torch.tensor([LEVELS**2, LEVELS, 1])
    return Pairs(first, second, answer).of(closed)


def held_out(pairs: Pairs, *, seed: int) -> Tensor:
    """Which pairs are never shown, in neither order: a fifth of those of two colours.

    Shapes: → (pairs,), booleans.
    """
    low, high = torch.minimum(pairs.first, pairs.second), torch.maximum(pairs.first, pairs.second)
    key = low * COLORS + high
    distinct = key[pairs.first < pairs.second].numpy()
    count = round(HELD_OUT * len(distinct))
    chosen = np.random.default_rng(seed).choice(distinct, count, replace=False)
    return torch.isin(key, torch.from_numpy(chosen))


def draw_lines(lines: int, *, seed: int) -> Pairs:
    """Pairs to train on, of those that are not held out, each as likely as another."""
    pairs = every_pair()
    shown = pairs.of(~held_out(pairs, seed=seed))
    drawn = np.random.default_rng(seed).integers(len(shown.first), size=lines)
    return shown.of(torch.from_numpy(drawn))
