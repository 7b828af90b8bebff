"""Readers of samples: latent vectors, masks of them, and numbers that go with them.

What takes one of them takes it through here, so that it means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from colorcore.anchor import arguments
from colorcore.anchor.arguments import is_at_hand, is_traced
from colorcore.anchor.precision import FLOATS
from colorcore.errors import InputError

Numbers = Tensor | NDArray[Any] | Sequence[Any]
"""A number or a boolean a sample, and where there are several of each, more in a last axis."""


def vectors(latents: Tensor, axis: int, mask: Numbers | None) -> Tensor:
    """Latent vectors along the last axis, those that a mask leaves out being zero.

    What stands there, NaN too, then has no part in what is computed, nor a gradient.

    Shapes: (…, latent, …), latent at `axis`; `mask` without that axis → (…, latent).

    Raises: InputError for an axis that there is not, latents without numbers or real ones, or a
    mask of another shape.

    Example:

        >>> maps = torch.zeros(2, 3, 4, 4)  # channels first
        >>> vectors(maps, 1, None).shape
        torch.Size([2, 4, 4, 3])
    """
    if latents.dtype not in FLOATS:
        raise InputError(
            f"latents must be float32, float64, float16 or bfloat16, got {_kind(latents)} "
            f"{tuple(latents.shape)}; cast with latents.float()"
        )
    last = latents.movedim(arguments.axis(axis, latents), -1)
    if last.shape[-1] == 0:
        raise InputError(
            f"latents must have at least one coordinate on axis {axis}, got shape "
            f"{tuple(latents.shape)}; name the axis of the latent dimension"
        )
    if mask is None:
        return last
    return last.where(kept(mask, last[..., 0]).unsqueeze(-1), 0)


def kept(mask: Numbers, like: Tensor) -> Tensor:
    """A mask as booleans, true where a sample counts.

    Shapes: that of `like`, a number a sample.

    Raises: InputError for another shape, or what is neither booleans nor whole numbers 0 and 1.

    Example:

        >>> kept([[1, 1, 0]], torch.zeros(1, 3))
        tensor([[ True,  True, False]])
    """
    found = _tensor("mask", mask, like)
    _check_shape("mask", found, like, "true where a sample counts")
    if found.is_floating_point() or found.is_complex():
        raise InputError(
            f"mask must be booleans, or whole numbers 0 and 1, got {_kind(found)}; give what is "
            "true where a sample counts, mask.bool() say, not what is added to scores"
        )
    if found.dtype != torch.bool:
        _check_range("mask", found, 0, 1, "give 1 where a sample counts")
    return _bound(found != 0, like)


def weights(name: str, values: Numbers, like: Tensor) -> Tensor:
    """How much each sample counts, in the type of `like` and on its device.

    Shapes: that of `like`, a number a sample.

    Raises: InputError for another shape; for numbers below 0 and NaN, where they are at hand.

    Example:

        >>> import numpy as np
        >>> weights("affinity", np.array([True, False]), torch.zeros(2))
        tensor([1., 0.])
    """
    found = _tensor(name, values, like)
    _check_shape(name, found, like, "labels[..., 0] say")
    found = _real(name, found, like)
    _check_range(name, found, 0, torch.inf, "give 0 to a sample that does not count")
    return _bound(found, like)


def labels(values: Numbers, like: Tensor, concepts: int) -> Tensor:
    """Labels as numbers, in the type of `like` and on its device.

    Shapes: that of `like`, a number a sample, and (concepts,) behind it.

    Raises: InputError for another shape; for numbers outside [0, 1], where they are at hand.

    Example:

        >>> labels([[True], [False]], torch.zeros(2), 1)
        tensor([[1.],
                [0.]])
    """
    found = _tensor("labels", values, like)
    if found.shape != (*like.shape, concepts):
        remedy = "labels[..., None] adds a column"
        if like.ndim > 1 and found.shape == (*like.shape[:-1], concepts):
            remedy = "for a label a sequence, say positions='sequence'"
        raise InputError(
            f"labels must have a row a sample and a column a concept, "
            f"{(*like.shape, concepts)}, got {tuple(found.shape)}; {remedy}"
        )
    found = _real("labels", found, like)
    _check_range("labels", found, 0, 1, "give how surely each sample has the concept")
    return _bound(found, like.unsqueeze(-1).expand_as(found))


def refuse_traced(what: str) -> None:
    """Refuse what a trace would make a constant of.

    Raises: InputError within `torch.jit.trace`, `make_fx` or `torch.export`.
    """
    if is_traced():
        raise InputError(
            f"{what} must be computed anew at each call, got a trace, which would keep the numbers "
            "of this one; trace the model without it"
        )


def _tensor(name: str, values: Numbers, like: Tensor) -> Tensor:
    return arguments.tensor(values, name=name, each="sample").to(like.device)


def _real(name: str, found: Tensor, like: Tensor) -> Tensor:
    if found.is_complex():
        raise InputError(f"{name} must be real numbers, got {_kind(found)}; give their real part")
    return found.to(like.dtype)


def _check_shape(name: str, found: Tensor, like: Tensor, example: str) -> None:
    if found.shape != like.shape:
        raise InputError(
            f"{name} must have the shape of the samples' terms, {tuple(like.shape)}, got "
            f"{tuple(found.shape)}; give one number a sample, {example}"
        )


def _bound(found: Tensor, like: Tensor) -> Tensor:
    """The same numbers. A trace keeps no checks: in it, an operation that spreads nothing out is
    the one that refuses another shape."""
    return torch.stack([found, like.detach().to(found.dtype)])[0] if is_traced() else found


def _check_range(name: str, found: Tensor, low: float, high: float, remedy: str) -> None:
    """Where the numbers can be looked at without waiting, refuse those out of range, and NaN."""
    if not found.numel() or not is_at_hand(found):
        return
    least, most = (x.item() for x in found.detach().aminmax())
    if not low <= least <= most <= high or most == torch.inf:
        wanted = f"lie in [{low}, {high}]" if high < torch.inf else f"be finite and at least {low}"
        raise InputError(f"{name} must {wanted}, got {least:g}…{most:g}; {remedy}")


def _kind(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
