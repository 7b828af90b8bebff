"""Time the angular separation, value and gradient, beside the same formula in other programs.

    python benches/separation.py [--json rows.json]

The peers are the formula in torch as it comes, and with subnormal numbers flushed to zero: most of
what high powers make of a cosine is subnormal, and arithmetic on that is slow; KeOps, which like
colorcore holds no matrix of pairs; and JAX, compiled. What they compute is compared first.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from timing import (
    Arrays,
    Json,
    NotRunError,
    Programs,
    Row,
    Work,
    check,
    peer,
    print_machine,
    print_rows,
    save,
)

BENCH = "separation"
POWER = 100.0
SMALL, LARGE, LARGEST = (60, 64, 5), (8192, 5), (65536, 5)
WIDE = [(4096, 256), (4096, 768), (4096, 4096), (16384, 768)]
MOST_PAIRS = 1e9  # peers are left out beyond: for want of memory or, without a matrix, of time
TOLERANCE = 1e-4  # a cosine is rounded to 6e-8 of itself, and power 100 makes that 6e-6

Shape = tuple[int, ...]


def latents(shape: Shape) -> NDArray[np.float32]:
    """The same random latents in every process."""
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def colorcore(shape: Shape, power: float) -> Work:
    """The Rust kernels behind torch's autograd."""
    from colorcore.anchor.separation.angular import angular_separation

    return _autograd(lambda z: angular_separation(z, power, True), shape)


def naive(shape: Shape, power: float) -> Work:
    """Plain torch, with its matrix of pairs."""
    _refuse_matrix(shape)
    from colorcore.anchor.separation.formula import formula

    return _autograd(lambda z: formula(z, power, True), shape)


def flushed(shape: Shape, power: float) -> Work:
    """Plain torch that takes subnormal numbers for 0."""
    import torch

    torch.set_flush_denormal(True)  # threads inherit it, so before torch has started any
    return naive(shape, power)


def keops(shape: Shape, power: float) -> Work:
    """KeOps, which compiles the formula to a loop over pairs."""
    if _pairs(shape) > MOST_PAIRS:
        raise NotRunError("left out: minutes a call, as the square of the batch size")
    if not shutil.which(os.environ.get("CXX", "g++")):
        raise NotRunError("no C++ compiler: apt-get install g++")
    with contextlib.redirect_stdout(io.StringIO()):  # it says at length that there is no GPU
        lazy = peer("pykeops.torch", "pykeops").LazyTensor
        peer("pykeops", "pykeops").set_verbose(False)
    from colorcore.kernels.reference import EPSILON, SAME

    def separate(z: Any) -> Any:
        units = z / (z.norm(dim=-1, keepdim=True) + EPSILON)
        cosines = (lazy(units.unsqueeze(-2)) * lazy(units.unsqueeze(-3))).sum(-1)
        counts = ((cosines - 1).abs() - SAME).step()
        return (((cosines + 1) / 2).relu() ** _exponent(power) * counts).sum(z.dim() - 1)[..., 0]

    return _autograd(separate, shape)


def jax_jit(shape: Shape, power: float) -> Work:
    """JAX, compiled, with its matrix of pairs."""
    _refuse_matrix(shape)
    jax, jnp = peer("jax", "jax"), peer("jax.numpy", "jax")
    from colorcore.kernels.reference import EPSILON, SAME

    def separate(z: Any) -> Any:
        units = z / (jnp.linalg.norm(z, axis=-1, keepdims=True) + EPSILON)
        cosines = units @ units.mT
        counts = jnp.abs(cosines - 1) > SAME
        losses = (jnp.maximum((cosines + 1) / 2, 0) ** _exponent(power) * counts).sum(axis=-1)
        return losses.sum(), losses

    compiled = jax.jit(jax.value_and_grad(separate, has_aux=True))
    z = jnp.asarray(latents(shape))

    def work() -> tuple[Any, ...]:
        (_, losses), gradient = jax.block_until_ready(compiled(z))
        return losses, gradient

    return work


def kernels_alone(shape: Shape, power: float) -> Work:
    """The Rust kernels on NumPy's arrays as the operator calls them, without torch."""
    from colorcore import kernels

    z, ones = latents(shape), np.ones(shape[:-1], dtype=np.float32)

    def work() -> tuple[Any, ...]:
        losses, of_sum = kernels.angular_separation_with_grad(z, power=power)
        grad = kernels.angular_separation_grad(z, ones, power=power, grad_of_sum=of_sum)
        return losses, grad

    return work


def torch_sum(shape: Shape, power: float) -> Work:
    """An operator of torch's own with next to nothing to compute: what autograd itself costs."""
    return _autograd(lambda z: z.sum(-1), shape)


