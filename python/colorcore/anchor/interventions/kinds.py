"""Interventions on latent vectors: directions suppressed, vectors turned away or moved."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict

import torch
from jaxtyping import Float
from torch import Tensor, nn

from colorcore.anchor import arguments, samples
from colorcore.anchor.arguments import Vector, Vectors
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.precision import precise
from colorcore.anchor.terms.per_sample import cosine
from colorcore.errors import InputError

Latents = Float[Tensor, "*batch latent"]

HEMISPHERE = Falloff()


class Intervention(nn.Module):
    """A change of latent vectors along some direction, computed in float32 at least.

    A direction that is a `Parameter` is a parameter of the module, and gets gradients; any other is
    copied, and a buffer. Numbers that are no tensor become float64. The settings are in the
    `state_dict` beside it, and one with others is not loaded.

    Of many runs side by side each may have a direction of its own, given with a first axis more.
    A run then comes out as it does alone, to the bit.

    Shapes: maps (…, latent, …) to the same, where `axis` is that of the latent dimension; or
    (runs, …, samples, latent), where each run has a direction of its own. The type stays, too.
    """

    axes = 1
    """How many axes the first of the values has, where all runs have the same."""

    act: Callable[..., Tensor]
    """What becomes of latents (…, latent), float32 or float64, by one run's values."""

    def __init__(self, axis: int, **values: Vectors) -> None:
        super().__init__()
        self.axis, self.names = axis, tuple(values)
        for name, given in values.items():
            arguments.keep(self, name, arguments.kept(given, name=name))

    @property
    def settings(self) -> dict[str, float]:
        """What it was made with beside the direction: numbers by their names."""
        return {"axis": self.axis}

    @property
    def values(self) -> dict[str, Tensor]:
        """What it acts along, by name."""
        return {name: getattr(self, name) for name in self.names}

    def forward(self, latents: Tensor) -> Tensor:
        vectors = samples.vectors(latents, self.axis, None)
        return precise(self._act_on_all)(vectors).to(latents.dtype).movedim(-1, self.axis)

    def _act_on_all(self, latents: Latents) -> Latents:
        values = list(self.values.values())
        if values[0].ndim <= self.axes:
            return self.act(latents, *values)
        runs = len(values[0])
        if latents.ndim < 3 or len(latents) != runs:
            raise InputError(
                f"latents must have a first axis of the {runs} runs that {self.names[0]} has, and "
                f"one of samples, got shape {tuple(latents.shape)}, the latent axis last; give "
                "(runs, samples, latent), or one for all runs"
            )
        found = [self.act(latents[run], *(one[run] for one in values)) for run in range(runs)]
        return torch.stack(found) if found else latents

    def get_extra_state(self) -> Tensor:
        return torch.tensor(list(self.settings.values()), dtype=torch.float64)

    def set_extra_state(self, state: Tensor) -> None:
        wanted, got = list(self.settings.values()), state.tolist()
        if wanted != got:
            raise InputError(
                f"state_dict: wanted a {type(self).__name__} with {', '.join(self.settings)} "
                f"{wanted}, got {got}; make it as the one that was saved"
            )

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={value:g}" for name, value in self.settings.items())


class _Angular(Intervention):
    """One whose strength goes by the angle of a latent vector to its direction."""

    direction: Tensor

    def __init__(self, direction: Vector, falloff: Falloff = HEMISPHERE, *, axis: int = -1):
        super().__init__(axis, direction=direction)
        self.falloff = falloff

    @property
    def settings(self) -> dict[str, float]:
        return {**super().settings, **asdict(self.falloff)}


class Suppression(_Angular):
    """Takes from each latent vector a share of what it has along a direction.

    z − w·(z·d̂)d̂, where the falloff gives w. At full strength what lies on the direction becomes 0.

    Shapes: `direction` (latent,), of any length above 0, or (runs, latent); maps (…, latent) to
    (…, latent), or with another `axis` as the latent one.

    Raises: InputError when the direction has not the latents' width, or no length.

    Example:

        >>> Suppression([1, 0])(torch.tensor([[3.0, 0.0], [0.0, 2.0], [-1.0, 1.0]]))
        tensor([[ 0.,  0.],
                [ 0.,  2.],
                [-1.,  1.]])
    """

    def act(self, latents: Latents, direction: Tensor) -> Latents:
        axis = arguments.unit(direction, latents)
        share = self.falloff(cosine(latents, direction))
        return latents - (share * (latents @ axis)).unsqueeze(-1) * axis


