"""Train an experiment in JAX: `vmap` over seeds, `scan` over steps, compiled as one program.

    python benches/jax_sweep.py [--seeds 60] [--shards 1 --shard 0] [--json sweep.json]

A peer for `benches/train.py`: the same model, terms, schedule and optimiser, but JAX's own random
numbers, so that its runs are other runs of the same experiment.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from colorcore.colors.cubes import flat_colors, validation_grid
from colorcore.experiment.labels import probabilities
from colorcore.experiment.loading import Experiment, load
from colorcore.experiment.settings import (
    AngularAnchor,
    AngularSeparation,
    Regularizer,
    RepelSubspace,
)
from colorcore.kernels.reference import EPSILON, SAME
from colorcore.outputs import write_text
from timing import NotRunError, peer

CHANNELS = 3
TINY = 1e-12  # as torch's normalize, keeps the direction of a zero vector defined

os.environ.setdefault("JAX_PLATFORMS", "cpu")
try:
    jax, jnp = peer("jax", "jax"), peer("jax.numpy", "jax")
except NotRunError as reason:
    raise SystemExit(f"JAX: {reason}") from None


def initialize(key: Any, experiment: Experiment) -> list[tuple[Any, Any]]:
    """Weights and biases of one run, uniform in ±1/√fan_in. The encoder's layers come first."""
    model = experiment.model
    inner = [model.hidden] * model.depth
    widths = [CHANNELS, *inner, model.latent, *inner, CHANNELS]
    layers = []
    for fan_in, fan_out in pairwise(widths):
        key, one, other = jax.random.split(key, 3)
        bound = 1 / math.sqrt(fan_in)
        weight = jax.random.uniform(one, (fan_in, fan_out), minval=-bound, maxval=bound)
        layers.append((weight, jax.random.uniform(other, (fan_out,), minval=-bound, maxval=bound)))
    return layers


def chain(layers: list[tuple[Any, Any]], x: Any) -> Any:
    """Apply layers with exact GELU between them. Shapes: (batch, in) → (batch, out)."""
    for i, (weight, bias) in enumerate(layers):
        x = (jax.nn.gelu(x, approximate=False) if i else x) @ weight + bias
    return x


def forward(layers: list[tuple[Any, Any]], colors: Any) -> tuple[Any, Any]:
    """Latents of unit length (batch, latent) and recon (batch, 3) of colours (batch, 3)."""
    half = len(layers) // 2
    encoded = chain(layers[:half], colors)
    # The root of a sum that is kept off 0: a norm has no gradient there.
    square = jnp.maximum((encoded**2).sum(axis=-1, keepdims=True), TINY**2)
    latents = encoded / jnp.sqrt(square)
    return latents, chain(layers[half:], latents)


def per_sample(term: Regularizer) -> Callable[[Any], Any]:
    """A regularizer's loss for each sample. Shapes: (batch, latent) → (batch,)."""
    match term:
        case AngularSeparation():
            power = int(term.power) if term.power % 1 == 0 else term.power

            def separate(z: Any) -> Any:
                units = z / (jnp.linalg.norm(z, axis=-1, keepdims=True) + EPSILON)
                cosines = units @ units.T
                base = jnp.maximum((cosines + 1) / 2, 0) if term.shift else cosines
                return (base**power * (jnp.abs(cosines - 1) > SAME)).sum(axis=-1)

            return separate
        case AngularAnchor():
            target = np.asarray(term.direction, dtype=np.float32)
            target /= np.linalg.norm(target)
            return lambda z: 1 - z @ target / (jnp.linalg.norm(z, axis=-1) + EPSILON)
        case RepelSubspace():
            return lambda z: (z[:, np.asarray(term.dims)] ** 2).sum(axis=-1)
    raise SystemExit(f"{type(term).__name__} has no port to JAX; choose another experiment")


def objective(experiment: Experiment) -> Callable[..., tuple[Any, Any]]:
    """The function (layers, colours, labels, weights) → (loss, mean squared error) of one run."""
    concepts = list(experiment.concepts)
    terms = [(per_sample(term), term.labels) for term in experiment.regularizers.values()]

    def loss(layers: Any, colors: Any, labels: Any, weights: Any) -> tuple[Any, Any]:
        latents, recon = forward(layers, colors)
        error = ((recon - colors) ** 2).mean()
        total = error
        for i, (term, affinities) in enumerate(terms):
            losses = term(latents)
            if affinities:
                share = labels @ np.array([affinities.get(c, 0.0) for c in concepts], np.float32)
                total += weights[i] * (losses * share).sum() / (share.sum() + EPSILON)
            else:
                total += weights[i] * losses.mean()
        return total, error

    return loss


