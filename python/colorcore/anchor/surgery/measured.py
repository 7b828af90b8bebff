"""Surgery checked by running the model on a sample."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from colorcore.anchor.layers.copies import duplicate
from colorcore.anchor.layers.eager import eagerly
from colorcore.anchor.layers.named import find
from colorcore.anchor.precision import HALF
from colorcore.errors import InputError

Sample = Tensor | tuple[Any, ...] | Mapping[str, Any]
"""What a model is called with: one tensor, positional arguments, or arguments by name."""

ROUNDING = 50
"""So many units in the last place of the largest output may come of zeros in other places."""

REORDERING = 1000
"""And so many of sums in another order, when there are fewer dimensions."""

TELLING = 10
"""So many times of that must an operation change the outputs, to be told from doing nothing."""


class Places(NamedTuple):
    """Where dimensions are set to zero for comparison: what layers give, and what others take."""

    given: Sequence[str]
    taken: Sequence[str]
    axis: int
    dims: Sequence[int]
    width: int
    axes: Sequence[int] = ()  # of each given layer, where they differ
    fewer: bool = False  # whether they are not there at all in what is compared
    shown: Sequence[str] = ()  # those of which each dimension has to be something on the sample
    remedy: str = "name others"


def check(model: nn.Module, result: nn.Module, sample: Sample, places: Places) -> None:
    """Refuse what does not answer as the model does when its dimensions are set to zero.

    Both run in evaluation mode, without gradients and from the same random state, half precision
    as float32. The random state and the models stay as they were.

    Raises: InputError when outputs differ by more than rounding, when the dimensions carry nothing
    on this sample anyway, or when the model does not take it.
    """
    reference = quiet(model)
    whole = run(reference, sample)
    with ExitStack() as hooks:
        seen = _zero(reference, places, hooks)
        wanted = run(reference, sample)
    _check_seen(seen, places)
    got = run(quiet(result), sample, "the model behind the operation")
    _compare(whole, wanted, got, places)


def quiet(model: nn.Module) -> nn.Module:
    """A copy to measure with: in evaluation mode, and in float32 rather than half precision."""
    if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
        raise InputError("sample: wanted a model that can run, got one on meta; load its weights")
    result = duplicate(model).eval()
    is_half = any(one.dtype in HALF for one in (*result.parameters(), *result.buffers()))
    return result.float() if is_half else result


def run(model: nn.Module, sample: Sample, what: str = "the model") -> dict[str, Any]:
    """All that a model gives, by the way to it. The random state stays as it was.

    What is compiled runs as it is written, since hooks are what sets dimensions to zero.

    Raises: InputError when the model does not take the sample.
    """
    floats = {one.dtype for one in model.parameters() if one.is_floating_point()}
    given = _fresh(sample, torch.float32 if floats == {torch.float32} else None)
    args = given if isinstance(given, tuple) else () if isinstance(given, Mapping) else (given,)
    kwargs = given if isinstance(given, Mapping) else {}
    devices = {one.device for one in model.parameters() if one.device.type == "cuda"}
    with eagerly(), torch.no_grad(), torch.random.fork_rng(devices=list(devices)):
        try:
            return dict(_leaves(model(*args, **kwargs), "output", set()))
        except InputError:
            raise
        except Exception as error:
            first = str(error).partition("\n")[0]
            raise InputError(
                f"sample: wanted what {what} takes, got {type(error).__name__}: {first}; give a "
                "tensor, a tuple of positional arguments or a dict of named ones"
            ) from error


def _fresh(sample: Any, dtype: torch.dtype | None) -> Any:
    """A sample of its own for each run; half precision as the model's."""
    if isinstance(sample, Tensor):
        return sample.detach().clone().to(dtype if dtype and sample.dtype in HALF else sample.dtype)
    if isinstance(sample, Mapping):
        return {name: _fresh(one, dtype) for name, one in sample.items()}
    if type(sample) in (tuple, list):
        return type(sample)(_fresh(one, dtype) for one in sample)
    return copy.deepcopy(sample)


def _leaves(value: Any, path: str, above: set[int]) -> Iterator[tuple[str, Any]]:
    """The tensors and numbers in an output, however nested."""
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(value)
    if isinstance(value, Tensor | int | float | complex | bool | str | type(None)):
        yield path, value
    elif id(value) not in above and not isinstance(value, nn.Module | type):
        for name, one in _parts(value):
            yield from _leaves(one, f"{path}{name}", above | {id(value)})


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((f"[{key!r}]", one) for key, one in value.items())
    elif isinstance(value, tuple | list):
        yield from ((f"[{place}]", one) for place, one in enumerate(value))
    elif dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            yield f".{one.name}", getattr(value, one.name)
    elif hasattr(value, "__dict__"):
        yield from ((f".{name}", one) for name, one in vars(value).items())


def first(output: Any) -> Any:
    """What a layer gives, or the first of several things."""
    return output[0] if isinstance(output, tuple) and output else output


def _zero(model: nn.Module, places: Places, hooks: ExitStack) -> dict[str, list[Tensor]]:
    """Set the dimensions to zero wherever they are given or taken; notes what they were."""
    seen: dict[str, list[Tensor]] = {name: [] for name in places.given}
    axes = places.axes or [places.axis] * len(places.given)
    for name, axis in zip(places.given, axes, strict=True):
        on_axis = places._replace(axis=axis)
        hooks.enter_context(_on_given(find(model, name), name, on_axis, seen[name].append))
    for name in places.taken:
        hooks.enter_context(_on_taken(find(model, name), places))
    return seen


