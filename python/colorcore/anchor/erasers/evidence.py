"""What erasers are fitted to: latents, what is known of a concept in each, how much each counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from colorcore.anchor.interventions.affine import Affine

EXACT = torch.finfo(torch.float64).eps


@dataclass(frozen=True)
class Run:
    """One run's samples, in float64 on the CPU.

    Shapes: `latents` (samples, latent), `values` (samples, concepts), `weights` (samples,), which
    sum to 1. An error is that of 1 in the type in which the numbers came.
    """

    latents: Tensor
    values: Tensor
    weights: Tensor
    latents_error: float
    values_error: float

    @property
    def mean(self) -> Tensor:
        """Shapes: (latent,)."""
        return self.weights @ self.latents

    @property
    def centered(self) -> Tensor:
        """Latents less their mean, times the root of their weight. Shapes: (samples, latent)."""
        return self.weights.sqrt()[:, None] * (self.latents - self.mean)

    @property
    def deviations(self) -> Tensor:
        """The same of the values, each concept's at unit length. Shapes: (samples, concepts)."""
        found = self.weights.sqrt()[:, None] * (self.values - self.weights @ self.values)
        return found / torch.linalg.vector_norm(found, dim=0)

    @property
    def doubt(self) -> float:
        """How far rounding may move a deviation."""
        means, squares = self.weights @ self.values, self.weights @ self.values.square()
        spread = (self.weights @ (self.values - means).square()).sqrt()
        error = max(2 * self.values_error, len(self.values) * EXACT)
        return (error * squares.sqrt() / spread).max().item()

    def span(self, moments: Tensor, scale: float) -> Tensor:
        """Orthonormal columns that span those of moments, and zeros where rounding alone differs.

        Shapes: (latent, concepts), and the length of the largest that there could be → (latent,
        at most concepts).
        """
        columns, lengths, _ = torch.linalg.svd(moments, full_matrices=False)
        return columns * (lengths > self.doubt * scale)


@dataclass(frozen=True)
class Evidence:
    """The samples of each run, and whether they were given with an axis of runs, and of concepts.

    Runs are fitted one by one, so that a run gets the same bits alone and among others.
    """

    runs: list[Run]
    has_runs: bool
    has_concepts: bool

    def eraser(self, fit: Callable[[Run], Tensor]) -> Affine:
        """The intervention z − T (z − mean), of the T that is fitted to each run."""
        taken = [fit(run) for run in self.runs]
        matrices = [torch.eye(len(one), dtype=one.dtype) - one for one in taken]
        shifts = [one @ run.mean for one, run in zip(taken, self.runs, strict=True)]
        return Affine(self.joined(matrices), self.joined(shifts))

    def joined(self, found: list[Tensor]) -> Tensor:
        """Of each run, along a first axis; or of the only one, when there was none."""
        return torch.stack(found) if self.has_runs else found[0]
