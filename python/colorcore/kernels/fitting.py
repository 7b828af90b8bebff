"""Training small networks side by side on squared errors, all steps in one call, in Rust."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from colorcore.kernels import arguments, ensemble_reference
from colorcore.kernels.arguments import Array
from colorcore.kernels.ensemble import Network, floats, like
from colorcore.kernels.native import BACKEND, native_for


def fit(
    network: Network,
    values: Array,
    samples: ArrayLike,
    wanted: ArrayLike,
    drawn: ArrayLike,
    *,
    rates: ArrayLike,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
) -> None:
    """Move the parameters of each run, in place, by Adam, towards what is wanted of its samples.

    It is what `ensemble.forward`, `ensemble.backward` of the mean squared error and `adam.adam` do
    in turn, to the last bit, in less time: a step's numbers stay in the cache until the next. All
    runs see the same samples at a step.

    Shapes: `values` (runs, parameters), contiguous, `samples` (runs, samples, in) and `wanted`
    (samples, out), of its type; `drawn` (steps, batch), places of samples, whole numbers; `rates`
    (steps,).

    Raises: TypeError for other types; ValueError for other shapes, places where there is no sample,
    a network that gives more than its last layer, or betas outside [0, 1).

    Example:

        >>> line, values = Network((1, 1), ("nothing",)), np.zeros((1, 2))
        >>> points, wanted, both = [[[0.0], [1.0]]], [[1.0], [3.0]], [[0, 1]] * 2000
        >>> fit(line, values, points, wanted, both, rates=[0.02] * 2000)
        >>> values.round(3)
        array([[2., 1.]])
    """
    if not (values.flags.c_contiguous and values.flags.writeable):
        raise ValueError("values must be contiguous and writeable; pass a copy")
    rows = floats("values", values)
    if len(network.outputs) != 1:
        raise ValueError(
            f"network must give its last layer alone, got one with {len(network.outputs)} outputs; "
            "leave normalisations out"
        )
    if rows.ndim != 2 or rows.shape[1] != network.parameters:
        raise ValueError(
            f"values must have shape (runs, {network.parameters}), a row of parameters a run, got "
            f"{rows.shape}; flatten each run's layers into a row"
        )
    goal, places = floats("wanted", wanted), arguments.array("drawn", drawn)
    count = goal.shape[0] if goal.ndim else 0
    goal = like("wanted", goal, (count, network.outputs[0].width), rows)
    seen = like("samples", samples, (len(rows), count, network.widths[0]), rows)
    if places.ndim != 2 or places.dtype.kind not in "iu" or not places.size:
        raise ValueError(
            "drawn must be whole numbers with shape (steps, batch), each at least 1, got "
            f"{places.dtype} {places.shape}; give each step its samples"
        )
    if not 0 <= places.min() <= places.max() < count:
        bad = places.min() if places.min() < 0 else places.max()
        raise ValueError(f"drawn must lie in 0…{count - 1}, got {bad}; count samples from 0")
    pace = like("rates", rates, (len(places),), np.empty(0))
    given = (rows, seen, goal, np.ascontiguousarray(places, dtype=np.int64), pace)
    if BACKEND == "reference":
        ensemble_reference.fit(network, *given, betas=betas, eps=eps)
    else:
        native_for("ensemble_fit", rows)(*given, network.widths, network.codes, betas, eps)
