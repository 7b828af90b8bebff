"""Readers that are trained: small networks, of all runs and initialisations in one call a step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.anchor.audit.given import given, standardized
from colorcore.anchor.batches.batches import RandomBatches
from colorcore.errors import InputError
from colorcore.kernels.ensemble import Network, forward
from colorcore.kernels.fitting import fit
from colorcore.kernels.reference import STREAM_INITIAL, uniforms

BETAS, EPS = (0.9, 0.999), 1e-8

Array = NDArray[np.float32]


def read_network(
    latents: ArrayLike,
    wanted: ArrayLike,
    asked: ArrayLike,
    *,
    seeds: Sequence[int],
    weights: ArrayLike | None = None,
    widths: Sequence[int] = (16, 16),
    steps: int = 1500,
    batch_size: int = 64,
    rate: float = 0.03,
) -> NDArray[np.floating]:
    """A small network with GELU, trained on latents of each run, asked about others.

    It reads a concept's value or class, as a probe; or, as a fresh decoder, all that a model gives.
    A seed decides where it starts and which samples it sees when, each drawn as often as its
    weight says. It is trained by Adam on squared errors, at a rate that falls to 0 along a cosine.
    A run and a seed give the same bits alone and among others.

    Shapes: as `read_linear` has them; `seeds` (seeds,), whole numbers from 0 on; `widths` of the
    layers between → (seeds, runs, points) or (seeds, runs, points, numbers).

    Raises: InputError as `read_linear`, for no seeds, or training that diverges; ValueError for
    seeds or widths out of range.

    Example:

        >>> latents = np.linspace(-1, 1, 50)[None, :, None]
        >>> read_network(latents, latents[0, :, 0] ** 2, [[[0.5]]], seeds=[0, 1]).round(2)
        array([[[0.25]],
        <BLANKLINE>
               [[0.25]]])
    """
    if not len(seeds):
        raise InputError("seeds must be at least one, got none; give one an initialisation")
    one = given(latents, wanted, asked, weights)
    seen, new = (array.astype(np.float32) for array in standardized(one))
    middle = np.average(one.wanted, axis=0, weights=one.weights)
    spread = np.sqrt(np.average(np.square(one.wanted - middle), axis=0, weights=one.weights).mean())
    scale = spread or 1.0  # alike for all numbers: each error counts as it is
    sizes = (seen.shape[-1], *widths, one.wanted.shape[-1])
    network = Network(sizes, ("gelu",) * len(widths) + ("nothing",))
    goal = ((one.wanted - middle) / scale).astype(np.float32)
    values = _initial(network, seeds, runs=len(seen))
    for own, seed in zip(values, seeds, strict=True):
        batches = RandomBatches(
            seen.shape[1], batch_size, seed=seed, steps=steps, weights=one.weights
        )
        _train(network, own, seen, goal, batches, rate)
    found = np.stack([forward(network, own, new, keep=False)[0][0] for own in values])
    return one.answers(found.astype(np.float64) * scale + middle)


def _initial(network: Network, seeds: Sequence[int], *, runs: int) -> Array:
    """Parameters uniform in ±1/√fan_in, alike in all runs. Shapes: (seeds, runs, parameters)."""
    bounds = [np.full(o * i + o, 1 / math.sqrt(i)) for i, o in pairwise(network.widths)]
    draws = [uniforms(seed, STREAM_INITIAL, 0, network.parameters) for seed in seeds]
    start = ((2 * np.array(draws) - 1) * np.concatenate(bounds)).astype(np.float32)
    return np.repeat(start[:, None], runs, axis=1)


def _train(
    network: Network,
    values: Array,
    latents: Array,
    goal: Array,
    batches: RandomBatches,
    rate: float,
) -> None:
    """Move the parameters of all runs, in place.

    Shapes: `values` (runs, parameters), `latents` (runs, samples, latent), `goal` (samples,
    numbers).
    """
    steps = range(batches.steps)
    drawn = np.stack([batches.batch(step) for step in steps])
    rates = [rate * (1 + math.cos(math.pi * step / batches.steps)) / 2 for step in steps]
    fit(network, values, latents, goal, drawn, rates=rates, betas=BETAS, eps=EPS)
    if not np.isfinite(values).all():
        raise InputError(
            f"rate: wanted training that converges, got parameters that are not finite at {rate}; "
            "lower it"
        )
