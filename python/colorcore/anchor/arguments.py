"""Readers of what is given beside latents: dimensions, directions, subspaces.

Whatever takes one of them takes it through here, so that it means the same everywhere.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import get_proxy_mode

from colorcore.errors import InputError

Dims = int | slice | Sequence[int] | NDArray[np.integer[Any]] | Tensor
"""Some dimensions of a latent vector, counted from 0: whole numbers of any such kind."""

Vector = Sequence[float | int] | NDArray[Any] | Tensor
"""A point or a direction: a number a coordinate. A tensor keeps its gradient."""

Vectors = Vector | Sequence[Sequence[float | int]]
"""One direction, or several: a row each."""

DEPENDENT = 1e-5
"""A direction with less than this share of its length outside the others' span adds nothing."""


def dims(values: Dims, width: int, *, name: str = "dims") -> list[int]:
    """Dimensions as a list, in the order given.

    Shapes: one whole number, or (n,), in 0…width − 1 → n of them, each once.

    Raises: InputError for what is no whole number (a mask of booleans is none), for a dimension out
    of range, or one given twice.

    Example:

        >>> dims(2, 5), dims(slice(1, 4), 5), dims(torch.tensor([3, 0]), 5)
        ([2], [1, 2, 3], [3, 0])
    """
    if isinstance(values, slice):
        return _sliced(name, width, values)
    given = values.tolist() if isinstance(values, Tensor | np.ndarray) else values
    if isinstance(given, int | float | np.generic):
        given = [given]
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise _not_dims(name, width, type(given).__name__)
    found = [_whole(name, width, one) for one in given]
    wrong = [dim for dim in found if not 0 <= dim < width]
    if wrong:
        raise InputError(
            f"{name} must lie in 0…{width - 1}, the dimensions there are, got {wrong}; count from 0"
        )
    if len(set(found)) < len(found):
        raise InputError(
            f"{name} must name each dimension once, got {found}; leave out the repeats"
        )
    return found


def _sliced(name: str, width: int, values: slice) -> list[int]:
    """Those of a slice, whose ends must be there: Python cuts off what is beyond, in silence."""
    try:
        found = list(range(width)[values])
    except (TypeError, ValueError):
        raise _not_dims(name, width, repr(values)) from None
    if any(end is not None and not -width <= end <= width for end in (values.start, values.stop)):
        raise InputError(
            f"{name} must lie in 0…{width - 1}, the dimensions there are, got {values}; count from "
            "0"
        )
    return found


def _whole(name: str, width: int, value: object) -> int:
    if isinstance(value, Tensor) and not value.ndim:
        value = value.item()
    if isinstance(value, bool | np.bool_):
        raise InputError(
            f"{name} must be whole numbers in 0…{width - 1}, got booleans; give the places where a "
            "mask is true, mask.nonzero()[0].tolist() of an array"
        )
    try:
        return operator.index(value)  # pyright: ignore[reportArgumentType]
    except TypeError:
        raise _not_dims(name, width, repr(value)) from None


def _not_dims(name: str, width: int, got: str) -> InputError:
    return InputError(
        f"{name} must be whole numbers in 0…{width - 1}, got {got}; give an int, a list, a range, "
        "a slice or an array of them"
    )


def vector(values: Vector, latents: Tensor, *, name: str = "direction") -> Tensor:
    """A point or direction of the latents' type, on their device.

    Shapes: (latent,), for latents (…, latent) → (latent,).

    Raises: InputError for another shape, or what is no number.

    Example:

        >>> vector([0, 3], torch.zeros(5, 2))
        tensor([0., 3.])
    """
    found = _tensor(values, latents, name)
    if found.shape != latents.shape[-1:]:
        raise InputError(
            f"{name} must have the latents' {latents.shape[-1]} coordinates, got shape "
            f"{tuple(found.shape)}; give one number a coordinate"
        )
    return found


def unit(values: Vector, latents: Tensor, *, name: str = "direction") -> Tensor:
    """A direction at unit length, of the latents' type and on their device.

    Shapes: (latent,), for latents (…, latent) → (latent,).

    Raises: InputError when the direction has not the latents' width, or no length.

    Example:

        >>> unit([0, 3, 4], torch.zeros(1, 3))
        tensor([0.0000, 0.6000, 0.8000])
    """
    found = vector(values, latents, name=name)
    is_tensor = isinstance(values, Tensor)
    if is_tensor or (torch.compiler.is_compiling() and isinstance(values, np.ndarray)):
        length = torch.linalg.vector_norm(found)
        if is_at_hand(length):
            _check_length(name, length.item())
        return found / length
    given = [float(x) for x in values]
    length = math.hypot(*given)
    _check_length(name, length)
    return found.new_tensor([x / length for x in given])  # of numbers beyond the type's range, too


