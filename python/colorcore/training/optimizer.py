"""Adam on one vector that holds every parameter of every run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn

REGISTER = 64  # numbers: the widest vector register there is, and a cache line, divide it


class Adam:
    """Adam, with a learning rate of its own at every step.

    The parameters become views of one vector: a step costs a few calls and not a few for each
    parameter, and with small parameters the calls cost more than the arithmetic. The vector is
    padded to whole vector registers, since what is left over is computed by other instructions, and
    a run's bits would depend on the runs beside it.

    Not `torch.optim.Adam`, with which it agrees to rounding, because that loads PyTorch's compiler:
    a second of start-up, a sixth of the whole training.

    Source: D. Kingma and J. Ba, 2015, "Adam: a method for stochastic optimization".
    """

    def __init__(
        self, parameters: Sequence[nn.Parameter], *, betas: tuple[float, float], eps: float
    ):
        sizes = [parameter.numel() for parameter in parameters]
        padding = -sum(sizes) % REGISTER
        parts = [parameter.detach().flatten() for parameter in parameters]
        self.values = torch.cat([*parts, parts[0].new_zeros(padding)])
        self.padding = self.values[len(self.values) - padding :].clone()
        self.mean = torch.zeros_like(self.values)
        self.square = torch.zeros_like(self.values)
        self.betas, self.eps, self.steps = betas, eps, 0
        ends = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
        for parameter, (start, stop) in zip(parameters, pairwise(ends), strict=True):
            parameter.data = self.values[start:stop].view_as(parameter)

    def step(self, gradients: Sequence[Float[Tensor, ...]], rate: float) -> None:
        """Move every parameter against its gradient. Shapes: gradients as the parameters."""
        self.steps += 1
        gradient = torch.cat([*(g.flatten() for g in gradients), self.padding])
        decay_mean, decay_square = self.betas
        self.mean.lerp_(gradient, 1 - decay_mean)
        self.square.mul_(decay_square).addcmul_(gradient, gradient, value=1 - decay_square)
        # Both averages start at 0; the corrections undo the pull of that start.
        spread = self.square.sqrt().div_((1 - decay_square**self.steps) ** 0.5).add_(self.eps)
        self.values.addcdiv_(self.mean, spread, value=-rate / (1 - decay_mean**self.steps))
