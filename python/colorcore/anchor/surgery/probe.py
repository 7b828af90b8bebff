"""What writes a residual stream and what normalises it: found by pushing at each layer in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from colorcore.anchor.layers.named import Unit, find
from colorcore.anchor.surgery.channels import kind
from colorcore.anchor.surgery.measured import Sample, first, quiet, run
from colorcore.errors import InputError

PUSH = 10.0
"""By so many times the stream's size: what bends does not pass for what adds."""

STRAIGHT = 1e-3
"""A push comes out straight if no more than this share of it goes elsewhere."""


@dataclass
class Stream:
    """The residual stream of a transformer: what adds to it, and what reads it.

    `layers` write it with rows and biases, `tokens` are parameters that are added or put in as they
    are, along their last axis, `norms` are all through which it is read, and `blocks` give it.
    `width` dimensions.
    """

    width: int
    blocks: list[str]
    layers: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    norms: list[str] = field(default_factory=list)


def find_stream(model: nn.Module, layer: str, sample: Sample) -> Stream:
    """The stream that a block gives, and all others of its type, as a sample tells.

    What is pushed along one dimension at a layer that writes the stream arrives at the next norm
    or at an end of a block along that dimension alone, and by the same amount wherever it does; at
    any other layer it is bent or spread. A norm is a layer with a weight for each dimension, and
    perhaps a bias, and no more, or a `Unit` without any; what is pushed behind one shows where a
    stream that it began is read.

    Raises: InputError when the layer gives no tensor, when nothing is found that reads the stream,
    or something that may write it does nothing on the sample.
    """
    trial = quiet(model)
    cls = type(find(trial, layer))
    blocks = [name for name, one in trial.named_modules() if type(one) is cls]
    width = _width(trial, layer, sample)
    norms = _norms(trial, width, blocks, sample)
    if not norms:
        raise InputError(
            f"layer {layer}: wanted a residual stream that norms of {width} dimensions read, got "
            "none; name a block of a transformer"
        )
    still = _seen(trial, norms, blocks, sample)
    push = PUSH * max(one.abs().max().item() for calls in still.values() for one in calls)

    stream, hit = Stream(width, blocks), set()
    for names, found in (
        (_layers(trial, width, push), stream.layers),
        (_tokens(trial, width, push), stream.tokens),
        (_given_by(trial, norms, push), []),  # which is added to the stream, or goes on as it
    ):
        for name in names:  # while it is pushed
            arrived = _straight(still, _seen(trial, norms, blocks, sample))
            found += [name] if arrived else []
            hit |= arrived
    stream.norms = [name for name in norms if f"into {name}" in hit]
    return stream


def _width(model: nn.Module, layer: str, sample: Sample) -> int:
    given: list[object] = []
    with find(model, layer).register_forward_hook(lambda _layer, _args, y: given.append(y)):
        run(model, sample)
    found = first(given[0]) if given else None
    if not isinstance(found, Tensor) or not found.ndim:
        raise InputError(
            f"layer {layer}: wanted one that gives a tensor, first of all, got "
            f"{type(found).__name__}; name a block of a transformer"
        )
    return found.shape[-1]


