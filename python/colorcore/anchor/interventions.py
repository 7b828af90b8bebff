"""Interventions on a trained model as it runs: directions suppressed, latents turned or moved."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from colorcore.anchor import arguments
from colorcore.anchor.arguments import Vector
from colorcore.anchor.falloff import Falloff
from colorcore.anchor.hooks import hook, is_checkpointed
from colorcore.anchor.items import Index
from colorcore.anchor.precision import precise
from colorcore.anchor.terms import cosine
from colorcore.errors import InputError

Latents = Float[Tensor, "*batch latent"]

HEMISPHERE = Falloff()


class Intervention(nn.Module):
    """A change of latent vectors along some direction, computed in float32 at least.

    A direction that is a `Parameter` is a parameter of the module, and gets gradients; any other is
    a buffer. Numbers that are no tensor become float64. The settings are in the `state_dict`
    beside it, and one with others is not loaded.

    Shapes: maps (…, latent, …) to the same, where `axis` is that of the latent dimension. The type
    stays, too.
    """

    def __init__(self, name: str, values: Vector, axis: int) -> None:
        super().__init__()
        self.axis = axis
        found = arguments.numbers(values, name=name)
        if isinstance(found, nn.Parameter):
            self.register_parameter(name, found)
        else:
            self.register_buffer(name, found if found.is_floating_point() else found.double())

    @property
    def settings(self) -> dict[str, float]:
        """What it was made with beside the direction: numbers by their names."""
        return {"axis": self.axis}

    def act(self, latents: Latents) -> Latents:
        """What becomes of latents. Shapes: (…, latent) → (…, latent), float32 or float64."""
        raise NotImplementedError

    def forward(self, latents: Tensor) -> Tensor:
        if not latents.is_floating_point():
            kind = str(latents.dtype).removeprefix("torch.")
            raise InputError(f"latents must be of a floating type, got {kind}; cast them")
        axis = arguments.axis(self.axis, latents)
        is_last = axis == latents.ndim - 1
        acted = precise(self.act)(latents if is_last else latents.movedim(axis, -1))
        return (acted if is_last else acted.movedim(-1, axis)).to(latents.dtype)

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
        super().__init__("direction", direction, axis)
        self.falloff = falloff

    @property
    def settings(self) -> dict[str, float]:
        return {**super().settings, **asdict(self.falloff)}


class Suppression(_Angular):
    """Takes from each latent vector a share of what it has along a direction.

    z − w·(z·d̂)d̂, where the falloff gives w. At full strength what lies on the direction becomes 0.

    Shapes: `direction` (latent,), of any length above 0; maps (…, latent) to (…, latent), or with
    another `axis` as the latent one.

    Raises: InputError when the direction has not the latents' width, or no length.

    Example:

        >>> Suppression([1, 0])(torch.tensor([[3.0, 0.0], [0.0, 2.0], [-1.0, 1.0]]))
        tensor([[ 0.,  0.],
                [ 0.,  2.],
                [-1.,  1.]])
    """

    def act(self, latents: Latents) -> Latents:
        axis = arguments.unit(self.direction, latents)
        share = self.falloff(cosine(latents, self.direction))
        return latents - (share * (latents @ axis)).unsqueeze(-1) * axis


class Repulsion(_Angular):
    """Turns latent vectors away from a direction, to the edge of the falloff at most.

    A vector with cosine c to the direction gets c − w·(c − cos angle), in the plane of both, and
    keeps its length. One that lies exactly on the direction goes towards the axis of the space that
    is least aligned with it.

    Shapes: `direction` (latent,), of any length above 0; maps (…, latent) to (…, latent), or with
    another `axis` as the latent one.

    Raises: InputError when the direction has not the latents' width, or no length.

    Example:

        >>> Repulsion([1, 0], Falloff(angle=60))(torch.tensor([[2.0, 0.0], [0.0, 2.0]]))
        tensor([[1.0000, 1.7321],
                [0.0000, 2.0000]])
    """

    def act(self, latents: Latents) -> Latents:
        axis = arguments.unit(self.direction, latents)
        if len(axis) == 1:
            raise InputError("latents must have at least 2 dimensions to turn in, got 1; add one")
        before = cosine(latents, self.direction)
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

    Shapes: `directions` (latent,) or (k, latent), none in the span of the others; maps
    (…, latent) to (…, latent), or with another `axis` as the latent one.

    Raises: InputError when they have not the latents' width, or one adds nothing to the others.

    Example:

        >>> Projection([[1, 0, 0], [1, 1, 0]])(torch.tensor([[3.0, -2.0, 1.0]])).round(decimals=6)
        tensor([[0., 0., 1.]])
    """

    directions: Tensor

    def __init__(self, directions: Vector, *, axis: int = -1):
        super().__init__("directions", directions, axis)

    def act(self, latents: Latents) -> Latents:
        # One by one: products of two matrices may be rounded to less than float32 on a GPU.
        for axis in arguments.basis(self.directions, latents):
            latents = latents - (latents @ axis).unsqueeze(-1) * axis
        return latents


