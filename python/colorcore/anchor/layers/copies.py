"""Copies of models, also of those that keep what last passed through them."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from torch import Tensor, nn

Model = TypeVar("Model", bound=nn.Module)


def duplicate(model: Model) -> Model:
    """A copy with parameters of its own.

    Example:

        >>> model = nn.Linear(2, 2)
        >>> model.last = model.weight.sum()  # of which PyTorch makes no copies
        >>> duplicate(model).last.requires_grad
        False
    """
    return copy.deepcopy(model, {place: one.detach().clone() for place, one in _kept(model)})


def shadow(model: Model) -> Model:
    """A copy with the model's own parameters, which may be run or followed in its place.

    Example:

        >>> model = nn.Linear(2, 2)
        >>> shadow(model).weight is model.weight, shadow(model) is model
        (True, False)
    """
    memo: dict[int, Any] = {id(one): one for one in model.parameters()}
    return copy.deepcopy(model, memo | dict(_kept(model)))


def _kept(model: nn.Module) -> list[tuple[int, Tensor]]:
    """The tensors with a history that modules keep beside their parameters."""
    return [
        (id(value), value)
        for module in model.modules()
        for value in vars(module).values()
        if isinstance(value, Tensor) and not value.is_leaf
    ]
