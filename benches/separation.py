"""Time the angular separation, value and gradient, beside the same formula in plain torch.

    python benches/separation.py [--threads 1]

The peers are the formula in torch as it comes, and with subnormal numbers flushed to zero: most of
what high powers make of a cosine is subnormal, and arithmetic on that is slow.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Annotated

import typer


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Median time of some calls, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main(threads: Annotated[int, typer.Option(min=1)] = 1) -> None:
    """Print milliseconds for many small batches and for one large batch."""
    os.environ["COLORCORE_NUM_THREADS"] = str(threads)
    import torch

    from colorcore.separation import angular_separation, formula

    torch.set_num_threads(threads)

    def step(separate: Callable, latents: torch.Tensor) -> Callable[[], object]:
        return lambda: torch.autograd.grad(separate(latents, 100.0, True).sum(), latents)

    print(f"value and gradient, power 100, float32, {threads} threads; milliseconds")
    for shape, repeats in (((60, 64, 5), 30), ((8192, 5), 3)):
        generator = torch.Generator().manual_seed(0)
        latents = torch.randn(shape, generator=generator).requires_grad_()
        rust = median_seconds(step(angular_separation, latents), repeats)
        naive = median_seconds(step(formula, latents), repeats)
        torch.set_flush_denormal(True)
        flushed = median_seconds(step(formula, latents), repeats)
        torch.set_flush_denormal(False)
        print(
            f"  {shape!s:13}  colorcore {1e3 * rust:8.2f}   torch {1e3 * naive:8.2f} "
            f"({naive / rust:.1f}×)   torch, flushed {1e3 * flushed:8.2f} ({flushed / rust:.1f}×)"
        )


if __name__ == "__main__":
    typer.run(main)
