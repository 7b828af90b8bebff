"""Many small networks side by side: NumPy in, NumPy out, computed in Rust.

A run's parameters lie in one row, layer after layer: weights (out, in), then biases. Each number is
a sum in one order, whatever runs stand beside it, on any number of threads and with registers of
any width: the same run gives the same bits on every processor with fused multiply-add.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from colorcore.kernels import arguments, ensemble_reference
from colorcore.kernels.arguments import Array
from colorcore.kernels.native import BACKEND, native_for

THEN = ("nothing", "gelu", "unit")
"""What may follow an affine layer. Its place here is the code that the compiled kernels know."""


class Output(NamedTuple):
    """What a network gives: of which layer, before its normalisation or not, and how wide."""

    layer: int
    is_before: bool
    width: int


@dataclass(frozen=True)
class Network:
    """The layers of one run: affine maps between `widths`, and what follows each.

    It gives the rows that no GELU follows: those of a layer that nothing follows, those before and
    those behind a normalisation; and those of the last layer, whatever follows it.

    Raises: ValueError for no layers, an empty one, or an unknown follower.

    Example:

        >>> network = Network((3, 16, 5, 3), ("gelu", "unit", "nothing"))
        >>> network.parameters
        167
        >>> [output.width for output in network.outputs]
        [5, 5, 3]
    """

    widths: tuple[int, ...]
    then: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.then or len(self.widths) != len(self.then) + 1 or min(self.widths) < 1:
            raise ValueError(
                "widths must be one more than then, each at least 1, got "
                f"{self.widths} and {self.then}; give the inputs' width, then each layer's"
            )
        unknown = [name for name in self.then if name not in THEN]
        if unknown:
            raise ValueError(f"then must be of {', '.join(THEN)}, got {unknown[0]!r}; use one")

    @cached_property
    def codes(self) -> tuple[int, ...]:
        """What follows each layer, in numbers."""
        return tuple(THEN.index(name) for name in self.then)

    @cached_property
    def parameters(self) -> int:
        """How many a run has."""
        return sum(o * i + o for i, o in zip(self.widths, self.widths[1:], strict=False))

    @cached_property
    def kept(self) -> int:
        """How many numbers a backward pass needs of a sample, in rows of whole registers."""
        rows = zip(self.widths[1:], self.then, strict=True)
        return sum(-(-width // 16) * 16 * (1 if then == "nothing" else 2) for width, then in rows)

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """What a pass gives, in the order of the layers."""
        found = []
        for layer, (width, then) in enumerate(zip(self.widths[1:], self.then, strict=True)):
            if then == "unit":
                found.append(Output(layer, True, width))
            if then != "gelu" or layer == len(self.then) - 1:
                found.append(Output(layer, False, width))
        return tuple(found)


def forward(
    network: Network, values: ArrayLike, x: ArrayLike, *, keep: bool = True
) -> tuple[list[Array], Array]:
    """Pass samples through the network of each run.

    Shapes: `values` (runs, parameters), `x` (runs, batch, in), of one type → each output (runs,
    batch, its width), and what `backward` needs, which is empty unless `keep`.

    Raises: TypeError for other types; ValueError for other shapes.

    Example:

        >>> line = Network((1, 1), ("nothing",))
        >>> (y,), _ = forward(line, [[2.0, 1.0], [0.5, 0.0]], [[[3.0]], [[4.0]]])
        >>> y.tolist()
        [[[7.0]], [[2.0]]]
    """
    rows, samples = _rows_and_samples(network, values, x)
    if BACKEND == "reference":
        return ensemble_reference.forward(network, rows, samples), np.empty(0, rows.dtype)
    count = samples.shape[0] * samples.shape[1] * network.kept if keep else 0
    tape = np.empty(count, rows.dtype)  # which the kernel fills
    kernel = native_for("ensemble_forward", rows)
    return kernel(rows, samples, network.widths, network.codes, tape if keep else None), tape


def backward(
    network: Network,
    values: ArrayLike,
    x: ArrayLike,
    tape: ArrayLike,
    upstream: Sequence[ArrayLike | None],
    *,
    wants_inputs: bool = True,
) -> tuple[Array, Array | None]:
    """Lead gradients by the outputs, each of which may be None, back to parameters and inputs.

    Shapes: as `forward` has them; `tape` is what it kept → (runs, parameters), (runs, batch, in).

    Raises: TypeError for other types; ValueError for other shapes or numbers of gradients.

    Example:

        >>> line = Network((1, 1), ("nothing",))
        >>> values, x = [[2.0, 1.0]], [[[3.0], [4.0]]]
        >>> (y,), tape = forward(line, values, x)
        >>> grad, by_x = backward(line, values, x, tape, [np.ones_like(y)])
        >>> grad.tolist(), by_x.tolist()
        ([[7.0, 2.0]], [[[2.0], [2.0]]])
    """
    rows, samples = _rows_and_samples(network, values, x)
    if len(upstream) != len(network.outputs):
        raise ValueError(
            f"upstream must be {len(network.outputs)} gradients, one an output, got "
            f"{len(upstream)}; pass None where there is none"
        )
    gradients = [
        None if g is None else like("upstream", g, (*samples.shape[:2], output.width), rows)
        for g, output in zip(upstream, network.outputs, strict=True)
    ]
    if BACKEND == "reference":
        found = ensemble_reference.backward(network, rows, samples, gradients)
        return found if wants_inputs else (found[0], None)
    return native_for("ensemble_backward", rows)(
        rows, samples, tape, gradients, network.widths, network.codes, wants_inputs
    )


def gelu(x: ArrayLike) -> tuple[Array, Array]:
    """x · Φ(x), the exact GELU, and its slope, to about rounding. Shapes: any → the same, twice.

    Raises: TypeError for other types than float32 and float64.

    Example:

        >>> values, slopes = gelu([0.0, 100.0, -100.0])
        >>> values.tolist(), slopes.tolist()
        ([0.0, 100.0, -0.0], [0.5, 1.0, 0.0])
    """
    array = floats("x", x)
    if BACKEND == "reference":
        return ensemble_reference.gelu(array)
    return native_for("gelu", array)(array)


def unit(x: ArrayLike) -> Array:
    """x/max(‖x‖, 1e-12) along the last axis. Shapes: (…, k) → (…, k).

    Raises: TypeError for other types; ValueError for rows of no number.

    Example:

        >>> unit([[3.0, 4.0], [0.0, 0.0]]).tolist()
        [[0.6, 0.8], [0.0, 0.0]]
    """
    array = _wide("x", x)
    if BACKEND == "reference":
        return ensemble_reference.unit(array)
    return native_for("unit", array)(array)


def unit_grad(x: ArrayLike, units: ArrayLike, upstream: ArrayLike) -> Array:
    """Gradient of Σ upstream · `unit(x)`, whose value is `units`. Shapes: (…, k) each → (…, k).

    Raises: TypeError for other types; ValueError for other shapes.

    Example:

        >>> unit_grad([[3.0, 4.0]], [[0.6, 0.8]], [[1.0, 0.0]]).round(3).tolist()
        [[0.128, -0.096]]
    """
    array = _wide("x", x)
    gradient = like("upstream", upstream, array.shape, array)
    if BACKEND == "reference":
        return ensemble_reference.unit_grad(array, gradient)
    return native_for("unit_grad", array)(array, like("units", units, array.shape, array), gradient)


def floats(name: str, values: ArrayLike) -> Array:
    array = arguments.array(name, values)
    if array.dtype not in arguments.FLOATS:
        raise TypeError(
            f"{name} must be float32 or float64, got {array.dtype}; cast with .astype(float)"
        )
    return arguments.contiguous(name, array)


def _wide(name: str, values: ArrayLike) -> Array:
    array = floats(name, values)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(
            f"{name} must have shape (..., k) with k at least 1, got {array.shape}; give each row "
            "a coordinate"
        )
    return array


def like(name: str, values: ArrayLike, shape: tuple[int, ...], array: Array) -> Array:
    result = arguments.array(name, values)
    if result.shape != shape or result.dtype != array.dtype:
        raise ValueError(
            f"{name} must be {array.dtype} with shape {shape}, got {result.dtype} {result.shape}; "
            "make it fit"
        )
    return arguments.contiguous(name, result)


def _rows_and_samples(network: Network, values: ArrayLike, x: ArrayLike) -> tuple[Array, Array]:
    rows, samples = floats("values", values), floats("x", x)
    runs = rows.shape[0] if rows.ndim else 0
    if rows.shape != (runs, network.parameters):
        raise ValueError(
            f"values must have shape (runs, {network.parameters}), a row of parameters a run, got "
            f"{rows.shape}; flatten each run's layers into a row"
        )
    wanted = (runs, *samples.shape[1:2], network.widths[0])
    if samples.ndim != 3 or samples.shape != wanted or samples.dtype != rows.dtype:
        raise ValueError(
            f"x must be {rows.dtype} with shape ({runs}, batch, {network.widths[0]}), got "
            f"{samples.dtype} {samples.shape}; give each run its samples"
        )
    return rows, samples
