"""Time forward and backward passes of many small networks side by side, beside other ways.

Each run has a network of its own, of the shape of the main experiment's or another, and a batch of
its own; the loss is the mean squared error. Programs: colorcore's `passes`; the same formula in
plain torch, a `baddbmm` a layer; `torch.func`, a network mapped over its runs; the plain formula
under `torch.compile`; JAX, mapped and compiled.

    python benches/ensemble.py [--threads 1] [--repeats 9]
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import typer

from timing import Json, Programs, Row, Work, peer, print_machine, print_rows, save

BENCH = "ensemble"
WIDTHS = (3, 16, 16, 5, 16, 16, 3)
CASES = [(30, 64, WIDTHS), (60, 64, WIDTHS), (1000, 64, WIDTHS), (30, 1024, WIDTHS)]
CASES += [(30, 64, (8, 64, 64, 8)), (30, 64, (16, 256, 256, 16))]


def drawn(runs: int, batch: int, widths: tuple[int, ...]) -> tuple[Any, Any]:
    """Parameters (runs, parameters) and samples (runs, batch, in)."""
    rng = np.random.default_rng(0)
    count = sum(o * i + o for i, o in pairwise(widths))
    values = rng.uniform(-0.3, 0.3, (runs, count)).astype(np.float32)
    return values, rng.random((runs, batch, widths[0]), dtype=np.float32)


def network(widths: tuple[int, ...]) -> Any:
    from colorcore.kernels.ensemble import Network

    return Network(widths, ("gelu",) * (len(widths) - 2) + ("nothing",))


def by_torch(passes: Any, runs: int, batch: int, widths: tuple[int, ...]) -> Work:
    import torch

    numbers, samples = drawn(runs, batch, widths)
    values, x = torch.from_numpy(numbers).requires_grad_(), torch.from_numpy(samples)
    layers = network(widths)

    def work() -> tuple[Any, ...]:
        (y,) = passes(layers, values, x)
        (gradient,) = torch.autograd.grad(y.square().mean(dim=(1, 2)).sum(), values)
        return (gradient.numpy(),)

    return work


def by_colorcore(runs: int, batch: int, widths: tuple[int, ...]) -> Work:
    from colorcore.anchor.ensemble.networks import passes

    return by_torch(passes, runs, batch, widths)


def by_plain_torch(runs: int, batch: int, widths: tuple[int, ...]) -> Work:
    from colorcore.anchor.ensemble.networks import formula

    return by_torch(formula, runs, batch, widths)


def by_torch_func(runs: int, batch: int, widths: tuple[int, ...]) -> Work:
    import torch
    from torch import nn
    from torch.func import functional_call, grad, vmap

    numbers, samples = drawn(runs, batch, widths)
    parts: list[nn.Module] = []
    for i, o in pairwise(widths):
        parts += [nn.Linear(i, o), nn.GELU()]
    model, x = nn.Sequential(*parts[:-1]), torch.from_numpy(samples)
    parameters, start = {}, 0
    for name, parameter in model.named_parameters():
        stop = start + parameter.numel()
        some = torch.from_numpy(numbers[:, start:stop].copy())
        parameters[name], start = some.view(runs, *parameter.shape), stop

    def loss(own: dict[str, Any], x: Any) -> Any:
        return functional_call(model, own, (x,)).square().mean()

    step = vmap(grad(loss))

    def work() -> tuple[Any, ...]:
        found = step(parameters, x)
        return (torch.cat([g.flatten(1) for g in found.values()], dim=1).numpy(),)

    return work


def by_torch_compile(runs: int, batch: int, widths: tuple[int, ...]) -> Work:
    import torch

    from colorcore.anchor.ensemble.networks import formula

    return by_torch(torch.compile(formula), runs, batch, widths)


def by_jax(runs: int, batch: int, widths: tuple[int, ...]) -> Work:
    jax = peer("jax", "jax")
    numbers, samples = drawn(runs, batch, widths)

    def loss(row: Any, x: Any) -> Any:
        start = 0
        for layer, (i, o) in enumerate(pairwise(widths)):
            weight, stop = row[start : start + o * i].reshape(o, i), start + o * i
            x = x @ weight.T + row[stop : stop + o]
            start = stop + o
            if layer < len(widths) - 2:
                x = jax.nn.gelu(x, approximate=False)
        return (x**2).mean()

    step = jax.jit(jax.vmap(jax.grad(loss)))
    values, x = jax.numpy.asarray(numbers), jax.numpy.asarray(samples)
    return lambda: (np.asarray(step(values, x)),)


PROGRAMS = {
    "colorcore": by_colorcore,
    "plain torch": by_plain_torch,
    "torch.func": by_torch_func,
    "torch.compile": by_torch_compile,
    "JAX": by_jax,
}


def agree(results: dict[str, tuple[Any, ...]]) -> None:
    """Stop when programs do not compute the same."""
    first, *others = results.values()
    for other in others:
        size = np.abs(first[0]).max()
        np.testing.assert_allclose(other[0], first[0], rtol=0, atol=1e-4 * size)


def main(
    threads: Annotated[int, typer.Option(min=1)] = 1,
    repeats: Annotated[int, typer.Option(min=1)] = 9,
    rows_path: Json = None,
) -> None:
    """Time every case with every program and print times and ratios."""
    print_machine()
    rows: list[Row] = []
    with Programs(PROGRAMS, threads=threads) as programs:
        for runs, batch, widths in CASES:
            agree(programs.build(runs, batch, widths))
            shape = "-".join(map(str, widths))
            case = f"{runs} runs × {batch} samples, {shape}"
            rows += programs.time(BENCH, case, repeats=repeats)
            title = f"{case}: forward and backward, threads: {threads}"
            print_rows(title, rows[-len(PROGRAMS) :], unit="µs")
    save(rows_path, rows)


if __name__ == "__main__":
    typer.run(main)
