"""The tensor among what a layer gives: taken out of its container, and another put in its place."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import MutableMapping
from typing import Any

import torch
from torch import Tensor, nn

from colorcore.errors import InputError

Index = int | str | None
"""A place in a tuple or list, a key of a dict or the name of a field."""


def take(output: object, index: Index, *, name: str) -> Tensor:
    """The tensor that is meant among what the layer `name` gives.

    Without an index that is the tensor itself, or the first item of a tuple or list. What has names
    for its items (a dict, a named tuple, a dataclass) is asked for one of them.

    Raises: InputError when that is no plain tensor, or there is no such item.

    Example:

        >>> take((torch.ones(1), None), None, name="attention")
        tensor([1.])
        >>> take({"scores": torch.zeros(1), "values": torch.ones(1)}, "values", name="attention")
        tensor([1.])
    """
    if isinstance(output, Tensor) and index is not None:
        raise InputError(
            f"layer {name}: wanted several things to take item {index!r} of, got a tensor; leave "
            "index out"
        )
    return _plain(output, name) if isinstance(output, Tensor) else _within(output, index, name)


def put(output: Any, index: Index, item: Tensor) -> object:
    """What a layer gave, with another tensor in the place that `take` took it from.

    The container is a new one of the same kind, and the rest in it is what it was.

    Example:

        >>> put((torch.ones(1), "rest"), None, torch.zeros(1))
        (tensor([0.]), 'rest')
    """
    if isinstance(output, Tensor):
        return item
    if isinstance(output, MutableMapping):
        changed: Any = copy.copy(output)
        changed[index] = item
        return changed
    if dataclasses.is_dataclass(output):
        changed = copy.copy(output)
        object.__setattr__(changed, str(index), item)  # also of a frozen one
        return changed
    items = list(output)
    items[output._fields.index(index) if isinstance(index, str) else index or 0] = item
    return output._make(items) if hasattr(output, "_make") else type(output)(items)


def _within(output: Any, index: Index, name: str) -> Tensor:
    names = _names(output)
    is_row = type(output) in (tuple, list) or type(output).__module__ == "torch.return_types"
    if index is None:
        if not is_row or not output:
            raise _no_tensor(name, output, names)
        return _plain(output[0], f"{name}, item 0")
    known = names + (list(range(len(output))) if is_row or hasattr(output, "_fields") else [])
    if index not in known or isinstance(index, bool):
        if not known:
            raise _no_tensor(name, output, names)
        raise InputError(
            f"layer {name}: wanted as index one of {', '.join(map(repr, known))}, the items of its "
            f"{type(output).__name__}, got {index!r}; choose one of them"
        )
    by_name = isinstance(index, str) and not isinstance(output, MutableMapping)
    item = getattr(output, str(index)) if by_name else output[index]
    return _plain(item, f"{name}, item {index!r}")


def _names(output: Any) -> list[Any]:
    """The names that the items of something have; none, if it is nothing that has any."""
    if isinstance(output, MutableMapping):
        return list(output)
    if dataclasses.is_dataclass(output):
        return [field.name for field in dataclasses.fields(output)]
    return list(getattr(output, "_fields", ()) if isinstance(output, tuple) else ())


def _no_tensor(name: str, output: object, names: list[Any]) -> InputError:
    among = f", or one of {', '.join(map(repr, names))} as index" if names else ""
    return InputError(
        f"layer {name}: wanted a tensor, got {type(output).__name__}; name a layer within it{among}"
    )


def _plain(item: object, name: str) -> Tensor:
    if not isinstance(item, Tensor):
        raise InputError(
            f"layer {name}: wanted a tensor, got {type(item).__name__}; name a layer within it, or "
            "another item by index"
        )
    kind = type(item).__name__
    if item.is_nested or item.layout != torch.strided:
        kind = "nested tensor" if item.is_nested else f"{item.layout} tensor"
    elif type(item) in (Tensor, nn.Parameter) or torch.compiler.is_compiling():
        return item  # what is compiled or exported runs on stand-ins
    raise InputError(
        f"layer {name}: wanted a plain dense tensor, got {kind}; name a layer that gives one, or "
        "run the model on plain tensors"
    )