def _norms(model: nn.Module, width: int, blocks: list[str], sample: Sample) -> list[str]:
    """Norms of the width, but of what a matrix makes of the stream or of what another norm gives of
    it, as of queries."""
    norms = {name: one for name, one in model.named_modules() if _is_norm(one, width)}
    matrices = [one for one in model.modules() if kind(one) is not None]
    calls: dict[nn.Module, list[tuple[Any, Any]]] = {}  # held, so that no place is taken twice

    def note(layer: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        calls.setdefault(layer, []).append((args[0] if args else None, first(output)))

    around = [find(model, name) for name in blocks]
    with ExitStack() as hooks:
        for one in {*norms.values(), *matrices, *around}:
            hooks.enter_context(one.register_forward_hook(note))
        run(model, sample)
    idle = next((name for name, one in norms.items() if one not in calls), None)
    if idle is not None:
        raise _idle(idle)
    given = {_place(y) for one in norms.values() for _, y in calls[one]}
    given |= {_place(value) for one in around for call in calls.get(one, []) for value in call}
    made = {_place(y) for one in matrices for x, y in calls.get(one, []) if _place(x) in given}
    return [
        name
        for name, one in norms.items()
        if not made & {_place(x) for x, _ in calls[one]}
        and all(first(y).shape[-1] == width for _, y in calls[one])
    ]


def _place(value: Any) -> int | None:
    """Where a tensor's numbers lie, which views of it share."""
    return value.untyped_storage().data_ptr() if isinstance(value, Tensor) else None


def _is_norm(module: nn.Module, width: int) -> bool:
    if isinstance(module, Unit):
        return module.axis == -1
    own = {name: one for name, one in module.named_parameters() if one is not None}
    return {*own} in ({"weight"}, {"weight", "bias"}) and all(
        one.shape == (width,) for one in own.values()
    )


def _seen(
    model: nn.Module, norms: list[str], blocks: list[str], sample: Sample
) -> dict[str, list[Tensor]]:
    """What norms and blocks take and blocks give, in each of their calls."""
    seen: dict[str, list[Tensor]] = {f"into {name}": [] for name in (*norms, *blocks)}
    seen |= {f"from {name}": [] for name in blocks}

    def taken(name: str) -> Callable[[nn.Module, tuple[Any, ...]], None]:
        return lambda _layer, args: seen[f"into {name}"].extend(args[:1])

    def given(name: str) -> Callable[[nn.Module, object, Any], None]:
        return lambda _layer, _args, y: seen[f"from {name}"].append(first(y))

    with ExitStack() as hooks:
        for name in (*norms, *blocks):
            hooks.enter_context(find(model, name).register_forward_pre_hook(taken(name)))
        for name in blocks:
            hooks.enter_context(find(model, name).register_forward_hook(given(name)))
        run(model, sample)
    return seen


def _layers(model: nn.Module, width: int, push: float) -> Iterator[str]:
    """The layers that may write, each while it is pushed."""
    for name, module in model.named_modules():
        known = kind(module)
        if known is not None and known.written(module) == width:
            calls: list[nn.Module] = []
            with module.register_forward_hook(_pushed(known.axis, push, calls)):
                yield name
            if not calls and not _is_double(model, module):
                raise _idle(name)


def _is_double(model: nn.Module, module: nn.Module) -> bool:
    """Whether another layer of its kind has the same weight: either may be left uncalled."""
    return any(
        one is not module and kind(one) == kind(module) and one.weight is module.weight
        for one in model.modules()
        if kind(one) is not None
    )


def _given_by(model: nn.Module, norms: list[str], push: float) -> Iterator[str]:
    """Norms, each while what it gives is pushed."""
    for name in norms:
        with find(model, name).register_forward_hook(_pushed(-1, push, [])):
            yield name


def _pushed(axis: int, push: float, calls: list[nn.Module]) -> Callable[..., Tensor]:
    def hook(layer: nn.Module, _args: object, output: Tensor) -> Tensor:
        calls.append(layer)
        output = output.clone()
        output.select(axis, 0).add_(push)
        return output

    return hook


def _tokens(model: nn.Module, width: int, push: float) -> Iterator[str]:
    """The parameters that may be put into the stream as they are, each while it is pushed."""
    for prefix, module in model.named_modules():
        if kind(module) is None and not _is_norm(module, width):
            for name, one in module.named_parameters(prefix, recurse=False):
                if one.ndim and one.shape[-1] == width:
                    before = one.data
                    one.data = before.clone()
                    one.data[..., 0] += push
                    yield name
                    one.data = before


def _idle(name: str) -> InputError:
    return InputError(
        f"sample: wanted one on which {name} is used, to tell whether it writes the stream, got "
        "none; give a sample that goes everywhere in the model"
    )


def _straight(still: dict[str, list[Tensor]], pushed: dict[str, list[Tensor]]) -> set[str]:
    """The layers at which a push along the first dimension arrives as it was."""
    return {
        name
        for name, calls in still.items()
        if len(calls) == len(pushed[name]) and any(map(_is_straight, calls, pushed[name]))
    }


def _is_straight(still: Tensor, pushed: Tensor) -> bool:
    if still.shape != pushed.shape:
        return False
    change = (pushed - still).abs()
    along, aside = change[..., 0], change[..., 1:]
    most = along.max().item()
    arrived = along[along > most / 2]
    return (
        most > aside.max().item() / STRAIGHT
        and most > still.abs().max().item() * STRAIGHT
        and arrived.min().item() > most * (1 - STRAIGHT)
        and not ((along > most * STRAIGHT) & (along <= most / 2)).any()
    )