def _on_given(
    layer: nn.Module, name: str, places: Places, note: Callable[[Tensor], None]
) -> RemovableHandle:
    def hook(_layer: nn.Module, _args: object, output: object) -> object:
        if isinstance(output, tuple) and output:
            return (hook(_layer, _args, output[0]), *output[1:])
        if not isinstance(output, Tensor):
            raise InputError(
                f"layer {name}: wanted a tensor, got {type(output).__name__}; name a layer within "
                "it"
            )
        if output.ndim < -places.axis or output.shape[places.axis] != places.width:
            raise InputError(
                f"layer {name}: wanted {places.width} dimensions on axis {places.axis}, got shape "
                f"{tuple(output.shape)}; name the layer that gives what the reader takes"
            )
        note(output.movedim(places.axis, 0)[list(places.dims)])
        return output.index_fill(places.axis, _index(places, output), 0)

    return layer.register_forward_hook(hook)


def _on_taken(layer: nn.Module, places: Places) -> RemovableHandle:
    def cut(x: Any) -> Any:
        return x.index_fill(places.axis, _index(places, x), 0) if isinstance(x, Tensor) else x

    def hook(_layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return tuple(map(cut, args)), {name: cut(one) for name, one in kwargs.items()}

    return layer.register_forward_pre_hook(hook, with_kwargs=True)


def _index(places: Places, like: Tensor) -> Tensor:
    return torch.tensor(list(places.dims), device=like.device).long()


def _check_seen(seen: dict[str, list[Tensor]], places: Places) -> None:
    for name in places.shown:
        values = seen[name]
        if not values:
            raise InputError(
                f"sample: wanted one on which layer {name} is called, got none; name a layer that "
                "the model calls, or give another sample"
            )
        for place, dim in enumerate(places.dims):
            if not any(one.select(0, place).any() for one in values):
                raise InputError(
                    f"sample: wanted one on which dimension {dim} of {name} is not zero anyway, "
                    "got zeros; give another sample"
                )


def _compare(
    whole: dict[str, Any], wanted: dict[str, Any], got: dict[str, Any], places: Places
) -> None:
    if wanted.keys() != got.keys() or wanted.keys() != whole.keys():
        raise InputError(
            f"sample: wanted the same outputs, got {', '.join(got)} for {', '.join(wanted)}; give "
            "a sample on which the model goes one way"
        )
    telling = not places.dims
    for path, reference in wanted.items():
        if not isinstance(reference, Tensor):
            _check_same(path, reference, got[path])
            continue
        reference, before = reference, whole[path]
        size = max(_size(reference), _size(before))
        reference, before = (_kept(one, got[path], places) for one in (reference, before))
        limit = (REORDERING if places.fewer else ROUNDING) * _eps(reference) * size
        apart = _distance(reference, got[path], path)
        if apart > limit:
            raise InputError(
                f"{path}: wanted what the model gives with the dimensions set to zero, got another "
                f"by {apart:.2g} of {size:.2g}; something carries the dimensions around these "
                f"layers, or mixes them: {places.remedy}"
            )
        telling |= _distance(wanted[path], whole[path], path) > TELLING * limit
    if not telling:
        raise InputError(
            "sample: wanted one on which the dimensions matter, got outputs that stay as they are "
            "without them; give another sample"
        )


def _check_same(path: str, reference: Any, got: Any) -> None:
    if type(got) is not type(reference) or got != reference:
        raise InputError(f"{path}: wanted {reference!r}, got {got!r}; name other layers")


def _kept(reference: Tensor, got: Any, places: Places) -> Tensor:
    """What is left of an output that holds the dimensions themselves, when they were cut out."""
    if not isinstance(got, Tensor) or reference.ndim < -places.axis or got.ndim != reference.ndim:
        return reference
    if got.shape == reference.shape or reference.shape[places.axis] != places.width:
        return reference
    keep = [dim for dim in range(places.width) if dim not in places.dims]
    return reference.index_select(places.axis, torch.tensor(keep, device=reference.device))


def _distance(wanted: Tensor, got: Any, path: str) -> float:
    if not isinstance(got, Tensor) or got.shape != wanted.shape or got.dtype != wanted.dtype:
        what = f"shape {tuple(got.shape)} of {got.dtype}" if isinstance(got, Tensor) else repr(got)
        raise InputError(
            f"{path}: wanted shape {tuple(wanted.shape)} of {wanted.dtype}, got {what}; name other "
            "layers"
        )
    if not wanted.numel():
        return 0.0
    a, b = (one.detach().to(_wide(one)) for one in (wanted, got))
    same = (a == b) | (a.isnan() & b.isnan())
    apart = torch.where(same, 0, (a - b).abs())
    return apart.nan_to_num(nan=torch.inf).max().item()


def _size(value: Tensor) -> float:
    finite = value.detach().to(_wide(value)).abs()
    return finite[finite.isfinite()].max().item() if finite.isfinite().any() else 0.0


def _wide(value: Tensor) -> torch.dtype:
    return torch.complex128 if value.is_complex() else torch.float64


def _eps(value: Tensor) -> float:
    """Rounding of a type; whole numbers have none."""
    return torch.finfo(value.dtype).eps if value.is_floating_point() or value.is_complex() else 0.0
