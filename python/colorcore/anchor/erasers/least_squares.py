"""The least change of latents after which no linear probe finds a concept in them."""

from __future__ import annotations

import torch
from torch import Tensor

from colorcore.anchor.erasers.evidence import EXACT, Run
from colorcore.anchor.erasers.reading import read
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.samples import Numbers


def leace(latents: Numbers, values: Numbers, weights: Numbers | None = None) -> Affine:
    """Least-squares concept erasure: what tells a concept linearly goes, at the least expense.

    Of all affine maps after which latents and concept do not covary, so that no linear probe does
    better than a constant, it moves the latents least, on average over the samples, in any norm
    that comes of an inner product. With W the root of the covariance's pseudo-inverse and P the
    orthogonal projection onto the columns of W Σ_zc, where Σ_zc is the covariance with the concept,
    it is z − W⁺ P W (z − mean). The mean stays. What is constant in the latents but for rounding
    counts as constant, as the pseudo-inverse has it. Fitted on the CPU, in float64.

    Shapes: `latents` (samples, latent), or (runs, samples, latent), each run with an eraser of its
    own; `values`, numbers, booleans or probabilities, (…, samples), or (…, samples, concepts) to
    erase several; `weights` (…, samples), ≥ 0. Values and weights of all runs may be (samples,).

    Raises: InputError for other shapes or types, numbers that are not finite, a run in which no
    sample counts, or values that do not differ.

    Source: Belrose et al., 2023, LEACE, theorem 4.3.

    Example:

        >>> latents = torch.tensor([[1.0, 5.0], [3.0, 5.0], [1.0, 7.0], [3.0, 7.0]])
        >>> leace(latents, [0, 1, 0, 1])(latents)
        tensor([[2., 5.],
                [2., 5.],
                [2., 7.],
                [2., 7.]])
    """
    return read(latents, values, weights, name="values").eraser(_taken)


def _taken(run: Run) -> Tensor:
    # Of the latents and not of their covariance, in which small deviations would drown.
    whitened, lengths, axes = torch.linalg.svd(run.centered, full_matrices=False)
    kept = lengths > torch.maximum(_rounding(run, axes), len(run.latents) * EXACT * lengths[0])
    whitened, lengths, axes = whitened[:, kept], lengths[kept], axes[kept]
    basis = run.span(whitened.T @ run.deviations, 1.0)
    return (axes.T * lengths) @ basis @ basis.T @ (axes / lengths[:, None])


def _rounding(run: Run, axes: Tensor) -> Tensor:
    """How far rounding may move latents along axes: each coordinate, or all by one factor."""
    squares = run.weights @ run.latents.square()
    apart, together = (axes.square() @ squares).sqrt(), (axes @ run.mean).abs()
    return 2 * run.latents_error * (apart + together)
