"""What the processes of a group have together: their batches in one, and sums over all.

Both can be differentiated. A gradient is then that of the sum over ranks of what each of them
makes of the result; `DistributedDataParallel` takes the mean of gradients over ranks, so that a
loss which each rank computes from all ranks' samples is trained on as one process would.

All ranks of the group must call, and, where gradients are wanted, differentiate: they wait for each
other.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist
from torch.autograd.function import once_differentiable

from colorcore.errors import InputError

Group = Any
"""A `torch.distributed.ProcessGroup`, or True for the default one: of all processes."""

MOST_AXES = 8
TYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16, torch.int64, torch.bool)


def gathered(tensor: Tensor, group: Group, *, axis: int = -2) -> Tensor:
    """The batches of all ranks, one behind the other in the order of the ranks.

    Ranks may have batches of different sizes, an empty one too. Where a rank's own samples stand is
    what `sizes` says.

    Shapes: (…, batch, latent), batch differing from rank to rank → (…, Σ batch, latent); the batch
    is `axis`.

    Raises: InputError where no process group is set up or this process is not in it, and, on every
    rank, for tensors whose other axes or types differ.

    Example:

        >>> gathered(torch.ones(4, 2), True)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        colorcore.errors.InputError: group must be a process group that is set up, got True; ...
    """
    return _Gathered.apply(tensor, _known(group), _axis(tensor, axis))  # pyright: ignore


def summed(tensor: Tensor, group: Group) -> Tensor:
    """The sum over ranks, number by number. Shapes: the same on every rank → the same.

    Raises: InputError where no process group is set up or this process is not in it, and, on every
    rank, for tensors whose shapes or types differ.
    """
    known = _known(group)
    _check_alike(tensor, _shapes(tensor, known), axis=None)
    return _Summed.apply(tensor, known)  # pyright: ignore


def sizes(tensor: Tensor, group: Group, *, axis: int = -2) -> list[int]:
    """How many samples each rank has in its batch, in the order of the ranks.

    Raises: as `gathered`.
    """
    axis = _axis(tensor, axis)
    shapes = _shapes(tensor, _known(group))
    _check_alike(tensor, shapes, axis)
    return [shape[2 + axis] for shape in shapes]


def ranks(group: Group) -> tuple[int, int]:
    """The rank of this process in a group, and how many there are.

    Raises: InputError where no process group is set up or this process is not in it.
    """
    known = _known(group)
    return dist.get_rank(known), dist.get_world_size(known)


def is_shared() -> bool:
    """Whether this process is one of several that torch has set up to work together."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def chosen(gather: Group | bool | None) -> Group | None:
    """The group that a caller chose, or None where each process goes by itself.

    Raises: InputError when several processes work together and nothing was said.
    """
    if gather is None and is_shared():
        raise InputError(
            "gather must be said where several processes train, got None; pass True for the "
            "samples of all, their group, or False for those of each"
        )
    return None if gather is False else gather


class _Gathered(torch.autograd.Function):
    """torch's own is deprecated or private, and takes equal batches only."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, group: Group, axis: int) -> Tensor:
        counts = sizes(tensor, group, axis=axis)
        ctx.group, ctx.axis, ctx.type = group, axis, tensor.dtype
        rank = dist.get_rank(group)
        ctx.own = (sum(counts[:rank]), counts[rank])
        # Collectives take equal shapes: the batch comes first, and is filled up to the largest.
        first = tensor.movedim(axis, 0)
        full = first.new_zeros((max(counts), *first.shape[1:]))
        full[: len(first)] = first
        found = [torch.empty_like(full) for _ in counts]
        dist.all_gather(found, full, group=group)
        parts = [part[:count] for part, count in zip(found, counts, strict=True)]
        return torch.cat(parts).movedim(0, axis)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None]:  # pyright: ignore
        total = _total(upstream, ctx.group)
        return total.narrow(ctx.axis, *ctx.own), None, None


class _Summed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, tensor: Tensor, group: Group) -> Tensor:
        ctx.group = group
        return _total(tensor, group)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None]:  # pyright: ignore
        return _total(upstream, ctx.group), None


def _total(tensor: Tensor, group: Group) -> Tensor:
    total = tensor.clone(memory_format=torch.contiguous_format)
    dist.all_reduce(total, group=group)
    return total


def _known(group: Group) -> Any:
    """The process group, None standing for the default one, as torch has it."""
    if not dist.is_available() or not dist.is_initialized():
        raise InputError(
            f"group must be a process group that is set up, got {group!r}; call "
            "torch.distributed.init_process_group first, or leave it out in one process"
        )
    known = None if group is True else group
    if dist.get_rank(known) < 0:
        raise InputError("group must hold this process, got one without it; call in its ranks only")
    return known


def _axis(tensor: Tensor, axis: int) -> int:
    if not -tensor.ndim <= axis < tensor.ndim or tensor.ndim > MOST_AXES:
        raise InputError(
            f"axis must be one of the tensor's, of which there are 1 to {MOST_AXES}, got {axis} "
            f"for shape {tuple(tensor.shape)}; name the axis of the batch"
        )
    return axis % tensor.ndim


def _shapes(tensor: Tensor, group: Any) -> list[list[int]]:
    """Of each rank: its type's place, its number of axes, and its shape filled up by −1."""
    if tensor.dtype not in TYPES:
        kinds = ", ".join(_name(kind) for kind in TYPES)
        raise InputError(
            f"what ranks share must be one of {kinds}, got {_name(tensor.dtype)}; cast it first"
        )
    filling = [-1] * (MOST_AXES - tensor.ndim)
    numbers = [TYPES.index(tensor.dtype), tensor.ndim, *tensor.shape, *filling]
    own = torch.tensor(numbers, device=tensor.device)
    found = [torch.empty_like(own) for _ in range(dist.get_world_size(group))]
    dist.all_gather(found, own, group=group)
    return torch.stack(found).tolist()


def _check_alike(tensor: Tensor, shapes: list[list[int]], axis: int | None) -> None:
    """Every rank sees every shape, so either all raise or none, and none is left waiting."""
    others = [[*shape] for shape in shapes]
    for shape in others:
        if axis is not None:
            shape[2 + axis] = -1
    if all(shape == others[0] for shape in others):
        return
    got = "; ".join(f"{_name(TYPES[kind])} {tuple(s[:n])}" for kind, n, *s in shapes)
    wanted = "one shape" if axis is None else f"one shape but for axis {axis}"
    raise InputError(f"ranks must give one type and {wanted}, got {got}; give each the same")


def _name(kind: torch.dtype) -> str:
    return str(kind).removeprefix("torch.")
