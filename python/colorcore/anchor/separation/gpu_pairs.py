"""The pairs of a batch in Triton: what a program of the GPU does.

A block of rows stays with one program, which goes through all columns in a fixed order: the same
latents give the same bits. What a mask leaves out is not written: the caller puts zeros there. An
item whose samples' upstream gradients are alike is left out where they would weigh its pairs: it
needs no second look, which only the device knows.
"""

# What Triton compiles is not Python to a checker of types.
# pyright: reportArgumentType=false, reportGeneralTypeIssues=false
# pyright: reportPossiblyUnboundVariable=false

from __future__ import annotations

import triton
import triton.language as tl

from colorcore.kernels.reference import SAME

PRECISION = tl.constexpr("tf32x3")
"""Three products of rounded parts are as exact as one of float32, and faster."""
SAME_DIRECTION = tl.constexpr(SAME)


@triton.jit
def few_coordinates(
    units,
    mask,
    upstream,
    alike,
    losses,
    pulls,
    batch,
    slope,
    fraction,
    WHOLE: tl.constexpr,
    FRACTIONAL: tl.constexpr,
    SHIFT: tl.constexpr,
    WIDTH: tl.constexpr,
    MASKED: tl.constexpr,
    WEIGHTED: tl.constexpr,
    PULLS: tl.constexpr,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
):
    """Losses and pulls of directions (items, K, B), so few coordinates that each is multiplied."""
    blocks = tl.cdiv(batch, ROWS)
    item = (tl.program_id(0) // blocks).to(tl.int64) * batch
    i = tl.program_id(0) % blocks * ROWS + tl.arange(0, ROWS)
    rows_there = i < batch
    of_rows = ()
    pull = ()
    for k in tl.static_range(WIDTH):
        at_rows = item * WIDTH + k * batch + i
        of_rows += (tl.load(units + at_rows, mask=rows_there, other=0.0)[:, None],)
        pull += (tl.zeros((ROWS, COLUMNS), tl.float32),)
    stop = batch
    if WEIGHTED:
        weight = tl.load(upstream + item + i, mask=rows_there, other=0.0)[:, None]
        stop = tl.where(tl.load(alike + item // batch), 0, batch)
    total = tl.zeros((ROWS, COLUMNS), tl.float32)
    for first in range(0, stop, COLUMNS):
        j = first + tl.arange(0, COLUMNS)
        there = j < batch
        cosines = tl.zeros((ROWS, COLUMNS), tl.float32)
        of_columns = ()
        for k in tl.static_range(WIDTH):
            at = item * WIDTH + k * batch + j
            of_columns += (tl.load(units + at, mask=there, other=0.0)[None, :],)
            cosines += of_rows[k] * of_columns[k]
        counts = there[None, :]
        if MASKED:
            counts &= tl.load(mask + item + j, mask=there, other=0).to(tl.int1)[None, :]
        base, lower = _law(cosines, counts, fraction, WHOLE, FRACTIONAL, SHIFT)
        total += lower * base
        if PULLS:
            if WEIGHTED:
                lower *= weight + tl.load(upstream + item + j, mask=there, other=0.0)[None, :]
            pulled = ()
            for k in tl.static_range(WIDTH):
                pulled += (pull[k] + lower * of_columns[k],)
            pull = pulled
    taking = rows_there
    if MASKED:
        taking &= tl.load(mask + item + i, mask=rows_there, other=0).to(tl.int1)
    tl.store(losses + item + i, tl.sum(total, axis=1), mask=taking)
    if PULLS:
        for k in tl.static_range(WIDTH):
            at_rows = item * WIDTH + k * batch + i
            tl.store(pulls + at_rows, tl.sum(pull[k], axis=1) * slope, mask=taking)


@triton.jit
def narrow_pairs(
    units,
    mask,
    upstream,
    alike,
    losses,
    pulls,
    batch,
    slope,
    fraction,
    WHOLE: tl.constexpr,
    FRACTIONAL: tl.constexpr,
    SHIFT: tl.constexpr,
    WIDTH: tl.constexpr,
    PADDED: tl.constexpr,
    MASKED: tl.constexpr,
    WEIGHTED: tl.constexpr,
    PULLS: tl.constexpr,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
):
    """Losses and pulls of directions (items, B, K), by products of blocks held whole."""
    blocks = tl.cdiv(batch, ROWS)
    item = (tl.program_id(0) // blocks).to(tl.int64) * batch
    i = tl.program_id(0) % blocks * ROWS + tl.arange(0, ROWS)
    k = tl.arange(0, PADDED)
    at_rows = (item + i)[:, None] * WIDTH + k[None, :]
    rows_there = (i < batch)[:, None] & (k < WIDTH)[None, :]
    of_rows = tl.load(units + at_rows, mask=rows_there, other=0.0)
    stop = batch
    if WEIGHTED:
        weight = tl.load(upstream + item + i, mask=i < batch, other=0.0)
        stop = tl.where(tl.load(alike + item // batch), 0, batch)
    total = tl.zeros((ROWS, COLUMNS), tl.float32)
    pull = tl.zeros((ROWS, PADDED), tl.float32)
    for first in range(0, stop, COLUMNS):
        j = first + tl.arange(0, COLUMNS)
        there = (j < batch)[:, None] & (k < WIDTH)[None, :]
        at = (item + j)[:, None] * WIDTH + k[None, :]
        of_columns = tl.load(units + at, mask=there, other=0.0)
        cosines = tl.dot(of_rows, tl.trans(of_columns), input_precision=PRECISION)
        counts = (j < batch)[None, :]
        if MASKED:
            counts &= tl.load(mask + item + j, mask=j < batch, other=0).to(tl.int1)[None, :]
        base, lower = _law(cosines, counts, fraction, WHOLE, FRACTIONAL, SHIFT)
        total += lower * base
        if PULLS:
            if WEIGHTED:
                other = tl.load(upstream + item + j, mask=j < batch, other=0.0)
                lower *= weight[:, None] + other[None, :]
            pull = tl.dot(lower, of_columns, pull, input_precision=PRECISION)
    taking = i < batch
    if MASKED:
        taking &= tl.load(mask + item + i, mask=taking, other=0).to(tl.int1)
    tl.store(losses + item + i, tl.sum(total, axis=1), mask=taking)
    if PULLS:
        tl.store(pulls + at_rows, pull * slope, mask=taking[:, None] & (k < WIDTH)[None, :])


@triton.jit
def rows_of_cosines(
    pairs,
    mask,
    upstream,
    losses,
    batch,
    count,
    first_row,
    slope,
    fraction,
    WHOLE: tl.constexpr,
    FRACTIONAL: tl.constexpr,
    SHIFT: tl.constexpr,
    MASKED: tl.constexpr,
    WEIGHTED: tl.constexpr,
    PULLS: tl.constexpr,
    COLUMNS: tl.constexpr,
):
    """Losses of rows of cosines (items, rows, B), and in their place by what columns pull."""
    program = tl.program_id(0).to(tl.int64)
    item = program // count * batch
    of_row = pairs + program * batch
    here = item + first_row + program % count
    scale = slope
    if MASKED:
        taking = tl.load(mask + here).to(tl.int1)
        scale = tl.where(taking, slope, 0.0)
    if WEIGHTED:
        weight = tl.load(upstream + here)
    total = tl.zeros((COLUMNS,), tl.float32)
    for first in range(0, batch, COLUMNS):
        j = first + tl.arange(0, COLUMNS)
        there = j < batch
        cosines = tl.load(of_row + j, mask=there, other=0.0)
        counts = there
        if MASKED:
            counts &= tl.load(mask + item + j, mask=there, other=0).to(tl.int1) & taking
        base, lower = _law(cosines, counts, fraction, WHOLE, FRACTIONAL, SHIFT)
        total += lower * base
        if PULLS:
            if WEIGHTED:
                lower *= weight + tl.load(upstream + item + j, mask=there, other=0.0)
            tl.store(of_row + j, lower * scale, mask=there)
    tl.store(losses + here, tl.sum(total, axis=0))


@triton.jit
def _law(
    cosines,
    counts,
    fraction,
    WHOLE: tl.constexpr,
    FRACTIONAL: tl.constexpr,
    SHIFT: tl.constexpr,
):
    """s, and s^(power − 1) of the pairs that count or 0: their product is what a pair counts."""
    # Written so that a NaN counts, and shows.
    counts = counts & ((tl.abs(cosines - 1.0) <= SAME_DIRECTION) == 0)
    base = cosines
    if SHIFT:  # rounding can take a cosine just under −1
        base = tl.maximum(cosines * 0.5 + 0.5, 0.0, propagate_nan=tl.PropagateNan.ALL)
    lower = tl.full(base.shape, 1.0, tl.float32)
    square = base
    for bit in tl.static_range(31):
        if ((WHOLE - 1) >> bit) & 1:
            lower *= square
        if ((WHOLE - 1) >> (bit + 1)) > 0:
            square *= square
    if FRACTIONAL:
        logarithm = tl.log2(tl.where(base == 0.0, 1.0, base))
        lower *= tl.where(base == 0.0, 0.0, tl.exp2(fraction * logarithm))
    return base, tl.where(counts, lower, 0.0)
