"""Means of what has a concept and of what has not, and the directions that they give."""

from __future__ import annotations

import torch
from torch import Tensor

from colorcore.anchor.erasers.evidence import EXACT, Run
from colorcore.anchor.erasers.reading import read
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.samples import Numbers
from colorcore.errors import InputError


def mean_difference(latents: Numbers, labels: Numbers, weights: Numbers | None = None) -> Affine:
    """Projects out the difference of the means with a concept and without it.

    z − (d̂·(z − mean)) d̂, through the overall mean and not the origin, so that the mean stays and
    the two means become equal. A label of 0.3 counts as 0.3 samples with the concept and 0.7
    without it. Of several concepts all differences are projected out at once. Fitted on the CPU,
    in float64.

    Shapes: `latents` (samples, latent), or (runs, samples, latent), each run with an eraser of its
    own; `labels`, booleans or in [0, 1], (…, samples), or (…, samples, concepts) for several;
    `weights` (…, samples), ≥ 0. Labels and weights of all runs may be (samples,).

    Raises: InputError for other shapes or types, numbers that are not finite or out of range, a run
    in which no sample counts, is labelled, or is not.

    Source: Belrose et al., 2023, LEACE, section 4.2 for what it leaves; it is least there where
    latents covary alike in all directions.

    Example:

        >>> latents = torch.tensor([[0.0, 1.0], [0.0, 3.0], [4.0, 2.0], [4.0, 2.0]])
        >>> mean_difference(latents, [False, False, True, True])(latents)
        tensor([[2., 1.],
                [2., 3.],
                [2., 2.],
                [2., 2.]])
    """
    return read(latents, labels, weights, name="labels").eraser(_taken)


def _taken(run: Run) -> Tensor:
    # The covariance with labels p is the difference of the means times mean p (1 − mean p).
    centered = run.centered
    basis = run.span(centered.T @ run.deviations, torch.linalg.matrix_norm(centered).item())
    return basis @ basis.T


def labelled_mean(latents: Numbers, labels: Numbers, weights: Numbers | None = None) -> Tensor:
    """The mean of the labelled samples: a direction along which to suppress them.

    Of latents as they are, each weighed by its label. In float64, on the CPU.

    Shapes: `latents` (samples, latent) and `labels`, booleans or in [0, 1], (samples,) → (latent,),
    or with a first axis of runs → (runs, latent); labels (…, samples, concepts) →
    (…, concepts, latent). `weights` (…, samples), ≥ 0. Labels and weights of all runs may be
    (samples,).

    Raises: InputError as `mean_difference`, and for a mean without length, which has no direction.

    Example:

        >>> labelled_mean(torch.tensor([[1.0, 0.0], [0.0, 2.0], [0.0, 4.0]]), [0, 1, 1])
        tensor([0., 3.], dtype=torch.float64)
    """
    evidence = read(latents, labels, weights, name="labels")
    found = evidence.joined([_mean(run) for run in evidence.runs])
    return found if evidence.has_concepts else found.squeeze(-2)


def _mean(run: Run) -> Tensor:
    """Shapes: (concepts, latent)."""
    shares = run.weights[:, None] * run.values
    shares = (shares / shares.sum(dim=0)).T
    means = shares @ run.latents
    sizes = shares @ torch.linalg.vector_norm(run.latents, dim=-1)
    error = max(run.latents_error, len(run.latents) * EXACT)
    if not (torch.linalg.vector_norm(means, dim=-1) > error * sizes).all():
        raise InputError(
            "labels must be of samples whose mean has a direction, got one of length 0; center the "
            "latents elsewhere, or use mean_difference"
        )
    return means
