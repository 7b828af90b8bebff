"""What the example on mixing trains on: stretches of packed lines, and labels of whole lines."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from colorcore.anchor import Labels, RandomBatches
from colorcore.colors.similarity import redness
from mixing_data import LINE, PROMPT, RGB, Pairs

BATCH, BLOCK = 64, 64  # stretches, and tokens of each
STRADDLED = BLOCK // LINE + 2  # lines of which a stretch may have some
POWER, RATE = 8, 0.04  # an operand is labelled with a chance of redness^8 · 0.04


def chances() -> Tensor:
    """How likely an operand earns its line a label, by its colour. Shapes: (216,), in [0, 0.04]."""
    return RATE * torch.from_numpy(redness(RGB)) ** POWER


class Batch(NamedTuple):
    """Stretches of lines, and which of those that they cover are labelled.

    Shapes: `inputs` and `targets` (batch, 64), tokens; `places` (batch, lines, 4), where in a
    stretch the prompt of each line stands, and `shown`, whether it does; `labels` (batch, lines).
    """

    inputs: Tensor
    targets: Tensor
    places: Tensor
    shown: Tensor
    labels: Tensor

    def to(self, device: str) -> Batch:
        """The same on a device."""
        return Batch(*(one.to(device) for one in self))

    def labelled(self, stream: Tensor) -> tuple[Tensor, Tensor]:
        """The stream at the prompts of labelled lines, and where such a prompt is shown.

        Shapes: (sites, batch, 64, latent) → (sites, lines, 4, latent) and (sites, lines, 4).
        """
        rows, line = self.labels.nonzero(as_tuple=True)
        found = stream[:, rows[:, None], self.places[rows, line]]
        return found, self.shown[rows, line].expand(found.shape[:-1])


class Batches:
    """Batches as a function of (seed, step): where stretches begin, and who is labelled.

    Each of the two operands of a line draws; the line is labelled when one does at least, and
    nothing tells which.
    """

    def __init__(self, lines: Pairs, *, seed: int, steps: int) -> None:
        self.tokens = lines.lines.flatten()
        starts = len(self.tokens) - BLOCK
        self.draw = RandomBatches(starts, BATCH, seed=seed, steps=steps)
        self.label = Labels(chances()[torch.stack([lines.first, lines.second], dim=-1)], seed=seed)
        self.lines = len(lines.first)

    def at(self, step: int) -> Batch:
        """The batch of a step."""
        starts = self.draw.indices(step)
        stretches = self.tokens[starts[:, None] + torch.arange(BLOCK + 1)]
        covered = starts[:, None] // LINE + torch.arange(STRADDLED)
        places = (covered * LINE - starts[:, None])[..., None] + torch.arange(PROMPT)
        shown = (places >= 0) & (places < BLOCK)
        drawn = self.label(covered.clamp(max=self.lines - 1).flatten(), step=step)
        labels = drawn.any(dim=-1).view(covered.shape)
        return Batch(stretches[:, :-1], stretches[:, 1:], places.where(shown, 0), shown, labels)
