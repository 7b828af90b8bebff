"""What layers of any model give, as it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from colorcore.anchor.layers import find
from colorcore.errors import InputError


@contextmanager
def capture(model: nn.Module, names: Sequence[str]) -> Iterator[dict[str, Tensor]]:
    """What some layers give in each forward pass within the context, to put into a loss.

    The model is not edited, and what is captured carries gradients. Each pass overwrites what the
    last one left.

    Raises: InputError for a name that is no layer, or a layer that gives no tensor.

    Example:

        >>> import torch
        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 3))
        >>> with capture(model, ["1"]) as layers:
        ...     recon = model(torch.zeros(4, 3))
        ...     loss = recon.square().mean() + layers["1"].square().mean()
        >>> layers["1"].shape, loss.requires_grad
        (torch.Size([4, 2]), True)
    """
    captured: dict[str, Tensor] = {}
    with ExitStack() as hooks:
        for name in names:
            hooks.enter_context(hook(model, name, partial(captured.__setitem__, name)))
        yield captured


def hook(model: nn.Module, name: str, act: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """Have a function called with what a layer gives, in whose place it may put something else.

    The handle removes it; as a context manager, at the end of the context.

    Raises: InputError when there is no such layer, and in the forward pass if it gives no tensor.

    Example:

        >>> import torch
        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
        >>> with hook(model, "1", torch.zeros_like):
        ...     model(torch.ones(1, 3))
        tensor([[0., 0.]])
    """

    def forward_hook(_layer: nn.Module, _args: object, output: object) -> Tensor | None:
        if not isinstance(output, Tensor):
            raise InputError(
                f"layer {name}: wanted a tensor, got {type(output).__name__}; name a layer within "
                "it"
            )
        return act(output)

    return find(model, name).register_forward_hook(forward_hook)
