"""The objective of each run of an ensemble: NumPy in, NumPy out, computed in Rust.

The error of the reconstruction, and each term averaged over the samples that it concerns, in one
fixed order of sums.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from colorcore.kernels import arguments, ensemble_reference
from colorcore.kernels.arguments import Array
from colorcore.kernels.native import BACKEND, native_for

KINDS = (
    "separation",
    "angular-anchor",
    "euclidean-anchor",
    "anti-anchor",
    "subspace",
    "unitarity",
    "tilted-anchor",
    "hide",
)
"""What a term may be. Its place here is the code that the compiled kernels know."""

LAYERS = ("encoder", "bottleneck")
"""Where a term may look: before the normalisation, or behind it."""


@dataclass(frozen=True)
class Term:
    """One term of an objective: what it costs a sample, where it looks and whom it concerns.

    `vector` has a number a coordinate: a direction at unit length, a point, or 1 for each dimension
    within a subspace. `power` is that of a separation, how far a tilted anchor is tilted, or how
    far from the mean colour those among whom others hide may be; `off_axis` has 1 for each
    coordinate that is of no concept's axis, for these two. `flag` says that cosines are
    shifted, that an anti-anchor acts over the full sphere, that a subspace counts numbers of both
    signs and not only those below 0, or that a tilted anchor leans to the batch's mean and not to
    the nearest sample. `affinities` has a number a concept, or is None when every sample counts
    alike.
    """

    kind: str
    layer: int
    vector: tuple[float, ...]
    power: float = 1.0
    flag: bool = True
    affinities: tuple[float, ...] | None = None
    off_axis: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be of {', '.join(KINDS)}, got {self.kind!r}; use one")
        if not 0 <= self.layer < len(LAYERS):
            raise ValueError(
                f"layer must be 0 for the encoder or 1 for the bottleneck, got {self.layer}; "
                "choose one"
            )
        if self.kind == "separation":
            arguments.power(self.power, shift=self.flag)
        if self.kind == "tilted-anchor" and not 0 <= self.power < math.inf:
            raise ValueError(f"tilt must be finite and at least 0, got {self.power}; raise it")
        if self.kind == "hide" and not 0 < self.power < math.inf:
            raise ValueError(f"reach must be finite and above 0, got {self.power}; raise it")
        if self.kind == "hide" and self.affinities is None:
            raise ValueError(
                "affinities must be given to a term that hides labelled samples among others, got "
                "None; give one a concept"
            )
        if self.kind in ("tilted-anchor", "hide"):
            self._check_off_axis()

    def _check_off_axis(self) -> None:
        if len(self.off_axis) != len(self.vector):
            raise ValueError(
                f"off_axis must have the vector's {len(self.vector)} coordinates, got "
                f"{len(self.off_axis)}; give 1 where no concept's axis is, and 0 elsewhere"
            )


class Code(NamedTuple):
    """Terms in plain numbers, as compiled kernels take them."""

    codes: list[int]
    powers: list[float]
    vectors: list[float]
    off_axes: list[float]
    affinities: list[float]


def code(terms: tuple[Term, ...], concepts: int) -> Code:
    """Terms in plain numbers, as many of each for every term."""
    none = (0.0,) * concepts
    return Code(
        codes=[
            number
            for term in terms
            for number in (
                KINDS.index(term.kind),
                term.layer,
                int(term.flag),
                int(term.affinities is not None),
            )
        ],
        powers=[float(term.power) for term in terms],
        vectors=[float(x) for term in terms for x in term.vector],
        off_axes=[float(x) for term in terms for x in term.off_axis or (0.0,) * len(term.vector)],
        affinities=[float(a) for term in terms for a in term.affinities or none],
    )


_remembered = lru_cache(code)  # an objective is asked for at every step


def direction(values: Sequence[float]) -> tuple[float, ...]:
    """A direction at unit length.

    Raises: ValueError when it has none.

    Example:

        >>> direction([0, 3, 4])
        (0.0, 0.6, 0.8)
    """
    length = math.hypot(*values)
    if not 0 < length < math.inf:
        raise ValueError(f"direction must have a length above 0, got {length}; give it another")
    return tuple(x / length for x in values)


class Given(NamedTuple):
    """What the networks made of each run's samples, what they should have made, and labels.

    Shapes: `encoder` and `bottleneck` (runs, batch, latent), `recon` and `wanted` (runs, batch,
    channels), all of one float type; `labels` (runs, batch, concepts), true or false.
    """

    encoder: Array
    bottleneck: Array
    recon: Array
    wanted: Array
    labels: Array

    @property
    def layers(self) -> tuple[Array, Array]:
        return self.encoder, self.bottleneck


def given(
    encoder: ArrayLike,
    bottleneck: ArrayLike,
    recon: ArrayLike,
    wanted: ArrayLike,
    labels: ArrayLike,
) -> Given:
    """Contiguous arrays that fit together.

    Raises: TypeError for other types; ValueError for other shapes.
    """
    first = arguments.array("encoder", encoder)
    if first.dtype not in arguments.FLOATS:
        raise TypeError(
            f"encoder must be float32 or float64, got {first.dtype}; cast with .astype(float)"
        )
    if first.ndim != 3 or first.shape[-1] == 0:
        raise ValueError(
            f"encoder must have shape (runs, batch, latent), got {first.shape}; add the axes"
        )
    shape, outputs = first.shape, np.asarray(recon).shape
    channels, concepts = (*shape[:2], outputs[-1] if outputs else 0), np.asarray(labels).shape
    wide = (*shape[:2], concepts[-1] if concepts else 0)
    return Given(
        arguments.contiguous("encoder", first),
        _fit("bottleneck", bottleneck, shape, first.dtype),
        _fit("recon", recon, channels, first.dtype),
        _fit("wanted", wanted, channels, first.dtype),
        _fit("labels", labels, wide, np.dtype(bool)),
    )


def objective(terms: Sequence[Term], found: Given) -> tuple[Array, Array]:
    """Each run's mean squared error and terms, unweighted, and what the gradient needs.

    Shapes: → (1 + terms, runs), and (separations, runs, batch, latent).

    Raises: ValueError for a term whose numbers do not fit.

    Example:

        >>> from colorcore.kernels.ensemble import unit
        >>> z, colors = [[[3.0, 4.0], [0.0, 1.0]]], np.zeros((1, 2, 3))
        >>> found = given(z, unit(z), colors, colors + 0.5, [[[True], [False]]])
        >>> anchor = Term("angular-anchor", 1, (1.0, 0.0), affinities=(1.0,))
        >>> repel = Term("subspace", 0, (1.0, 0.0))
        >>> objective([anchor, repel], found)[0].round(6).tolist()
        [[0.25], [0.4], [4.5]]
    """
    check(terms, found)
    if BACKEND == "reference":
        pairs = sum(term.kind == "separation" for term in terms)
        room = np.zeros((pairs, *found.encoder.shape), found.encoder.dtype)
        return ensemble_reference.objective(found, terms), room
    numbers = _remembered(tuple(terms), found.labels.shape[-1])
    return native_for("objective", found.encoder)(tuple(found), *numbers)


def objective_grad(
    terms: Sequence[Term], found: Given, pairs: Array, upstream: ArrayLike
) -> tuple[Array | None, Array | None, Array]:
    """Gradient of Σ upstream · `objective`, which gave `pairs`; None by a layer no term looks at.

    Shapes: `upstream` (1 + terms, runs) → by encoder, bottleneck and reconstruction.

    Raises: ValueError for a term or a gradient that does not fit.

    Example:

        >>> from colorcore.kernels.ensemble import unit
        >>> z, colors = [[[3.0, 4.0]]], np.zeros((1, 1, 2))
        >>> found = given(z, unit(z), colors, colors, np.zeros((1, 1, 0), bool))
        >>> repel = Term("subspace", 0, (1.0, 0.0))
        >>> _, pairs = objective([repel], found)
        >>> objective_grad([repel], found, pairs, [[1.0], [0.5]])[0].tolist()
        [[[3.0, 0.0]]]
    """
    check(terms, found)
    shape = (1 + len(terms), len(found.encoder))
    weights = _fit("upstream", upstream, shape, found.encoder.dtype)
    if BACKEND == "reference":
        return ensemble_reference.objective_grad(found, terms, weights)
    numbers = _remembered(tuple(terms), found.labels.shape[-1])
    return native_for("objective_grad", found.encoder)(tuple(found), pairs, weights, *numbers)


def check(terms: Sequence[Term], found: Given) -> None:
    """Check that terms have the latents' width and a number for each concept.

    Raises: ValueError when one has not.
    """
    width, concepts = found.encoder.shape[-1], found.labels.shape[-1]
    for term in terms:
        if len(term.vector) != width:
            raise ValueError(
                f"vector must have the latents' {width} coordinates, got {len(term.vector)}; give "
                "one number a coordinate"
            )
        if term.affinities is not None and len(term.affinities) != concepts:
            raise ValueError(
                f"affinities must be {concepts}, one a concept, got {len(term.affinities)}; pass "
                "None for a term that concerns every sample"
            )


def _fit(name: str, values: ArrayLike, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    array = arguments.array(name, values)
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(
            f"{name} must be {dtype} with shape {shape}, as the encoder says, got {array.dtype} "
            f"{array.shape}; make it fit"
        )
    return arguments.contiguous(name, array)