def basis(values: Vectors, latents: Tensor, *, name: str = "directions") -> Tensor:
    """Orthonormal directions that span what the given ones span.

    Shapes: (latent,) or (k, latent), for latents (…, latent) → (k, latent).

    Raises: InputError when they have not the latents' width, or one adds nothing to the others.

    Example:

        >>> basis([[2, 0, 0], [1, 1, 0]], torch.zeros(1, 3)).abs()
        tensor([[1., 0., 0.],
                [0., 1., 0.]])
    """
    rows = _tensor(values, latents, name)
    rows = rows.unsqueeze(0) if rows.ndim == 1 else rows
    if rows.ndim != 2 or rows.shape[-1] != latents.shape[-1]:
        raise InputError(
            f"{name} must have the latents' {latents.shape[-1]} coordinates, a direction a row, "
            f"got shape {tuple(rows.shape)}; give one number a coordinate"
        )
    lengths = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    orthonormal, across = torch.linalg.qr((rows / lengths).mT)
    if is_at_hand(lengths):
        for length in lengths.flatten().tolist():
            _check_length(name, length)
        if len(rows) > rows.shape[-1] or (across.diagonal().abs() < DEPENDENT).any():
            raise InputError(
                f"{name} must each add to what the others span, got {len(rows)} that span less; "
                "leave out those that the others make up"
            )
    return orthonormal.mT


def tensor(values: object, *, name: str, each: str = "coordinate") -> Tensor:
    """Numbers as a tensor: the one given, or a new one, with a number for `each` of something.

    Raises: InputError for what no tensor can be made of.
    """
    try:
        return values if isinstance(values, Tensor) else torch.from_numpy(np.array(values))
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{name} must be numbers, one a {each}, got {type(values).__name__} ({error}); give a "
            "list, an array or a tensor of them"
        ) from error


def numbers(values: Vectors, *, name: str = "direction") -> Tensor:
    """Real numbers as a tensor: the one given, or a new one.

    Raises: InputError for what is no number, booleans and complex numbers.

    Example:

        >>> numbers([0, 3])
        tensor([0, 3])
    """
    found = tensor(values, name=name)
    if found.dtype == torch.bool or found.is_complex():
        kind = str(found.dtype).removeprefix("torch.")
        raise InputError(f"{name} must be real numbers, one a coordinate, got {kind}; cast them")
    return found


def kept(values: Vectors, *, name: str = "direction") -> Tensor:
    """Real numbers as a module keeps them: a `Parameter` itself, and a copy of any other tensor.

    Raises: InputError for what is no number, and for a tensor with a history, which a copy of the
    module could not have.

    Example:

        >>> given = torch.ones(2)
        >>> kept(given) is given, kept(given).tolist()
        (False, [1.0, 1.0])
    """
    found = numbers(values, name=name)
    if isinstance(found, nn.Parameter):
        return found
    if found.requires_grad:
        raise InputError(
            f"{name} must be a Parameter to be learned, got a tensor that requires a gradient; "
            "wrap it in torch.nn.Parameter, or detach it"
        )
    return found.clone() if found.is_floating_point() else found.double()


def keep(module: nn.Module, name: str, values: Tensor) -> None:
    """Have a module keep a tensor: as a parameter if it is one, else as a buffer."""
    if isinstance(values, nn.Parameter):
        module.register_parameter(name, values)
    else:
        module.register_buffer(name, values)


def axis(value: int, latents: Tensor, *, name: str = "axis") -> int:
    """The place of an axis, counted from the first.

    Raises: InputError when there is no such axis.

    Example:

        >>> axis(-1, torch.zeros(5, 2)), axis(0, torch.zeros(5, 2))
        (1, 0)
    """
    axes = latents.ndim
    if isinstance(value, bool) or not isinstance(value, int) or not -axes <= value < axes:
        raise InputError(
            f"{name} must be a whole number in {-axes}…{axes - 1}, for shape "
            f"{tuple(latents.shape)}, got {value!r}; choose that of the latent dimension"
        )
    return value % axes


def _tensor(values: Vectors, latents: Tensor, name: str) -> Tensor:
    return numbers(values, name=name).to(dtype=latents.dtype, device=latents.device)


def _check_length(name: str, length: float) -> None:
    if not 0 < length < math.inf:
        raise InputError(f"{name} must have a length above 0, got {length}; give it another")


def is_at_hand(value: Tensor) -> bool:
    """Whether a tensor's numbers can be looked at without waiting for a device or a compiler."""
    return (
        value.device.type == "cpu"
        and not torch.compiler.is_compiling()
        and not is_traced()
        and not is_transformed()
    )


def is_transformed() -> bool:
    """Whether a transform of torch.func is at work, in code that is not compiled."""
    return not torch.compiler.is_compiling() and torch._C._are_functorch_transforms_active()


def is_recorded() -> bool:
    """Whether what is computed is noted down to be computed again, compiled or traced."""
    return torch.compiler.is_compiling() or is_traced()


def is_traced() -> bool:
    """Whether `torch.jit.trace`, `make_fx` or `torch.export` records what is computed."""
    if torch.compiler.is_compiling():  # which guards what it takes for granted
        return False
    return torch._C._get_tracing_state() is not None or get_proxy_mode() is not None
