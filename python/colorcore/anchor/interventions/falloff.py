"""How strongly an intervention acts, by the angle to what it acts along."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from colorcore.errors import InputError


@dataclass(frozen=True)
class Falloff:
    """How strongly an intervention acts on a latent vector, by its angle to the direction.

    It is strength · ((c − cos angle) / (1 − cos angle))^power for a cosine c above cos angle, and
    0 beyond: what is further off is left alone, to the bit. Nothing is beyond 180°, so that a
    falloff of power 0 over 180° acts alike on all.

    Shapes: `angle` in degrees, in [0.1, 180], as smaller ones cannot be told from 0 by a cosine in
    float32; `power` ≥ 0, where 0 acts alike within the angle and more acts closer to the
    direction; `strength` in [0, 1].

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
            ("angle", "at least 0.1", "at most 180 degrees", 0.1 <= self.angle <= 180),
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
        # At the edge and beyond a 1 takes the depth's place, of which any power has a gradient.
        share = self.strength * torch.where(acts, depth, 1) ** self.power
        beyond = self.strength if self.angle == 180 and self.power == 0 else 0.0
        return torch.where(acts, share, beyond)