def sweep(experiment: Experiment) -> Callable[[Any], tuple[Any, Any]]:
    """The function from one seed to its trained layers and its error at each step."""
    likely = probabilities(
        experiment.palette, experiment.concepts.values(), experiment.targets.values()
    )
    chances = jnp.asarray(likely, jnp.float32)
    palette = jnp.asarray(experiment.palette.colors, jnp.float32)
    table = experiment.schedule.table
    rates = jnp.asarray(table["lr"].to_numpy(), jnp.float32)
    weights = jnp.asarray(table[list(experiment.regularizers)].to_numpy(), jnp.float32)
    gradient = jax.value_and_grad(objective(experiment), has_aux=True)
    decay, decay_square = experiment.optimizer.betas
    batch, eps, steps = experiment.data.batch_size, experiment.optimizer.eps, len(table)

    def step(state: Any, now: Any) -> tuple[Any, Any]:
        layers, means, squares = state
        key, rate, weight, count = now
        which, whether = jax.random.split(key)
        indices = jax.random.randint(which, (batch,), 0, len(palette))
        labels = jax.random.uniform(whether, (batch, chances.shape[1])) < chances[indices]
        (_, error), grads = gradient(layers, palette[indices], labels.astype(jnp.float32), weight)
        means = jax.tree.map(lambda m, g: decay * m + (1 - decay) * g, means, grads)
        squares = jax.tree.map(
            lambda s, g: decay_square * s + (1 - decay_square) * g * g, squares, grads
        )
        near, far = 1 - decay**count, 1 - decay_square**count
        layers = jax.tree.map(
            lambda p, m, s: p - rate / near * m / (jnp.sqrt(s / far) + eps), layers, means, squares
        )
        return (layers, means, squares), error

    def train(seed: Any) -> tuple[Any, Any]:
        first, second = jax.random.split(jax.random.key(seed))
        layers = initialize(first, experiment)
        zeros = jax.tree.map(jnp.zeros_like, layers)
        counts = jnp.arange(1, steps + 1, dtype=jnp.float32)
        told = (jax.random.split(second, steps), rates, weights, counts)
        (layers, *_), errors = jax.lax.scan(step, (layers, zeros, zeros), told)
        return layers, errors

    return train


def validation(layers: Any) -> Any:
    """Mean squared error of each run on colours off the training grid. Shapes: (runs,)."""
    colors = jnp.asarray(flat_colors(validation_grid()), jnp.float32)
    _, recon = jax.vmap(forward, in_axes=(0, None))(layers, colors)
    return ((recon.clip(0, 1) - colors) ** 2).mean(axis=(1, 2))


def main(
    experiment: Annotated[Path, typer.Option()] = Path("experiments/ex-2.10.1"),
    seeds: Annotated[int, typer.Option(min=1)] = 60,
    shards: Annotated[int, typer.Option(min=1)] = 1,
    shard: Annotated[int, typer.Option(min=0)] = 0,
    out: Annotated[Path | None, typer.Option("--json", help="Write results here too.")] = None,
) -> None:
    """Compile, train and print how long each took and how well the runs turned out."""
    own = jnp.arange(seeds * shard // shards, seeds * (shard + 1) // shards)
    started = time.perf_counter()
    compiled = jax.jit(jax.vmap(sweep(load(experiment)))).lower(own).compile()
    ready = time.perf_counter()
    layers, errors = jax.block_until_ready(compiled(own))
    ended = time.perf_counter()
    result = {
        "compile": ready - started,
        "train": ended - ready,
        "val_mse": np.asarray(validation(layers)).tolist(),
        "recon": np.asarray(errors)[:, -1].tolist(),
    }
    print(f"JAX, {len(own)} seeds: compiled in {result['compile']:.1f} s, ", end="")
    print(f"trained in {result['train']:.1f} s; mean validation MSE ", end="")
    print(f"{np.mean(result['val_mse']):.2e}, last batch's {np.mean(result['recon']):.2e}")
    if out is not None:
        write_text(out, json.dumps(result) + "\n")


if __name__ == "__main__":
    typer.run(main)
