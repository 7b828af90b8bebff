"""Every kernel in plain NumPy: the executable specification.

Written to be read, not to be fast, and not to check its arguments: `colorcore.kernels` does. Tests
hold the compiled kernels to these.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STREAM_COLORS, STREAM_LABELS, STREAM_INITIAL, STREAM_ORDER = 0, 1, 2, 3
"""What a draw is for. Streams of one seed share nothing."""

EPSILON = 1e-8  # added to a norm, so that the zero vector has a direction: none
SAME = 1e-5 + 1e-8  # how close to 1 a cosine is for its two directions to be the same

Array = NDArray[Any]


def uniforms(seed: int, stream: int, step: int, count: int) -> NDArray[np.float64]:
    """The first `count` uniforms of (seed, stream, step). Shapes: (count,), in [0, 1).

    The key is the run and the counter says where in the run.

    Source: Salmon et al., 2011, Philox4x64-10, as NumPy has it.
    """
    bits = np.random.Philox(key=[seed, 0], counter=[0, step, stream, 0])
    return np.random.Generator(bits).random(count)


def rgb_cube(r: Array, g: Array, b: Array) -> Array:
    """Every combination of three axes. Shapes: (R,), (G,), (B,) → (R, G, B, 3)."""
    return np.stack(np.meshgrid(r, g, b, indexing="ij"), axis=-1)


def hsv_cube(h: Array, s: Array, v: Array) -> Array:
    """RGB of every combination of three axes. Shapes: (H,), (S,), (V,) → (H, S, V, 3)."""
    return hsv_to_rgb(rgb_cube(h, s, v))


def rgb_to_hsv(rgb: Array) -> Array:
    """Shapes: (…, 3) → (…, 3), hue in turns. Source: Python's `colorsys`, step by step."""
    r, g, b = np.moveaxis(rgb, -1, 0)
    high, low = rgb.max(axis=-1), rgb.min(axis=-1)
    gray = high == low
    span = np.where(gray, 1, high - low)
    rc, gc, bc = (high - r) / span, (high - g) / span, (high - b) / span
    sixths = np.where(r == high, bc - gc, np.where(g == high, 2 + rc - bc, 4 + gc - rc))
    hue = np.where(gray, 0, (sixths / 6) % 1)
    saturation = np.where(gray, 0, span / np.where(gray, 1, high))
    return np.stack([hue, saturation, high], axis=-1).astype(rgb.dtype)


def hsv_to_rgb(hsv: Array) -> Array:
    """Shapes: (…, 3), hue in turns → (…, 3). Source: Python's `colorsys`, step by step."""
    h, s, v = np.moveaxis(hsv, -1, 0)
    sixths = (h % 1) * 6
    sector = np.floor(sixths).astype(int) % 6
    along = sixths - np.floor(sixths)
    p, q, t = v * (1 - s), v * (1 - s * along), v * (1 - s * (1 - along))
    choices = [(v, t, p), (q, v, p), (p, v, t), (p, q, v), (t, p, v), (v, p, q)]
    rgb = [np.choose(sector, channel) for channel in zip(*choices, strict=True)]
    return np.where((s == 0)[..., None], v[..., None], np.stack(rgb, axis=-1)).astype(hsv.dtype)


def draw_batch(
    colors: Array, probabilities: Array, *, seeds: Array, step: int, batch_size: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Indices drawn uniformly with replacement, and a Bernoulli label a sample and concept.

    Shapes: (N, 3), (N, L), (S,) → (S, B) and (S, B, L).
    """
    points, concepts = probabilities.shape
    shape = (len(seeds), batch_size, concepts)
    indices = np.empty(shape[:2], dtype=np.int64)
    labels = np.empty(shape, dtype=bool)
    for i, seed in enumerate(seeds.tolist()):
        indices[i] = uniforms(seed, STREAM_COLORS, step, batch_size) * points
        chances = uniforms(seed, STREAM_LABELS, step, batch_size * concepts)
        labels[i] = chances.reshape(shape[1:]) < probabilities[indices[i]]
    return indices, labels


def draw_labels(
    indices: Array, slots: Array, probabilities: Array, *, seed: int, step: int
) -> NDArray[np.bool_]:
    """A Bernoulli label a given sample and concept: that of its slot in the batch of `draw_batch`.

    Shapes: (B,), (B,), (N, L) → (B, L).
    """
    concepts = probabilities.shape[1]
    batch = int(slots.max(initial=0)) + 1  # as far as it matters
    chances = uniforms(seed, STREAM_LABELS, step, batch * concepts).reshape(batch, concepts)
    return chances[slots.astype(np.int64)] < probabilities[indices]


def angular_separation(latents: Array, *, power: float, shift: bool) -> Array:
    """ℓᵢ = Σⱼ s_ij^power over the pairs that are not the same direction.

    Shapes: (…, B, K) → (…, B).
    """
    _, base, counts = _pairs(latents, shift=shift)
    return np.where(counts, base**power, 0).sum(axis=-1)


def angular_separation_grad(latents: Array, upstream: Array, *, power: float, shift: bool) -> Array:
    """Gradient of Σ upstream · ℓ, the choice of pairs held constant.

    Shapes: (…, B, K), (…, B) → (…, B, K).
    """
    units, base, counts = _pairs(latents, shift=shift)
    slope = power * base ** (power - 1) * (0.5 if shift else 1.0)
    # A pair is in the loss of both its samples.
    both = upstream[..., :, None] + upstream[..., None, :]
    by_unit = (np.where(counts, slope, 0) * both) @ units
    length = np.linalg.norm(latents, axis=-1, keepdims=True)
    scale = length + EPSILON
    along = (by_unit * latents).sum(axis=-1, keepdims=True)
    # The norm has no slope at the zero vector; 0 is the subgradient that PyTorch takes too.
    pull = np.where(length == 0, 0, along / np.where(length == 0, 1, length * scale**2))
    return (by_unit / scale - latents * pull).astype(latents.dtype)


def _pairs(latents: Array, *, shift: bool) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Unit vectors (…, B, K), what is raised to the power and which pairs count (…, B, B)."""
    units = latents / (np.linalg.norm(latents, axis=-1, keepdims=True) + EPSILON)
    cosines = units @ units.mT
    counts = ~(np.abs(cosines - 1) <= SAME)  # so that a NaN counts, and shows
    # Rounding can take a cosine just under −1, where a fractional power has no value.
    base = np.maximum((cosines + 1) / 2, 0) if shift else cosines
    return units, base, counts
