"""The batches of many runs side by side, drawn where they are used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from colorcore.anchor.separation.operators import HAS_TRITON
from colorcore.kernels import arguments
from colorcore.kernels.labels import drawer


class Draws:
    """Draws a batch for each run, and a label for each of its samples and concepts.

    What is drawn is a function of (seed, step) alone: the same on every device, to the bit, and the
    same as `colorcore.draw_batch` draws. On an NVIDIA GPU it is drawn there, by Triton; for other
    devices on the CPU, and copied.

    Shapes: `probabilities` (N,) or (N, L), in [0, 1], on the device where the batches are wanted;
    they are looked through once, here. `seeds` (S,).

    Raises: TypeError for what are not real numbers, or seeds that are not integers; ValueError for
    other shapes or ranges.

    Example:

        >>> draws = Draws(torch.tensor([0.0, 0.0, 1.0, 1.0]), seeds=[0, 1], batch_size=3)
        >>> indices, labels = draws(step=7)
        >>> indices.shape, bool((labels[..., 0] == (indices >= 2)).all())
        (torch.Size([2, 3]), True)
    """

    def __init__(
        self, probabilities: Tensor, *, seeds: ArrayLike | Sequence[int], batch_size: int
    ) -> None:
        self.device, self.batch_size = probabilities.device, batch_size
        chances = arguments.table("probabilities", probabilities.detach().cpu().numpy())
        self._addresses = arguments.addresses("seeds", seeds)
        self._draw = drawer(
            np.empty((len(chances), 0)), chances, seeds=self._addresses, batch_size=batch_size
        )
        if self.device.type == "cuda" and HAS_TRITON:
            self._draw = self._on_gpu(torch.from_numpy(chances).double().to(self.device))

    def __call__(self, step: int) -> tuple[Tensor, Tensor]:
        """Indices and labels of a step. Shapes: (S, B) in 0…N − 1, and (S, B, L).

        Raises: ValueError for a step below 0.
        """
        arguments.counts(step=step, batch_size=self.batch_size)
        indices, labels = (torch.as_tensor(found) for found in self._draw(step))
        return indices.to(self.device), labels.to(self.device)

    def _on_gpu(self, chances: Tensor) -> Callable[[int], tuple[Tensor, Tensor]]:
        gpu = import_module("colorcore.anchor.batches.gpu_draws")
        seeds = torch.from_numpy(self._addresses.astype(np.int64)).to(self.device)
        return lambda step: gpu.draw_batch(
            chances, seeds=seeds, step=step, batch_size=self.batch_size
        )
