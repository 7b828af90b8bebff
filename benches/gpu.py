"""Time the angular separation on a GPU, value and gradient, and the peak of the card's memory.

    python benches/gpu.py [--json docs/timings/gpu.json]

The peers are the formula in torch as it comes, with its matrices of pairs; the same compiled;
colorcore's own in torch, by tiles, as devices without Triton have it; and KeOps, which holds no
matrix either. What they compute is compared first. Draws are compared with the CPU's and a copy.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch import Tensor

from colorcore.anchor.batches import gpu_draws
from colorcore.anchor.separation import operators
from colorcore.anchor.separation.angular import angular_separation
from colorcore.kernels.labels import drawer
from colorcore.kernels.reference import EPSILON, SAME
from timing import Json, NotRunError, Row, check, peer, print_machine, print_rows, save

SIZES, WIDTHS = [4096, 16384, 65536], [5, 64, 768]
POWER = 100
WIDEST_LAZY = (
    64  # coordinates: KeOps holds a vector in registers, and takes minutes to compile more
)
TOLERANCE = 2e-4  # a cosine is rounded to 6e-8 of itself, and power 100 makes that 6e-6

TILES = "torch, by tiles"

Separate = Callable[[Tensor], Tensor]


def naive(z: Tensor) -> Tensor:
    """The formula as one writes it."""
    units = z / (z.norm(dim=-1, keepdim=True) + EPSILON)
    cosines = units @ units.mT
    counts = (cosines - 1).abs() > SAME
    return (((cosines + 1) / 2).clamp(min=0) ** POWER).where(counts, 0).sum(dim=-1)


def lazy(z: Tensor) -> Tensor:
    """By KeOps, which compiles the formula to a loop over pairs."""
    if z.shape[-1] > WIDEST_LAZY:
        raise NotRunError("left out: minutes to compile")
    with contextlib.redirect_stdout(io.StringIO()):
        symbol: Any = peer("pykeops.torch", "pykeops").LazyTensor
    units = z / (z.norm(dim=-1, keepdim=True) + EPSILON)
    cosines = (symbol(units[:, None, :]) * symbol(units[None, :, :])).sum(-1)
    counts = ((cosines - 1).abs() - SAME).step()
    return (((cosines + 1) / 2).relu() ** POWER * counts).sum(1)[:, 0]


PROGRAMS: dict[str, Separate] = {
    "colorcore": angular_separation,
    "torch": naive,
    "torch.compile": naive,
    TILES: angular_separation,
    "KeOps": lazy,
}


def once(separate: Separate, z: Tensor) -> tuple[Tensor, Tensor]:
    """Losses, and the gradient of their mean."""
    losses = separate(z)
    (grad,) = torch.autograd.grad(losses.mean(), z)
    return losses.detach(), grad


def timed(name: str, sizes: list[tuple[int, int]]) -> list[Row]:
    """One program at all sizes, in a process of its own: what it does to the card ends with it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        try:
            return list(pool.map(_row, [name] * len(sizes), sizes))
        except BrokenProcessPool:
            return [Row("gpu", _case(size), name, reason="crashed") for size in sizes]


def _row(name: str, size: tuple[int, int]) -> Row:
    """One program at one size, once it agrees with colorcore."""
    torch.compiler.reset()
    torch.cuda.empty_cache()
    torch.manual_seed(0)
    z = torch.randn(size, device="cuda", requires_grad=True)
    operators.HAS_TRITON = True
    wanted, separate = once(angular_separation, z), PROGRAMS[name]
    operators.HAS_TRITON = name != TILES
    if name == "torch.compile":
        separate = torch.compile(separate, dynamic=False)
    try:
        found = once(separate, z)  # compiled here
        for got, known in zip(found, wanted, strict=True):
            error = ((got - known).abs().max() / known.abs().max()).item()
            check(error < TOLERANCE, f"{name} is off by {error:.1e} at {_case(size)}")
        del found, wanted
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        once(separate, z)
        growth = torch.cuda.max_memory_allocated() - before
        return Row("gpu", _case(size), name, seconds(lambda: once(separate, z)), growth)
    except torch.OutOfMemoryError:
        return Row("gpu", _case(size), name, reason="out of memory")
    except NotRunError as reason:
        return Row("gpu", _case(size), name, reason=str(reason))


def _case(size: tuple[int, int]) -> str:
    return " × ".join(f"{length:,}" for length in size)


def seconds(work: Callable[[], object]) -> float:
    """Median seconds a call, by the card's own clock and with cold caches."""
    from triton.testing import do_bench

    found: Any = do_bench(work, warmup=50, rep=300, return_mode="median")
    return found / 1e3


def draws(points: int, batch: int) -> list[Row]:
    """A batch with one label a sample, drawn on the card; and on the CPU, with its copy."""
    chances = np.random.default_rng(0).random((points, 1))
    table, seeds = torch.from_numpy(chances).cuda(), torch.tensor([0], device="cuda")
    draw = drawer(np.zeros((points, 1)), chances, seeds=[0], batch_size=batch)

    def on_card() -> tuple[Tensor, ...]:
        return gpu_draws.draw_batch(table, seeds=seeds, step=7, batch_size=batch)

    def on_cpu() -> tuple[Tensor, ...]:
        return tuple(torch.from_numpy(found).cuda() for found in draw(7))

    same = all(torch.equal(a, b) for a, b in zip(on_card(), on_cpu(), strict=True))
    check(same, "the card and the CPU draw differently")
    case = f"{batch:,} of {points:,}"
    rows = [
        Row("gpu draws", case, name, seconds(work))
        for name, work in {"colorcore": on_card, "CPU and a copy": on_cpu}.items()
    ]
    print_rows(f"draws: {case}", rows)
    return rows


def main(
    rows_path: Json = None,
    batch: Annotated[list[int], typer.Option()] = SIZES,
    width: Annotated[list[int], typer.Option()] = WIDTHS,
) -> None:
    """Print time and peak of memory of value and gradient, float32, and the time of draws."""
    if not torch.cuda.is_available():
        raise SystemExit("wanted a GPU, found none; on the CPU, benches/separation.py does it")
    print_machine()
    card = torch.cuda.get_device_name()
    print(card)
    sizes = [(b, k) for k in width for b in batch]
    rows = draws(1_000_000, 65_536)
    for name in PROGRAMS:
        rows += timed(name, sizes)
        save(rows_path, rows, gpu=card)  # a machine that is lent may be gone before the end
    for size in sizes:
        of_size = [row for row in rows if row.case == _case(size)]
        print_rows(_case(size), of_size, memory=True)


if __name__ == "__main__":
    typer.run(main)
