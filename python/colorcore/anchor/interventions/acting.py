"""Interventions that act on a trained model as it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from colorcore.anchor.layers.hooks import hook, is_checkpointed
from colorcore.anchor.layers.items import Index
from colorcore.errors import InputError


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
    on one layer act in the order in which they began. In copies of the model that are made within
    the context it acts as long as in the model itself; what other threads run is free of it. What
    `torch.compile` has compiled runs as it is written meanwhile, in the whole process. Of a tuple
    or list that a layer gives, the first item is meant, or that at `index`; of a dict or what else
    has names, the one whose name `index` is.

    Raises: InputError when there is no such layer; in the forward pass, when it gives no tensor,
    the intervention gives another shape or type than it got, or the model is traced or in a
    reentrant checkpoint; in a backward pass that runs checkpointed layers again, when the context
    or the switch is no longer as it was; and at the end of the context, when the layer has not run
    within it, whether the switch was on or not.

    Example:

        >>> from colorcore.anchor import Falloff, Suppression
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
        with hook(model, layer, act, index=index, acts_in_copies=True):
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
