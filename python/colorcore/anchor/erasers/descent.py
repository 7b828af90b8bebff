"""The least of a smooth loss, for many runs side by side, each found as it would be alone."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from colorcore.errors import InputError

STEPS = 200
SHORTEST = 2.0**-40
"""A step that has been halved so often is none."""

ENOUGH = 1e-4
"""A step is taken if the loss falls by this share of what its slope promises, as Armijo has it."""

Losses = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Of points (runs, k), the losses (runs,) and their slopes (runs, k)."""


def least(losses: Losses, starts: Tensor, *, error: float) -> Tensor:
    """The points at which losses are least: by BFGS, from the best of several starts.

    Shapes: `starts` (starts, runs, k) → (runs, k). `error` is that of a loss of 1.

    Raises: InputError when no start of a run has a finite loss, or its loss falls on and on.

    Source: Nocedal and Wright, 2006, algorithm 6.1.

    Example:

        >>> goal = torch.tensor([[1.0, 2.0], [0.0, -3.0]], dtype=torch.float64)
        >>> def losses(x):
        ...     return (x - goal).square().sum(dim=-1), 2 * (x - goal)
        >>> least(losses, torch.zeros(1, 2, 2, dtype=torch.float64), error=1e-16)
        tensor([[ 1.,  2.],
                [ 0., -3.]], dtype=torch.float64)
    """
    points, values, slopes = _best(losses, starts)
    curved = _first(starts, slopes)
    over = (slopes == 0).all(dim=-1)
    for _ in range(STEPS):
        if over.all():
            return points
        ways = -(curved @ slopes[..., None])[..., 0]
        promised = (ways * slopes).sum(dim=-1)
        allowed = error * values.abs()
        found, taken = _search(losses, points, ways, values + allowed, promised, over)
        curved = _curved(curved, found[0] - points, found[2] - slopes, taken)
        over = over | ~taken | (-promised <= allowed) | (found[2] == 0).all(dim=-1)
        points, values, slopes = found
    raise InputError(
        f"loss must have a least value, got one that falls on after {STEPS} steps in "
        f"{int((~over).sum())} of {len(over)} runs; give one that is bounded"
    )


def _best(losses: Losses, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    values = torch.stack([losses(one)[0] for one in starts])
    values = values.where(values.isfinite(), torch.inf)
    if values.amin(dim=0).isinf().any():
        raise InputError(
            "loss must be finite where latents have their usual values, got none that is; give "
            "another loss or batch"
        )
    points = starts[values.argmin(dim=0), torch.arange(starts.shape[1])]
    found, slopes = losses(points)
    if not slopes.isfinite().all():
        raise InputError(
            "loss must be finite and have a slope where it is least of the first constants, got a "
            "slope of NaN or ∞; give a smooth one"
        )
    return points, found, slopes


def _first(starts: Tensor, slopes: Tensor) -> Tensor:
    """Inverse curvatures with which the first step is as long as starts are apart."""
    apart = torch.linalg.vector_norm(starts - starts.mean(dim=0), dim=-1).mean(dim=0)
    steep = torch.linalg.vector_norm(slopes, dim=-1)
    length = apart.where(apart > 0, 1) / steep.where(steep > 0, 1)
    return length[:, None, None] * torch.eye(starts.shape[-1], dtype=starts.dtype)


def _search(
    losses: Losses, points: Tensor, ways: Tensor, values: Tensor, promised: Tensor, over: Tensor
) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor]:
    """Steps that go down, halved until they do, and in which runs one was found."""
    steps = torch.ones_like(values).where(~over, 0)
    while True:
        there = points + steps[:, None] * ways
        found, slopes = losses(there)
        downward = found <= values + ENOUGH * steps * promised
        fits = downward & found.isfinite() & slopes.isfinite().all(dim=-1)
        if (fits | (steps == 0)).all():
            return (there, found, slopes), steps > 0
        halved = (steps / 2).where(steps > SHORTEST, 0)  # in the end all stay where they are
        steps = steps.where(fits, halved)


def _curved(curved: Tensor, moved: Tensor, bent: Tensor, taken: Tensor) -> Tensor:
    """Inverse curvatures after a step, where it shows any."""
    along = (moved * bent).sum(dim=-1)
    shows = taken & (along > 0)
    share = (1 / along.where(shows, 1))[:, None, None]
    eye = torch.eye(moved.shape[-1], dtype=moved.dtype)
    across = eye - share * moved[:, :, None] * bent[:, None, :]
    updated = across @ curved @ across.mT + share * moved[:, :, None] * moved[:, None, :]
    return updated.where(shows[:, None, None], curved)
