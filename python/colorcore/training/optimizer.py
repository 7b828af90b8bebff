"""Adam on rows that hold every parameter of every run."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from colorcore.kernels.adam import adam


class Adam:
    """Adam, with a learning rate of its own at every step, in place, in one pass.

    Not `torch.optim.Adam`, with which it agrees to rounding, because that loads PyTorch's compiler:
    a second of start-up.

    Source: D. Kingma and J. Ba, 2015, "Adam: a method for stochastic optimization".
    """

    def __init__(
        self,
        values: Float[Tensor, "runs parameters"],
        *,
        betas: tuple[float, float],
        eps: float,
    ):
        self.values = values
        self.mean = torch.zeros_like(values, requires_grad=False)
        self.square = torch.zeros_like(values, requires_grad=False)
        self.betas, self.eps, self.steps = betas, eps, 0

    def step(self, gradient: Float[Tensor, "runs parameters"], rate: float) -> None:
        """Move every parameter against its gradient. Shapes: as the parameters."""
        self.steps += 1
        adam(
            self.values.detach().numpy(),
            self.mean.numpy(),
            self.square.numpy(),
            gradient.numpy(),
            rate=rate,
            betas=self.betas,
            eps=self.eps,
            count=self.steps,
        )
        torch.autograd.graph.increment_version(self.values)  # which torch has not seen change