class Repulsion(_Angular):
    """Turns latent vectors away from a direction, to the edge of the falloff at most.

    A vector with cosine c to the direction gets c − w·(c − cos angle), in the plane of both, and
    keeps its length. One that lies exactly on the direction goes towards the axis of the space that
    is least aligned with it.

    Shapes: `direction` (latent,), of any length above 0, or (runs, latent); maps (…, latent) to
    (…, latent), or with another `axis` as the latent one.

    Raises: InputError when the direction has not the latents' width, or no length.

    Example:

        >>> Repulsion([1, 0], Falloff(angle=60))(torch.tensor([[2.0, 0.0], [0.0, 2.0]]))
        tensor([[1.0000, 1.7321],
                [0.0000, 2.0000]])
    """

    def act(self, latents: Latents, direction: Tensor) -> Latents:
        axis = arguments.unit(direction, latents)
        if len(axis) == 1:
            raise InputError("latents must have at least 2 dimensions to turn in, got 1; add one")
        before = cosine(latents, direction)
        share = self.falloff(before)
        after = before - share * (before - self.falloff.edge)
        length = torch.linalg.vector_norm(latents, dim=-1)
        along, across = after, (1 - after.square()).clamp(min=0).sqrt()
        turned = along.unsqueeze(-1) * axis + across.unsqueeze(-1) * _across(latents, axis)
        return torch.where(share.unsqueeze(-1) > 0, length.unsqueeze(-1) * turned, latents)


class Projection(Intervention):
    """Takes from each latent vector all that it has in a subspace, on either side of it.

    Several suppressions, one after another, take away a subspace only where their directions are
    at right angles; this does for any.

    Shapes: `directions` (latent,), (k, latent) or (runs, k, latent), none in the span of the
    others; maps (…, latent) to (…, latent), or with another `axis` as the latent one.

    Raises: InputError when they have not the latents' width, or one adds nothing to the others.

    Example:

        >>> Projection([[1, 0, 0], [1, 1, 0]])(torch.tensor([[3.0, -2.0, 1.0]])).round(decimals=6)
        tensor([[0., 0., 1.]])
    """

    axes = 2
    directions: Tensor

    def __init__(self, directions: Vectors, *, axis: int = -1):
        super().__init__(axis, directions=directions)

    def act(self, latents: Latents, directions: Tensor) -> Latents:
        # One by one: products of two matrices may be rounded to less than float32 on a GPU.
        for axis in arguments.basis(directions, latents):
            latents = latents - (latents @ axis).unsqueeze(-1) * axis
        return latents


class Steering(Intervention):
    """Moves latent vectors along a direction: z + amount · d̂.

    Shapes: `direction` (latent,), of any length above 0, or (runs, latent); `amount` in the
    latents' own units, below 0 to move away from it; maps (…, latent) to (…, latent), or with
    another `axis` as the latent one.

    Raises: InputError when the direction has not the latents' width, or no length, or for an
    amount that is not finite.

    Example:

        >>> Steering([0, 2], 3)(torch.tensor([[1.0, 1.0]]))
        tensor([[1., 4.]])
    """

    direction: Tensor

    def __init__(self, direction: Vector, amount: float, *, axis: int = -1):
        if not math.isfinite(amount):
            raise InputError(f"amount must be a finite number, got {amount}; choose another")
        super().__init__(axis, direction=direction)
        self.amount = float(amount)

    @property
    def settings(self) -> dict[str, float]:
        return {**super().settings, "amount": self.amount}

    def act(self, latents: Latents, direction: Tensor) -> Latents:
        return latents + self.amount * arguments.unit(direction, latents)


def _across(latents: Latents, axis: Float[Tensor, " latent"]) -> Latents:
    """The unit at right angles to an axis on each vector's side of it."""
    units = nn.functional.normalize(latents, dim=-1)
    for _ in range(2):  # the second time takes away what rounding left along the axis
        units = units - (units @ axis).unsqueeze(-1) * axis
    length = torch.linalg.vector_norm(units, dim=-1, keepdim=True)
    on_axis = length < 8 * torch.finfo(latents.dtype).eps
    places = torch.arange(len(axis), device=axis.device)
    least = (places == axis.abs().argmin()).to(axis.dtype)
    fallback = nn.functional.normalize(least - (least @ axis) * axis, dim=-1)
    return torch.where(on_axis, fallback, units / torch.where(on_axis, 1, length))
