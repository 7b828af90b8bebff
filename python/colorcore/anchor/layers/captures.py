"""What layers of any model give as it runs, to put into a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import Tensor, nn
from torch._C import _functorch  # pyright: ignore[reportAttributeAccessIssue]

from colorcore.anchor import arguments
from colorcore.anchor.layers.hooks import Local, hook, in_backward
from colorcore.anchor.layers.items import Index
from colorcore.errors import InputError, unknown


class MissingLayer(InputError, KeyError):
    """A layer that has given nothing."""

    __str__ = Exception.__str__  # that of KeyError quotes


class Captured(dict[str, Tensor]):
    """What layers gave in the last pass, by their names."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names
        self.kept: dict[str, tuple[Tensor, int]] = {}

    def __reduce__(self) -> tuple[type, tuple[dict[str, Tensor]]]:
        return dict, (dict(self),)  # copies are of what was kept, and know no layers

    def keep(self, name: str, values: Tensor) -> None:
        """Keep what a layer gave, and how often it had been changed in place until then."""
        self[name] = values
        self.kept[name] = (values, _version(values))

    def __getitem__(self, name: str) -> Tensor:
        values = super().__getitem__(name)
        self.check(name)
        return values

    def __missing__(self, name: str) -> Tensor:
        if name not in self.names:
            raise MissingLayer(str(unknown("captured layer", name, self.names)))
        raise MissingLayer(
            f"layer {name}: wanted to have run in the model's last pass, got no call of it; run "
            "the model first, and name a layer that it calls each time"
        )

    def check_all(self) -> None:
        """Raises: InputError when one of what is kept has been changed since."""
        for name in self.names:
            self.check(name)

    def check(self, name: str) -> None:
        """Raises: InputError when what was kept has been changed since."""
        values, version = self.kept.get(name, (None, 0))
        if values is not None and values is self.get(name) and _version(values) != version:
            raise InputError(
                f"layer {name}: wanted what it gave, got a tensor that was changed in place since; "
                "name a layer that gives a tensor of its own, or do not change it"
            )


class _Pass:
    """One pass of the model after another: what ran in it, and whether it is under way."""

    def __init__(self, captured: Captured) -> None:
        self.captured = captured
        self.depth = 0
        self.ran: set[str] = set()

    def begin(self) -> None:
        if not self.depth:
            self.captured.check_all()
            self.captured.clear()
            self.ran.clear()
        self.depth += 1

    def end(self) -> None:
        self.depth -= 1

    def run(self, name: str) -> None:
        if self.depth and name in self.ran:
            raise InputError(
                f"layer {name}: wanted one call of it in a pass, got a second; name a layer that "
                "is called once, or a layer around it"
            )
        self.ran.add(name)


class _Edge(Local):
    """What is called as a pass of the model begins or ends."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self.act = act

    def __call__(self, *_: object) -> None:
        if self.is_own() and not in_backward():
            self.act()


@contextmanager
def capture(
    model: nn.Module, names: Iterable[str], *, axis: int = -1, index: Index = None
) -> Iterator[Captured]:
    """What some layers give in each pass of the model within the context, to put into a loss.

    The model is not edited, and what is captured carries gradients, if the pass does: under
    `torch.no_grad` it has none. It stands in the way of what comes after, so that gradients of the
    model's output by it can be asked for; layers that change it in place get a copy. Each pass
    begins anew, and what the last one left stays in the mapping after the context. Layers that are
    run again in the backward pass, for checkpoints, keep what they gave at first. Only what this
    thread runs is captured, of the model itself and no copy. What `torch.compile` has compiled
    runs as it is written within the context, in the whole process.

    Shapes: a layer's (…, latent, …), whose latent dimension is `axis`, becomes (…, latent): for
    channels first, (batch, channel, height, width), axis 1 gives (batch, height, width, channel).
    Of a tuple or list that a layer gives, the first item is meant, or that at `index`; of a dict or
    what else has names, the one whose name `index` is.

    Raises: InputError for a name that is no layer; in the forward pass, for a layer that gives no
    tensor, is called twice in a pass, or cannot be captured as it runs (traced, in a reentrant
    checkpoint, in a transform of torch.func that began within); when a layer is asked for that
    has not run in the last pass (a KeyError too), or whose values were changed in place; and at the
    end of the context, for a layer that has not run within it at all.

    Example:

        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 3))
        >>> with capture(model, ["1"]) as layers:
        ...     recon = model(torch.zeros(4, 3))
        ...     loss = recon.square().mean() + layers["1"].square().mean()
        >>> layers["1"].shape, loss.requires_grad
        (torch.Size([4, 2]), True)
    """
    if isinstance(names, str):
        raise InputError(f"names: wanted a list of layers, got {names!r}; put it in a list")
    names = list(dict.fromkeys(names))
    captured = Captured(names)
    passing, level = _Pass(captured), _level()

    def keep(name: str, output: Tensor) -> Tensor | None:
        if _level() != level:
            raise InputError(
                f"layer {name}: wanted to run where capture began, got a transform of torch.func "
                "around it; begin capture in the function that is transformed"
            )
        values, onward = _fork(output, axis, name)
        if not in_backward():
            passing.run(name)
            captured.keep(name, values)
        return onward

    with ExitStack() as hooks:
        for name in names:
            hooks.enter_context(hook(model, name, partial(keep, name), index=index))
        begun, ended = _Edge(passing.begin), _Edge(passing.end)
        hooks.enter_context(model.register_forward_pre_hook(begun))
        hooks.enter_context(model.register_forward_hook(ended, always_call=True))
        yield captured
        captured.check_all()


def _fork(output: Tensor, axis: int, name: str) -> tuple[Tensor, Tensor | None]:
    """What a layer gave, its latent dimension last, and what the rest of the model gets instead.

    With gradients the rest gets a copy of what is captured, and otherwise what the layer gave.
    """
    moved = output
    if axis != -1:
        axis = arguments.axis(axis, output, name=f"layer {name}: axis")
        moved = output.movedim(axis, -1)
    if torch.is_grad_enabled() and output.requires_grad:
        return moved, (output if axis == -1 else moved.movedim(-1, axis)).clone()
    return moved.clone(), None


def _version(values: Tensor) -> int:
    return 0 if values.is_inference() else values._version


def _level() -> int | None:
    """How deep in transforms of torch.func this is."""
    return _functorch.maybe_current_level()
