"""Batches and their labels drawn on a GPU, in Triton, to the bit as the CPU draws them.

A draw is a function of (seed, stream, step, slot), so that neither the device nor the number of
programs changes it. Under `TRITON_INTERPRET=1` all of it runs on the CPU, slowly.
"""

# What Triton compiles is not Python to a checker of types.
# pyright: reportArgumentType=false, reportGeneralTypeIssues=false
# pyright: reportPossiblyUnboundVariable=false

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from colorcore.kernels.reference import STREAM_COLORS, STREAM_LABELS

BLOCKS = 128
"""Philox blocks of four words that a program makes."""
ROUNDS = tl.constexpr(10)
TWO_TO_MINUS_53 = tl.constexpr(2.0**-53)
# As NumPy's Philox has them.
MULTIPLIER_0, MULTIPLIER_1 = tl.constexpr(0xD2E7470EE14C6C93), tl.constexpr(0xCA5A826395121157)
WEYL_0, WEYL_1 = tl.constexpr(0x9E3779B97F4A7C15), tl.constexpr(0xBB67AE8584CAA73B)


def draw_batch(
    probabilities: Tensor, *, seeds: Tensor, step: int, batch_size: int
) -> tuple[Tensor, Tensor]:
    """As `colorcore.kernels.draw_batch`, of arguments that have been checked.

    Shapes: `probabilities` (N, L), float64; `seeds` (S,), int64 → indices (S, B) in 0…N − 1, int64,
    and labels (S, B, L), bool, on the same device.
    """
    points, concepts = probabilities.shape
    on = probabilities.device
    indices = torch.empty(len(seeds), batch_size, dtype=torch.int64, device=on)
    labels = torch.empty(*indices.shape, concepts, dtype=torch.bool, device=on)
    if indices.numel():
        grid = _grid(len(seeds), batch_size)
        _draw_indices[grid](seeds, indices, step, batch_size, points, STREAM_COLORS, BLOCKS=BLOCKS)
    if labels.numel():
        _draw_labels[_grid(len(seeds), batch_size * concepts)](
            seeds,
            probabilities.contiguous(),
            indices,
            labels,
            step,
            batch_size,
            concepts,
            STREAM_LABELS,
            BLOCKS=BLOCKS,
        )
    return indices, labels


def _grid(seeds: int, draws: int) -> tuple[int]:
    return (seeds * triton.cdiv(draws, 4 * BLOCKS),)


@triton.jit
def _draw_indices(seeds, indices, step, batch, points, stream, BLOCKS: tl.constexpr):
    per_seed = tl.cdiv(batch, 4 * BLOCKS)
    row = (tl.program_id(0) // per_seed).to(tl.int64)
    block = tl.program_id(0) % per_seed * BLOCKS + tl.arange(0, BLOCKS)
    words = _philox(tl.load(seeds + row), block, step, stream)
    for word in tl.static_range(4):
        slot = 4 * block.to(tl.int64) + word
        drawn = (_uniform(words[word]) * points).to(tl.int64)
        tl.store(indices + row * batch + slot, drawn, mask=slot < batch)


@triton.jit
def _draw_labels(
    seeds,
    probabilities,
    indices,
    labels,
    step,
    batch,
    concepts,
    stream,
    BLOCKS: tl.constexpr,
):
    draws = batch * concepts
    per_seed = tl.cdiv(draws, 4 * BLOCKS)
    row = (tl.program_id(0) // per_seed).to(tl.int64)
    block = tl.program_id(0) % per_seed * BLOCKS + tl.arange(0, BLOCKS)
    words = _philox(tl.load(seeds + row), block, step, stream)
    for word in tl.static_range(4):
        slot = 4 * block.to(tl.int64) + word
        there = slot < draws
        index = tl.load(indices + row * batch + slot // concepts, mask=there, other=0)
        at = index * concepts + slot % concepts
        chance = tl.load(probabilities + at, mask=there, other=0.0)
        tl.store(labels + row * draws + slot, _uniform(words[word]) < chance, mask=there)


@triton.jit
def _uniform(word):
    """In [0, 1), of 53 bits: NumPy's."""
    return (word >> 11).to(tl.int64).to(tl.float64) * TWO_TO_MINUS_53


@triton.jit
def _philox(seed, block, step, stream):
    """The words of blocks of (seed, stream, step), which NumPy counts from 1.

    Source: Salmon et al., 2011, Philox4x64-10.
    """
    c0 = (block + 1).to(tl.uint64)
    c1 = tl.full(c0.shape, step, tl.uint64)
    c2 = tl.full(c0.shape, stream, tl.uint64)
    c3 = tl.full(c0.shape, 0, tl.uint64)
    k0 = seed.to(tl.uint64)
    k1 = k0 * 0
    a = tl.full(c0.shape, MULTIPLIER_0, tl.uint64)
    b = tl.full(c0.shape, MULTIPLIER_1, tl.uint64)
    for _ in tl.static_range(ROUNDS):
        high0, low0 = tl.umulhi(a, c0), a * c0
        high1, low1 = tl.umulhi(b, c2), b * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 += tl.full((), WEYL_0, tl.uint64)
        k1 += tl.full((), WEYL_1, tl.uint64)
    return c0, c1, c2, c3
