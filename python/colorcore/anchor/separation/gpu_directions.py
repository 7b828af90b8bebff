"""Directions of latents, and gradients by them passed on to the latents, in Triton.

What `separation.formula` does in a score of calls, one of these does in one: at small batches a GPU
waits for calls.
"""

# What Triton compiles is not Python to a checker of types.
# pyright: reportArgumentType=false, reportGeneralTypeIssues=false
# pyright: reportPossiblyUnboundVariable=false

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from colorcore.kernels.reference import EPSILON

ENTRIES = 2048
"""Numbers that a program takes at once, where a vector is not longer."""
SMALLEST = tl.constexpr(EPSILON)


def directions(latents: Tensor, mask: Tensor | None, *, turned: bool) -> Tensor:
    """û = z/(‖z‖ + 1e-8), and 0 for what a mask leaves out.

    Shapes: (items, B, K) → (items, B, K), or turned (items, K, B).
    """
    items, batch, width = latents.shape
    shape = (items, width, batch) if turned else latents.shape
    units = latents.new_empty(shape)
    _directions[_grid(latents)](
        latents,
        latents if mask is None else mask,
        units,
        batch,
        items * batch,
        **_options(latents, mask, turned),
    )
    return units


def through_direction(
    latents: Tensor,
    by_unit: Tensor,
    mask: Tensor | None,
    *,
    turned: bool,
    scale: float = 1.0,
    upstream: Tensor | None = None,
    alike: Tensor | None = None,
    grad_of_sum: Tensor | None = None,
) -> Tensor:
    """A gradient by directions, times a number, passed on to the latents.

    Of items whose samples have one upstream gradient, all alike, it is that of their sum, times it.

    Shapes: `latents`, `grad_of_sum` (items, B, K); `by_unit` as `directions` gives them; `mask`,
    `upstream` (items, B); `alike` (items,) → (items, B, K).
    """
    grad = torch.empty_like(latents)
    _through_direction[_grid(latents)](
        latents,
        by_unit,
        latents if mask is None else mask,
        latents if upstream is None else upstream,
        latents if alike is None else alike,
        latents if grad_of_sum is None else grad_of_sum,
        grad,
        latents.shape[1],
        latents.shape[0] * latents.shape[1],
        scale,
        WEIGHTED=upstream is not None,
        **_options(latents, mask, turned),
    )
    return grad


def _options(latents: Tensor, mask: Tensor | None, turned: bool) -> dict[str, object]:
    return {
        "WIDTH": latents.shape[-1],
        "PADDED": triton.next_power_of_2(latents.shape[-1]),
        "ROWS": _rows(latents),
        "MASKED": mask is not None,
        "TURNED": turned,
    }


def _rows(latents: Tensor) -> int:
    """How many vectors a program takes."""
    return max(1, ENTRIES // triton.next_power_of_2(latents.shape[-1]))


def _grid(latents: Tensor) -> tuple[int]:
    items, batch, _ = latents.shape
    return (triton.cdiv(items * batch, _rows(latents)),)


@triton.jit
def _directions(
    latents,
    mask,
    units,
    batch,
    count,
    WIDTH: tl.constexpr,
    PADDED: tl.constexpr,
    ROWS: tl.constexpr,
    MASKED: tl.constexpr,
    TURNED: tl.constexpr,
):
    row = tl.program_id(0).to(tl.int64) * ROWS + tl.arange(0, ROWS)
    at, at_units, there = _places(row, batch, count, WIDTH, PADDED, TURNED)
    taking = there
    if MASKED:
        taking &= tl.load(mask + row, mask=row < count, other=0).to(tl.int1)[:, None]
    z = tl.load(latents + at, mask=taking, other=0.0)
    largest, length = _length(z)
    tl.store(units + at_units, z / largest / (length + SMALLEST / largest), mask=there)


@triton.jit
def _through_direction(
    latents,
    by_unit,
    mask,
    upstream,
    alike,
    grad_of_sum,
    grad,
    batch,
    count,
    scale,
    WEIGHTED: tl.constexpr,
    WIDTH: tl.constexpr,
    PADDED: tl.constexpr,
    ROWS: tl.constexpr,
    MASKED: tl.constexpr,
    TURNED: tl.constexpr,
):
    row = tl.program_id(0).to(tl.int64) * ROWS + tl.arange(0, ROWS)
    at, at_units, there = _places(row, batch, count, WIDTH, PADDED, TURNED)
    taking = there
    if MASKED:
        taking &= tl.load(mask + row, mask=row < count, other=0).to(tl.int1)[:, None]
    z = tl.load(latents + at, mask=taking, other=0.0)
    pull = tl.load(by_unit + at_units, mask=taking, other=0.0) * scale
    largest, length = _length(z)
    units = z / largest / (length + SMALLEST / largest)
    norm = largest * length
    along = tl.sum(pull * units, axis=1)[:, None]
    # The norm has no slope at the zero vector; 0 is the subgradient.
    back = tl.where(length > 0.0, along / tl.where(length > 0.0, norm, 1.0), 0.0)
    found = pull / (norm + SMALLEST) - units * back
    if WEIGHTED:
        weight = tl.load(upstream + row, mask=row < count, other=0.0)[:, None]
        same = tl.load(alike + row // batch, mask=row < count, other=0).to(tl.int1)[:, None]
        of_sum = tl.load(grad_of_sum + at, mask=taking, other=0.0)
        found = tl.where(same, of_sum * weight, found)
    tl.store(grad + at, tl.where(taking, found, 0.0), mask=there)


@triton.jit
def _places(row, batch, count, WIDTH: tl.constexpr, PADDED: tl.constexpr, TURNED: tl.constexpr):
    """Where rows lie among latents and among directions, and which there are."""
    k = tl.arange(0, PADDED)
    at = row[:, None] * WIDTH + k[None, :]
    at_units = at
    if TURNED:
        first = row // batch * batch
        at_units = (first * WIDTH + row - first)[:, None] + k[None, :] * batch
    return at, at_units, (row < count)[:, None] & (k < WIDTH)[None, :]


@triton.jit
def _length(z):
    """A number not below any coordinate, and the norm in units of it: no square overflows."""
    largest = tl.maximum(tl.max(tl.abs(z), axis=1), 1.0)[:, None]
    shrunk = z / largest
    return largest, tl.sqrt(tl.sum(shrunk * shrunk, axis=1))[:, None]
