"""The kernels for ensembles in plain NumPy: the executable specification.

Written to be read, not to be fast, and not to check its arguments: `colorcore.kernels.ensemble` and
`colorcore.kernels.objective` do. Tests hold the compiled kernels to these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorcore.kernels.reference import (
    EPSILON,
    Array,
    angular_separation,
    angular_separation_grad,
)

if TYPE_CHECKING:
    from colorcore.kernels.ensemble import Network
    from colorcore.kernels.objective import Given, Term

SHORTEST = 1e-12  # a length below this counts as this


class Layer(NamedTuple):
    """One layer as it was passed: its parameters, its rows, and what followed them.

    Shapes: `weight` (runs, out, in), `x` (runs, batch, in), `before` and `made` (runs, batch, out).
    """

    weight: Array
    x: Array
    before: Array
    made: Array


def layers(network: Network, values: Array) -> list[tuple[Array, Array]]:
    """Weights (runs, out, in) and biases (runs, out) of each layer."""
    found, start = [], 0
    for fan_in, fan_out in pairwise(network.widths):
        stop = start + fan_out * fan_in
        weight = values[:, start:stop].reshape(-1, fan_out, fan_in)
        found.append((weight, values[:, stop : stop + fan_out]))
        start = stop + fan_out
    return found


def passed(network: Network, values: Array, x: Array) -> list[Layer]:
    """Every layer as it was passed. Shapes: (runs, parameters), (runs, batch, in)."""
    found = []
    for (weight, bias), then in zip(layers(network, values), network.then, strict=True):
        before = x @ weight.mT + bias[:, None]
        made = {"nothing": lambda y: y, "gelu": lambda y: gelu(y)[0], "unit": unit}[then](before)
        found.append(Layer(weight, x, before, made))
        x = made
    return found


def forward(network: Network, values: Array, x: Array) -> list[Array]:
    """What the network gives. Shapes: (runs, parameters), (runs, batch, in) → (runs, batch, …)."""
    found = passed(network, values, x)
    return [
        found[output.layer].before if output.is_before else found[output.layer].made
        for output in network.outputs
    ]


def backward(
    network: Network, values: Array, x: Array, upstream: Sequence[Array | None]
) -> tuple[Array, Array]:
    """Gradients by parameters and inputs. Shapes: (runs, parameters), (runs, batch, in)."""
    found, parts = passed(network, values, x), []
    gradient = np.zeros_like(found[-1].made)
    for index in reversed(range(len(found))):
        weight, x, before, _ = found[index]
        outside = {
            output.is_before: g
            for output, g in zip(network.outputs, upstream, strict=True)
            if output.layer == index and g is not None
        }
        gradient = gradient + outside.get(False, 0)
        if network.then[index] == "gelu":
            gradient = gradient * gelu(before)[1]
        if network.then[index] == "unit":
            gradient = unit_grad(before, gradient) + outside.get(True, 0)
        by_weight = (gradient.mT @ x).reshape(len(values), weight[0].size)
        parts = [by_weight, gradient.sum(axis=1), *parts]
        gradient = gradient @ weight
    return np.concatenate(parts, axis=1), gradient


def gelu(x: Array) -> tuple[Array, Array]:
    """x · Φ(x) and Φ(x) + x · φ(x). Shapes: any."""
    wide = x.astype(np.float64)
    share = np.vectorize(math.erfc, otypes=[np.float64])(-wide / math.sqrt(2)) / 2
    density = np.exp(-np.square(wide) / 2) / math.sqrt(2 * math.pi)
    return (wide * share).astype(x.dtype), (share + wide * density).astype(x.dtype)


def unit(x: Array) -> Array:
    """x/max(‖x‖, 1e-12). Shapes: (…, k)."""
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), SHORTEST)


def unit_grad(x: Array, upstream: Array) -> Array:
    """(g − u (u·g))/‖x‖; of a vector that is as good as none, g/1e-12. Shapes: (…, k)."""
    length, units = np.linalg.norm(x, axis=-1, keepdims=True), unit(x)
    along = (units * upstream).sum(axis=-1, keepdims=True)
    along = np.where(length < SHORTEST, 0, along)
    return (upstream - units * along) / np.maximum(length, SHORTEST)


def adam(
    values: Array,
    mean: Array,
    square: Array,
    gradient: Array,
    rate: float,
    betas: tuple[float, float],
    eps: float,
    count: int,
) -> None:
    """One step, in place. Both averages start at 0; the corrections undo the pull of that start."""
    mean += (1 - betas[0]) * (gradient - mean)
    square *= betas[1]
    square += (1 - betas[1]) * np.square(gradient)
    spread = np.sqrt(square / (1 - betas[1] ** count)) + eps
    values -= rate / (1 - betas[0] ** count) * mean / spread


def fit(
    network: Network,
    values: Array,
    samples: Array,
    wanted: Array,
    drawn: Array,
    rates: Array,
    *,
    betas: tuple[float, float],
    eps: float,
) -> None:
    """Adam's steps down the mean squared error of what each step draws, in place."""
    mean, square = np.zeros_like(values), np.zeros_like(values)
    for count, (places, rate) in enumerate(zip(drawn, rates, strict=True), start=1):
        x = samples[:, places]
        (found,) = forward(network, values, x)
        error = (found - wanted[places]) * found.dtype.type(2 / found[0].size)
        gradient, _ = backward(network, values, x, [error])
        adam(values, mean, square, gradient, float(rate), betas, eps, count)