def _autograd(separate: Callable[[Any], Any], shape: Shape) -> Work:
    import torch

    z = torch.from_numpy(latents(shape)).requires_grad_()
    ones = torch.ones(shape[:-1])

    def work() -> tuple[Any, ...]:
        losses = separate(z)
        return losses.detach(), *torch.autograd.grad(losses, z, ones)

    return work


def _exponent(power: float) -> float:
    """A whole power as an integer, for which programs multiply instead of taking logarithms."""
    return int(power) if power == int(power) else power


def _size(shape: Shape) -> str:
    return " × ".join(f"{length:,}" for length in shape)


def _pairs(shape: Shape) -> int:
    return math.prod(shape[:-1]) * shape[-2]


def _refuse_matrix(shape: Shape) -> None:
    if _pairs(shape) > MOST_PAIRS:
        size = 4 * _pairs(shape) / 1e9
        raise NotRunError(f"left out: its matrix of pairs would take {size:.0f} GB")


def agree(results: dict[str, Arrays]) -> None:
    """Check that every program found the first one's losses and gradient, to float32 rounding."""
    (first, wanted), *others = results.items()
    for name, got in others:
        for what, a, b in zip(("losses", "gradients"), wanted, got, strict=True):
            error = np.abs(a - b).max() / np.abs(a).max()
            check(error < TOLERANCE, f"{name} and {first} differ in {what} by {error:.1e}")


def beside_peers(shape: Shape, *, threads: int, repeats: int, memory: bool = False) -> list[Row]:
    """Time of every program at one shape, and how far one call raises its peak of memory."""
    builds = {
        "colorcore": colorcore,
        "torch": naive,
        "torch, flushed": flushed,
        "KeOps": keops,
        "JAX": jax_jit,
    }
    with Programs(builds, threads=threads) as programs:
        programs.build((*shape[:-2], 2, shape[-1]), POWER)  # what libraries set up at first use
        agree(programs.build(shape, POWER))
        case = f"{_size(shape)}, {threads} {'thread' if threads == 1 else 'threads'}"
        rows = programs.time(BENCH, case, repeats=repeats)
    print_rows(f"{shape}, power {POWER:g}, threads: {threads}", rows, memory=memory)
    return rows


def wide_beside_torch(shape: Shape, *, threads: int) -> list[Row]:
    """Time of wide latents, where nearly all there is to do is two products of matrices."""
    with Programs({"colorcore": colorcore, "torch": naive}, threads=threads) as programs:
        programs.build((2, shape[-1]), POWER)
        agree(programs.build(shape, POWER))
        case = f"{_size(shape)}, {threads} {'thread' if threads == 1 else 'threads'}"
        rows = programs.time(BENCH, case, repeats=3)
    print_rows(f"{shape}, power {POWER:g}, threads: {threads}", rows, memory=True)
    return rows


def over_sizes_and_powers() -> list[Row]:
    """Time of colorcore alone for narrow and wide latents, and for low and high powers."""
    wide = [((256, k), POWER) for k in (1, 16, 256, 4096)]
    powers = [(SMALL, power) for power in (1.0, 2.5, POWER, 1000.0)]
    rows = []
    with Programs({"colorcore": colorcore}, threads=1) as programs:
        for shape, power in wide + powers:
            programs.build(shape, power)
            rows += programs.time(BENCH, f"{_size(shape)}, power {power:g}", repeats=20)
    print("\ncolorcore alone, threads: 1")
    for row in rows:
        print(f"  {row.case:32}{1e3 * (row.seconds or 0):11.3f} ms")
    return rows


def operator_overhead() -> list[Row]:
    """Time of two latents by the bare kernels, by the torch operator that calls them, and by sum.

    What the operator adds to the kernels is the difference of the first two; what it adds beyond
    what any operator of torch's has to cost, the difference to the third too.
    """
    builds = {"kernels": kernels_alone, "torch operator": colorcore, "torch's sum": torch_sum}
    shape = (1, 2, 5)
    with Programs(builds, threads=1) as programs:
        results = programs.build(shape, POWER)
        del results["torch's sum"]
        agree(results)
        rows = programs.time(BENCH, f"{_size(shape)}, overhead", repeats=50)
    print_rows(f"{shape}: what torch adds to the kernels, threads: 1", rows, unit="µs")
    return rows


def main(rows_path: Json = None) -> None:
    """Print the time of value and gradient, float32, for small, large and very large batches."""
    print_machine()
    rows = beside_peers(SMALL, threads=1, repeats=30)
    rows += beside_peers(LARGE, threads=2, repeats=3, memory=True)
    rows += beside_peers(LARGEST, threads=2, repeats=3, memory=True)
    for shape in WIDE:
        for threads in (1, 2):
            rows += wide_beside_torch(shape, threads=threads)
    rows += over_sizes_and_powers()
    rows += operator_overhead()
    save(rows_path, rows)


if __name__ == "__main__":
    typer.run(main)
