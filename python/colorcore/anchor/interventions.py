"""Interventions on a trained model as it runs: directions suppressed, or latents turned away."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor, nn

from colorcore.anchor.arguments import Vector, unit
from colorcore.anchor.hooks import hook
from colorcore.anchor.terms import cosine
from colorcore.errors import InputError

Latents = Float[Tensor, "*batch latent"]


@dataclass(frozen=True)
class Falloff:
    """How strongly an intervention acts on a latent vector, by its angle to the direction.

    It is strength · ((c − cos angle) / (1 − cos angle))^power for a cosine c above cos angle, and
    0 beyond: what is further off is left alone, to the bit.

    Shapes: `angle` in degrees, in (0, 180]; `power` ≥ 0, where 0 acts alike within the angle and
    more acts closer to the direction; `strength` in [0, 1].

    Raises: InputError for numbers out of range.

    Example:

        >>> Falloff(angle=90, power=2)(torch.tensor([1.0, 0.5, 0.0, -1.0]))
        tensor([1.0000, 0.2500, 0.0000, 0.0000])
    """

    angle: float = 90.0
    power: float = 1.0
    strength: float = 1.0

    def __post_init__(self) -> None:
        for name, low, high, holds in (
            ("angle", "above 0", "at most 180 degrees", 0 < self.angle <= 180),
            ("power", "at least 0", "finite", 0 <= self.power < math.inf),
            ("strength", "at least 0", "at most 1", 0 <= self.strength <= 1),
        ):
            if not holds:
                raise InputError(
                    f"{name} must be {low} and {high}, got {getattr(self, name)}; choose another"
                )

    @property
    def edge(self) -> float:
        """The cosine at which it begins to act."""
        return math.cos(math.radians(self.angle))

    def __call__(self, cosines: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
        """Shapes: (…), cosines → (…), in [0, strength]."""
        acts = cosines > self.edge
        depth = ((cosines - self.edge) / (1 - self.edge)).clamp(max=1)
        # Beyond the angle a 1 takes the depth's place, of which any power has a gradient.
        return torch.where(acts, self.strength * torch.where(acts, depth, 1) ** self.power, 0)


@dataclass(frozen=True)
class Suppression:
    """Takes from each latent vector a share of what it has along a direction.

    z − w·(z·d̂)d̂, where the falloff gives w. At full strength what lies on the direction becomes 0.

    Shapes: `direction` (latent,), of any length above 0; maps (…, latent) to (…, latent).

    Raises: InputError when the direction has not the latents' width, or no length.

    Example:

        >>> Suppression([1, 0])(torch.tensor([[3.0, 0.0], [0.0, 2.0], [-1.0, 1.0]]))
        tensor([[ 0.,  0.],
                [ 0.,  2.],
                [-1.,  1.]])
    """

    direction: Vector
    falloff: Falloff = field(default_factory=Falloff)

    def __call__(self, latents: Latents) -> Latents:
        axis = unit(self.direction, latents)
        share = self.falloff(cosine(latents, self.direction))
        return latents - (share * (latents @ axis)).unsqueeze(-1) * axis


@dataclass(frozen=True)
class Repulsion:
    """Turns latent vectors away from a direction, to the edge of the falloff at most.

    A vector with cosine c to the direction gets c − w·(c − cos angle), in the plane of both, and
    keeps its length. One that lies exactly on the direction goes towards the axis of the space that
    is least aligned with it.

    Shapes: `direction` (latent,), of any length above 0; maps (…, latent) to (…, latent).

    Raises: InputError when the direction has not the latents' width, or no length.

    Example:

        >>> Repulsion([1, 0], Falloff(angle=60))(torch.tensor([[2.0, 0.0], [0.0, 2.0]]))
        tensor([[1.0000, 1.7321],
                [0.0000, 2.0000]])
    """

    direction: Vector
    falloff: Falloff = field(default_factory=Falloff)

    def __call__(self, latents: Latents) -> Latents:
        axis = unit(self.direction, latents)
        if len(axis) == 1:
            raise InputError("latents must have at least 2 dimensions to turn in, got 1; add one")
        before = cosine(latents, self.direction)
        share = self.falloff(before)
        after = before - share * (before - self.falloff.edge)
        length = torch.linalg.vector_norm(latents, dim=-1)
        along, across = after, (1 - after.square()).clamp(min=0).sqrt()
        turned = along.unsqueeze(-1) * axis + across.unsqueeze(-1) * _across(latents, axis)
        return torch.where(share.unsqueeze(-1) > 0, length.unsqueeze(-1) * turned, latents)


def _across(latents: Latents, axis: Float[Tensor, " latent"]) -> Latents:
    """The unit at right angles to an axis on each vector's side of it."""
    units = nn.functional.normalize(latents, dim=-1)
    for _ in range(2):  # the second time takes away what rounding left along the axis
        units = units - (units @ axis).unsqueeze(-1) * axis
    length = torch.linalg.vector_norm(units, dim=-1, keepdim=True)
    on_axis = length < 8 * torch.finfo(latents.dtype).eps
    least = nn.functional.one_hot(axis.abs().argmin(), len(axis)).to(axis.dtype)
    fallback = nn.functional.normalize(least - (least @ axis) * axis, dim=-1)
    return torch.where(on_axis, fallback, units / torch.where(on_axis, 1, length))


@dataclass
class Switch:
    """Whether an intervention acts: set `on`."""

    on: bool = True


@contextmanager
def intervene(
    model: nn.Module, intervention: Callable[[Tensor], Tensor], *, layer: str
) -> Iterator[Switch]:
    """Let an intervention act on what a layer gives, within the context.

    The model is not edited. The intervention acts at once, and whenever the switch is on. Several
    on one layer act in the order in which they began.

    Raises: InputError when there is no such layer, or it gives no tensor.

    Example:

        >>> model = nn.Sequential(nn.Identity(), nn.Identity())
        >>> latents = torch.tensor([[3.0, 4.0]])
        >>> with intervene(model, Suppression([1, 0], Falloff(power=0)), layer="0") as switch:
        ...     model(latents)
        ...     switch.on = False
        ...     model(latents)
        tensor([[0., 4.]])
        tensor([[3., 4.]])
    """
    switch = Switch()

    with hook(model, layer, lambda latents: intervention(latents) if switch.on else None):
        yield switch