def objective(given: Given, terms: Sequence[Term]) -> Array:
    """Mean squared error and each term, unweighted. Shapes: → (1 + terms, runs)."""
    recon = np.square(given.recon - given.wanted).mean(axis=(1, 2))
    found = [recon]
    for term in terms:
        weights = _weights(given, term)
        z, targets = _aimed(given, term, weights)
        found.append((weights * _losses(term, z, targets)).sum(axis=-1))
    return np.stack(found)


def objective_grad(
    given: Given, terms: Sequence[Term], upstream: Array
) -> tuple[Array, Array, Array]:
    """Gradients by encoder, bottleneck and reconstruction. Shapes: `upstream` (1 + terms, runs)."""
    found = [np.zeros_like(latents) for latents in given.layers]
    for term, share in zip(terms, upstream[1:], strict=True):
        weights = _weights(given, term)
        z, targets = _aimed(given, term, weights)
        found[term.layer] += _slope(term, z, targets, weights * share[:, None])
    error = given.recon - given.wanted
    by_recon = upstream[0][:, None, None] * 2 * error / error[0].size
    return found[0], found[1], by_recon


def _weights(given: Given, term: Term) -> Array:
    """How much each sample counts in the average of a term. Shapes: (runs, batch)."""
    if term.affinities is None:
        return np.full(given.recon.shape[:2], 1 / given.recon.shape[1], given.recon.dtype)
    affinity = given.labels @ np.array(term.affinities, given.recon.dtype)
    return affinity / (affinity.sum(axis=-1, keepdims=True) + EPSILON)


def _aimed(given: Given, term: Term, weights: Array) -> tuple[Array, Array]:
    """What a term looks at, and what that is drawn to. Shapes: `weights` (runs, batch)."""
    z = given.layers[term.layer]
    if term.kind != "hide":
        return z, _targets(term, z, weights)
    left = np.where(term.off_axis, z, 0)
    colors = given.wanted - given.wanted.mean(axis=1, keepdims=True)
    near = 1 - np.square(colors).sum(axis=-1) / z.dtype.type(term.power) ** 2
    half = np.linalg.norm(z, axis=-1, keepdims=True) / 2
    off = (np.array(term.off_axis, bool) | (np.abs(z) < half)).all(axis=-1)
    typical = np.maximum(near, 0) ** 3 * (off & (weights == 0))
    return left, _short((typical[..., None] * _short(left)).sum(axis=1, keepdims=True))


def _targets(term: Term, z: Array, weights: Array) -> Array:
    """The term's vector, or the direction that a tilted anchor draws each sample to.

    Shapes: (runs, batch, k), (runs, batch) → what multiplies (runs, batch, k).
    """
    vector = np.array(term.vector, z.dtype)
    if term.kind != "tilted-anchor":
        return vector
    others = _short(np.where(term.off_axis, z, 0))
    if term.flag:
        off = _short(others.sum(axis=1, keepdims=True))
    else:
        sought = (weights == 0) & others.any(axis=-1)
        cosines = np.where(sought[:, None], others @ others.mT, -np.inf)
        off = np.take_along_axis(others, cosines.argmax(axis=-1)[..., None], axis=1)
        off = np.where(sought.any(axis=-1)[:, None, None], off, 0)
    return _short(vector + z.dtype.type(term.power) * off)


def _short(x: Array) -> Array:
    """x/(‖x‖ + 1e-8). Shapes: (…, k)."""
    return x / (np.linalg.norm(x, axis=-1, keepdims=True) + EPSILON)


def _losses(term: Term, z: Array, vector: Array) -> Array:
    """What each sample costs. Shapes: (runs, batch, k) → (runs, batch)."""
    length = np.linalg.norm(z, axis=-1)
    match term.kind:
        case "separation":
            return angular_separation(z, power=term.power, shift=term.flag)
        case "angular-anchor" | "tilted-anchor":
            return 1 - (z * vector).sum(axis=-1) / (length + EPSILON)
        case "hide":
            cosine = (z * vector).sum(axis=-1) / (length + EPSILON)
            return np.where(vector.any(axis=-1), 1 - cosine, 0)
        case "euclidean-anchor":
            return np.square(z - vector).sum(axis=-1)
        case "anti-anchor":
            cosine = z @ vector / (length + EPSILON)
            return (cosine + 1) / 2 if term.flag else np.maximum(cosine, 0)
        case "subspace":
            return np.square(z if term.flag else np.minimum(z, 0)) @ vector
        case _:
            return np.square(length - 1)


def _slope(term: Term, z: Array, vector: Array, weights: Array) -> Array:
    """Gradient of Σ weight · loss. Shapes: (runs, batch, k), (runs, batch) → (runs, batch, k)."""
    length = np.linalg.norm(z, axis=-1, keepdims=True)
    weight = weights[..., None]
    # The norm has no slope at the zero vector; 0 is the subgradient that PyTorch takes too.
    direction = np.where(length == 0, 0, z / np.where(length == 0, 1, length))
    match term.kind:
        case "separation":
            return angular_separation_grad(z, weights, power=term.power, shift=term.flag)
        case "euclidean-anchor":
            return weight * 2 * (z - vector)
        case "subspace":
            return weight * 2 * (z if term.flag else np.minimum(z, 0)) * vector
        case "unitarity":
            return weight * 2 * (length - 1) * direction
    scale = length + EPSILON
    cosine = (z * vector).sum(axis=-1, keepdims=True) / scale
    by_cosine = (vector - cosine * direction) / scale
    if term.kind in ("angular-anchor", "tilted-anchor", "hide"):
        return -weight * by_cosine
    return weight * by_cosine * (0.5 if term.flag else cosine >= 0)