class Steering(Intervention):
    """Moves latent vectors along a direction: z + amount · d̂.

    Shapes: `direction` (latent,), of any length above 0; `amount` in the latents' own units, below
    0 to move away from it; maps (…, latent) to (…, latent), or with another `axis` as the latent
    one.

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
        super().__init__("direction", direction, axis)
        self.amount = float(amount)

    @property
    def settings(self) -> dict[str, float]:
        return {**super().settings, "amount": self.amount}

    def act(self, latents: Latents) -> Latents:
        return latents + self.amount * arguments.unit(self.direction, latents)


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
    model: nn.Module,
    intervention: Callable[[Tensor], Tensor],
    *,
    layer: str,
    index: Index = None,
) -> Iterator[Switch]:
    """Let an intervention act on what a layer gives, within the context.

    The model is not edited. The intervention acts at once, and whenever the switch is on. Several
    on one layer act in the order in which they began. Copies of the model are free of it, and so is
    what other threads run; what `torch.compile` has compiled runs as it is written meanwhile, in
    the whole process. Of a tuple or list that a layer gives, the first item is meant, or that at
    `index`; of a dict or what else has names, the one whose name `index` is.

    Raises: InputError when there is no such layer; in the forward pass, when it gives no tensor,
    the intervention gives another shape or type than it got, or the model is traced or in a
    reentrant checkpoint; in a backward pass that runs checkpointed layers again, when the context
    or the switch is no longer as it was; and at the end of the context, when the layer has not run
    within it, whether the switch was on or not.

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
    switch, now = Switch(), Switch()

    def acts() -> bool:
        return switch.on and now.on

    def act(latents: Tensor) -> Tensor:
        found = checked(intervention(latents), latents, layer) if switch.on else latents
        return _held(found, acts, layer) if is_checkpointed() else found

    try:
        with hook(model, layer, act, index=index):
            yield switch
    finally:
        now.on = False


def checked(found: object, latents: Tensor, layer: str) -> Tensor:
    """What an intervention gave, if it can stand in the latents' place."""
    if isinstance(found, Tensor) and (found.shape, found.dtype) == (latents.shape, latents.dtype):
        return found
    kind, shape = str(latents.dtype).removeprefix("torch."), tuple(latents.shape)
    got = type(found).__name__
    if isinstance(found, Tensor):
        got = f"{str(found.dtype).removeprefix('torch.')} {tuple(found.shape)}"
    raise InputError(
        f"layer {layer}: wanted an intervention that gives {kind} {shape} as it gets it, got "
        f"{got}; return the latents as they shall be"
    )


def _held(found: Tensor, acts: Callable[[], bool], layer: str) -> Tensor:
    """Latents in a checkpointed layer, whose gradients are refused if it would run otherwise."""
    if not torch.is_grad_enabled() or not found.is_floating_point():
        return found
    before = acts()

    def check(_: Tensor) -> None:
        if acts() != before:
            raise InputError(
                f"layer {layer}: wanted a backward pass in the context of the intervention, the "
                "switch as it was, since a checkpoint runs the layer again, got another state; "
                "call backward within the context"
            )

    # What needs no gradient gets one, as only gradients tell that the layer has been run again.
    found = found if found.requires_grad else found.detach().requires_grad_()
    found.register_hook(check)
    return found
