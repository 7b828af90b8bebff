"""The colours and labels that each run trains on at a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from torch import Tensor

from colorcore.experiment.labels import probabilities
from colorcore.experiment.loading import Experiment
from colorcore.kernels.labels import Drawn, drawer


class Batch(NamedTuple):
    """What every run sees at one step.

    Shapes: `colors` (runs, batch, 3), RGB in [0, 1]; `labels` (runs, batch, concepts).
    """

    colors: Float[Tensor, "runs batch 3"]
    labels: Bool[Tensor, "runs batch concepts"]


@dataclass(frozen=True)
class Sampler:
    """Draws batches from a list of colours, with replacement, and labels them afresh.

    A batch is a function of (seed, step) alone: neither the order of the calls nor the other seeds
    change it.

    Shapes: `colors` (points, 3), RGB in [0, 1]; `probabilities` (points, concepts), in [0, 1];
    `seeds` (runs,).

    Example:

        >>> gray = np.linspace(0, 1, 5)[:, None].repeat(3, axis=1)
        >>> bright = gray[:, :1]  # labelled with a chance that is the brightness
        >>> colors, labels = Sampler(gray, bright, np.array([0, 1]), batch_size=8).draw(step=0)
        >>> colors.shape, labels.shape
        (torch.Size([2, 8, 3]), torch.Size([2, 8, 1]))
    """

    colors: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    seeds: NDArray[np.int64]
    batch_size: int

    def draw(self, step: int) -> Batch:
        """The batch of one step."""
        indices, labels = self.indices(step)
        colors = self._palette.take(indices, axis=0)
        return Batch(torch.from_numpy(colors), torch.from_numpy(labels))

    @cached_property
    def indices(self) -> Callable[[int], Drawn]:
        """Which colours a step has, and their labels. Shapes: (runs, batch), (…, concepts)."""
        return drawer(self.colors, self.probabilities, seeds=self.seeds, batch_size=self.batch_size)

    @cached_property
    def _palette(self) -> NDArray[np.float32]:
        return self.colors.astype(np.float32)


def sampler(experiment: Experiment, *, seeds: Sequence[int]) -> Sampler:
    """The batches of an experiment's colours and concepts.

    Example:

        >>> from pathlib import Path
        >>> from colorcore.experiment.loading import load
        >>> batch = sampler(load(Path("experiments/ex-2.10.1")), seeds=[0, 1, 2]).draw(step=0)
        >>> batch.colors.shape, batch.labels.shape
        (torch.Size([3, 64, 3]), torch.Size([3, 64, 1]))
    """
    return Sampler(
        colors=experiment.palette.colors,
        probabilities=probabilities(
            experiment.palette, experiment.concepts.values(), experiment.targets.values()
        ),
        seeds=np.asarray(seeds, dtype=np.int64),
        batch_size=experiment.data.batch_size,
    )
