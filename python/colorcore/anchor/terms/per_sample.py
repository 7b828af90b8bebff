"""Terms: a loss for each sample, of the activations of a layer of any model.

They take any leading axes: many runs trained side by side are one more, and so are the positions
of a sequence. `axis` is where the coordinates of a latent vector lie, and `mask` is true where a
sample counts: elsewhere it is as a zero vector, without gradient. Give `average` that mask too.

Half-precision latents give float32 terms, under autocast too, and gradients of their own type.

>>> from colorcore.anchor import average
>>> latents = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
>>> average(angular_anchor(latents, [1, 0]), torch.tensor([False, True]))
tensor(1.)
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from colorcore.anchor import arguments, samples
from colorcore.anchor.arguments import Dims, Vector
from colorcore.anchor.precision import precise
from colorcore.anchor.samples import Numbers
from colorcore.errors import unknown

SIDES = ("both", "negative")
"""Of which sign the numbers are that a subspace repels."""

EPSILON = 1e-8  # added to a norm, so that a zero vector has a direction: none
LEAST_HALF = 2.0**-14  # of float16: a gradient at zero, the inverse of this, is finite there

LARGE = {torch.float32: (2.0**42, 2.0**-86), torch.float64: (2.0**340, 2.0**-684)}
"""From what size on squares might overflow, and what latents are then multiplied by."""

Latents = Float[Tensor, "*axes"]
PerSample = Float[Tensor, "*samples"]


def cosine(
    latents: Latents, direction: Vector, *, axis: int = -1, mask: Numbers | None = None
) -> PerSample:
    """Cosine of each latent vector to a direction.

    Shapes: (…, latent) and `direction` (latent,) → (…), in [−1, 1], 0 for a zero vector; `mask`
    (…).

    Raises: InputError when the direction has not the latents' width, or no length; for an axis that
    there is not, or a mask of another shape.

    Example:

        >>> cosine(torch.tensor([[3.0, 0.0], [1.0, 1.0]]), [2, 0])
        tensor([1.0000, 0.7071])
    """
    least = LEAST_HALF if latents.dtype == torch.float16 else 0.0
    return _cosine(samples.vectors(latents, axis, mask), direction, least)


@precise
def _cosine(latents: Tensor, direction: Vector, least: float) -> Tensor:
    return _along(units(latents, least), arguments.unit(direction, latents))


def units(latents: Tensor, least: float = 0.0) -> Tensor:
    """z/(‖z‖ + 1e-8), where no length is below a least one. Shapes: (…, latent), float32 or 64."""
    large, factor = LARGE[latents.dtype]
    largest = latents.detach().abs().amax(dim=-1, keepdim=True)
    scale = torch.ones_like(largest).masked_fill(largest > large, factor)  # exact: powers of two
    scaled = latents * scale
    length = torch.linalg.vector_norm(scaled, dim=-1, keepdim=True)
    length = length.clamp(min=least) if least else length
    return scaled / (length + EPSILON * scale)


def _along(rows: Tensor, vector: Tensor) -> Tensor:
    """Σ rows · vector over the last axis. Shapes: (…, latent), (latent,) → (…).

    As one product of a matrix and a vector, which no setting of matrix products makes less precise.
    """
    if arguments.is_traced():  # which would keep the shape of these rows for all later ones
        return (rows * vector).sum(dim=-1)
    return torch.mv(rows.reshape(-1, rows.shape[-1]), vector).reshape(rows.shape[:-1])


def angular_anchor(
    latents: Latents, direction: Vector, *, axis: int = -1, mask: Numbers | None = None
) -> PerSample:
    """1 − cos to the direction: 0 on it, 2 opposite it.

    Shapes: (…, latent) and `direction` (latent,) → (…), in [0, 2]; `mask` (…).

    Raises: as `cosine`.

    Source: Experiment 2.10.1, `reg-anchor`.

    Example:

        >>> angular_anchor(torch.tensor([[3.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]), [1, 0])
        tensor([0., 1., 2.])
    """
    return 1 - cosine(latents, direction, axis=axis, mask=mask)


def euclidean_anchor(
    latents: Latents, point: Vector, *, axis: int = -1, mask: Numbers | None = None
) -> PerSample:
    """Squared distance to a point.

    Shapes: (…, latent) and `point` (latent,) → (…), ≥ 0; `mask` (…).

    Raises: InputError when the point has not the latents' width; for an axis that there is not, or
    a mask of another shape.

    Example:

        >>> euclidean_anchor(torch.tensor([[1.0, 0.0], [1.0, 3.0]]), [1, 1])
        tensor([1., 4.])
    """
    return _squared_distance(samples.vectors(latents, axis, mask), point)


@precise
def _squared_distance(latents: Tensor, point: Vector) -> Tensor:
    return (latents - arguments.vector(point, latents, name="point")).square().sum(dim=-1)


def anti_anchor(
    latents: Latents,
    direction: Vector,
    *,
    full_sphere: bool = False,
    axis: int = -1,
    mask: Numbers | None = None,
) -> PerSample:
    """Closeness to a direction, as a loss.

    max(0, cos) leaves the far hemisphere alone; over the full sphere it is (cos + 1)/2.

    Shapes: (…, latent) and `direction` (latent,) → (…), in [0, 1]; `mask` (…).

    Raises: as `cosine`.

    Source: Experiment 2.9.1.

    Example:

        >>> latents = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
        >>> anti_anchor(latents, [1, 0])
        tensor([1., 0., 0.])
        >>> anti_anchor(latents, [1, 0], full_sphere=True)
        tensor([1.0000, 0.5000, 0.0000])
    """
    closeness = cosine(latents, direction, axis=axis, mask=mask)
    return (closeness + 1) / 2 if full_sphere else closeness.clamp(min=0)


def repel_subspace(
    latents: Latents,
    dims: Dims,
    *,
    side: str = "both",
    axis: int = -1,
    mask: Numbers | None = None,
) -> PerSample:
    """Squared length within the given dimensions, which should hold nothing.

    With the side `"negative"`, they should hold nothing below 0: Σ max(0, −z_k)². What is anchored
    to their positive ends is then left alone, and what lies at the other ends, which deleting them
    would move too, is not.

    Shapes: (…, latent) and `dims` in 0…latent − 1 → (…), ≥ 0; `mask` (…).

    Raises: InputError for what is no whole number, a dimension that the latents lack, or repeats;
    for a side that there is not, an axis that there is not, or a mask of another shape.

    Source: Experiment 2.10.1, `reg-anti-subspace`.

    Example:

        >>> repel_subspace(torch.tensor([[3.0, 1.0, 2.0]]), [0, 1])
        tensor([10.])
        >>> repel_subspace(torch.tensor([[3.0, -1.0, 2.0]]), [0, 1], side="negative")
        tensor([1.])
    """
    check_side(side)
    read = samples.vectors(latents, axis, mask)
    repelled = read if side == "both" else read.clamp(max=0)
    return _squared_length(repelled, inside(read, dims))


def check_side(side: str) -> None:
    """Refuse a side that there is not.

    Raises: InputError naming those that there are.
    """
    if side not in SIDES:
        raise unknown("side", side, SIDES)


def keep_subspace(
    latents: Latents, dims: Dims, *, axis: int = -1, mask: Numbers | None = None
) -> PerSample:
    """Squared length outside the given dimensions, which should hold everything.

    Shapes: (…, latent) and `dims` in 0…latent − 1 → (…), ≥ 0; `mask` (…).

    Raises: as `repel_subspace`.

    Example:

        >>> keep_subspace(torch.tensor([[3.0, 1.0, 2.0]]), [0, 1])
        tensor([4.])
    """
    read = samples.vectors(latents, axis, mask)
    return _squared_length(read, ~inside(read, dims))


def inside(latents: Tensor, dims: Dims) -> Tensor:
    """Which coordinates are among the dimensions. Shapes: (latent,)."""
    among = torch.zeros(latents.shape[-1], dtype=torch.bool)
    among[arguments.dims(dims, latents.shape[-1])] = True
    return among.to(latents.device)


@precise
def _squared_length(latents: Tensor, inside: Tensor) -> Tensor:
    # What is outside is left out before it is squared: 0 times its square is NaN where that is ∞.
    # Faster to differentiate than picking columns.
    return _along(latents.where(inside, 0).square(), inside.to(latents.dtype))


def unitarity(latents: Latents, *, axis: int = -1, mask: Numbers | None = None) -> PerSample:
    """(‖z‖ − 1)²: how far a latent vector is from unit length.

    Shapes: (…, latent) → (…), ≥ 0; `mask` (…).

    Raises: InputError for an axis that there is not, or a mask of another shape.

    Example:

        >>> unitarity(torch.tensor([[0.0, 1.0], [3.0, 0.0]]))
        tensor([0., 4.])
    """
    return _off_unit(samples.vectors(latents, axis, mask))


@precise
def _off_unit(latents: Tensor) -> Tensor:
    return (torch.linalg.vector_norm(latents, dim=-1) - 1).square()
