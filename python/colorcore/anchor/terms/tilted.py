"""A tilted anchor: samples are drawn beside the anchored axis, and not onto it.

What is left of such a sample once its axis is gone is not chance: it lies where others lie.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from colorcore.anchor import arguments, samples
from colorcore.anchor.arguments import Dims, Vector
from colorcore.anchor.precision import exact_products, precise
from colorcore.anchor.samples import Numbers
from colorcore.anchor.terms.per_sample import inside, units
from colorcore.errors import InputError, unknown

TOWARD = ("mean", "nearest")
"""Which way an anchor is tilted."""


def tilted_anchor(
    latents: Float[Tensor, "*axes"],
    direction: Vector,
    *,
    tilt: float | int,
    dims: Dims,
    toward: str = "mean",
    labelled: Numbers | None = None,
    axis: int = -1,
    mask: Numbers | None = None,
) -> Float[Tensor, "*samples"]:
    """1 − cos to unit(e + tilt · m): an anchor to e that leans off the dimensions `dims`.

    m is held constant, without gradient. With uᵢ the direction of sample i once `dims` are zero,
    it is unit(Σ uᵢ) over the batch, the direction of its mean; or toward the `"nearest"`, for each
    labelled sample i, the uⱼ with the largest uᵢ · uⱼ of the samples j that are not labelled. Where
    there is no such direction the anchor is not tilted.

    The batch is the axis before that of coordinates, what the mask leaves out of it apart; with
    several processes it is each one's own.

    Shapes: (…, batch, latent), `direction` (latent,), `dims` in 0…latent − 1 → (…, batch), in
    [0, 2]; `labelled`, other than 0 where a sample is, and `mask` (…, batch).

    Raises: InputError for a tilt that is below 0 or not finite, a way that there is not, or the
    nearest without labels; for latents without a batch; and as `angular_anchor` and
    `repel_subspace`.

    Example:

        >>> latents = torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [3.0, 4.0, 0.0]])
        >>> tilted_anchor(latents, [1, 0, 0], tilt=0.75, dims=[0])  # to (0.8, 0.6, 0)
        tensor([0.2000, 0.4000, 0.0400])
    """
    check_tilt(tilt, toward)
    read = samples.vectors(latents, axis, mask)
    if read.ndim < 2:
        raise InputError(
            "latents must have a batch before their coordinates, to tilt by, got shape "
            f"{tuple(latents.shape)}; give (batch, latent)"
        )
    concern = None
    if toward == "nearest":
        if labelled is None:
            raise InputError(
                "labelled must be given with toward='nearest', which is sought among samples that "
                "are not, got None; give what is true where a sample is"
            )
        concern = samples.weights("labelled", labelled, read[..., 0])
    return _tilted(read, direction, float(tilt), inside(read, dims), concern)


def check_tilt(tilt: float | int, toward: str) -> None:
    """Refuse what no anchor can be tilted by.

    Raises: InputError for a tilt below 0, or a way that there is not.
    """
    if not 0 <= tilt < math.inf:
        raise InputError(f"tilt must be finite and at least 0, got {tilt}; 0.3 is a little")
    if toward not in TOWARD:
        raise unknown("toward", toward, TOWARD)


@precise
def _tilted(
    latents: Tensor,
    direction: Vector,
    tilt: float,
    on_axis: Tensor,
    concern: Tensor | None,
) -> Tensor:
    others = units(latents.detach().where(~on_axis, 0))
    if concern is None:
        off = units(others.sum(dim=-2, keepdim=True))
    else:
        off = _nearest(others, concern != 0)
    target = units(arguments.unit(direction, latents) + tilt * off)
    return 1 - (units(latents) * target).sum(dim=-1)


def _nearest(others: Tensor, labelled: Tensor) -> Tensor:
    """For each sample the direction that is nearest to its own, of those not labelled.

    Shapes: (…, batch, latent), (…, batch) → (…, batch, latent), zeros where there is none.
    """
    sought = ~labelled & others.any(dim=-1)
    with exact_products():
        cosines = others @ others.mT
    places = cosines.where(sought.unsqueeze(-2), -torch.inf).argmax(dim=-1, keepdim=True)
    found = others.gather(-2, places.expand_as(others))
    return found.where(sought.any(dim=-1)[..., None, None], 0)
