"""Directions taken away one after another, each that of a probe fitted to what is left."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Literal

import torch
from torch import Tensor

from colorcore.anchor.erasers.evidence import Run
from colorcore.anchor.erasers.reading import read
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.samples import Numbers
from colorcore.errors import InputError, unknown

FOUND = 1e-6
"""A probe finds nothing whose weights are shorter, for latents of unit deviation: no more than
where its own search stops."""


def inlp(
    latents: Numbers,
    values: Numbers,
    weights: Numbers | None = None,
    *,
    rounds: int,
    probe: Literal["logistic", "ridge"] = "logistic",
    penalty: float = 1.0,
) -> Affine:
    """Iterative nullspace projection: what a linear probe finds goes, and again in what is left.

    Each round fits a probe a concept and projects out its weights, until the rounds are over or
    a probe finds nothing. As `mean_difference`, it projects through the overall mean. Logistic
    regression takes a label of 0.3 as 0.3 samples with the concept and 0.7 without it; ridge
    regression takes any numbers. Fitted on the CPU, in float64, by scikit-learn.

    Shapes: as `leace`; `rounds` ≥ 1; `penalty` > 0, of half the squared weights beside the summed
    loss of the samples, as if the latents' mean deviation were 1 and so the mean weight.

    Raises: InputError as `leace`; for labels outside [0, 1] where the probe is logistic; for
    rounds that leave no dimension; for a probe that is not known, or does not settle; and where
    scikit-learn is not installed.

    Source: Ravfogel et al., 2020, Null It Out, algorithm 1.

    Example:

        >>> latents = torch.tensor([[0.0, 1.0], [0.0, 3.0], [4.0, 2.0], [4.0, 2.0]])
        >>> inlp(latents, [0, 0, 1, 1], rounds=1)(latents).round(decimals=3)
        tensor([[2., 1.],
                [2., 3.],
                [2., 2.],
                [2., 2.]])
    """
    if probe not in PROBES:
        raise unknown("probe", probe, PROBES)
    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 1:
        raise InputError(f"rounds must be a whole number, at least 1, got {rounds}; give one")
    if not 0 < penalty < torch.inf:
        raise InputError(f"penalty must be a finite number above 0, got {penalty}; choose another")
    evidence = read(latents, values, weights, name="labels" if probe == "logistic" else "values")
    return evidence.eraser(partial(_taken, rounds=rounds, fit=PROBES[probe], penalty=penalty))


def _taken(run: Run, rounds: int, fit: Probe, penalty: float) -> Tensor:
    width = run.latents.shape[-1]
    basis = run.latents.new_zeros(width, 0)
    deviation = torch.linalg.matrix_norm(run.centered) / width**0.5
    scaled = (run.latents - run.mean) / (deviation if deviation > 0 else 1)
    for _ in range(rounds):
        left = scaled - scaled @ basis @ basis.T
        found = [fit(left, values, run.weights, penalty) for values in run.values.T]
        fresh = _fresh(torch.stack(found, dim=1), basis)
        if not fresh.shape[1]:
            break
        basis = torch.cat([basis, fresh], dim=1)
        if basis.shape[1] >= width:
            raise InputError(
                f"rounds must leave a dimension of {width}, got {rounds}, which leave none; give "
                "fewer"
            )
    return basis @ basis.T


def _fresh(weights: Tensor, basis: Tensor) -> Tensor:
    """Orthonormal columns of what probes found beside what is taken away already."""
    for _ in range(2):  # the second time takes away what rounding left
        weights = weights - basis @ (basis.T @ weights)
    columns, lengths, _ = torch.linalg.svd(weights, full_matrices=False)
    return columns[:, lengths > FOUND * lengths.max().clamp(min=1)]


def _logistic(latents: Tensor, labels: Tensor, weights: Tensor, penalty: float) -> Tensor:
    probes = _sklearn()
    counts = len(labels) * torch.cat([weights * labels, weights * (1 - labels)])
    kinds = torch.arange(2).flip(0).repeat_interleave(len(labels))
    counted = counts > 0
    probe = probes.LogisticRegression(C=1 / penalty, tol=1e-8, max_iter=10_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            probe.fit(
                torch.cat([latents, latents])[counted].numpy(),
                kinds[counted].numpy(),
                sample_weight=counts[counted].numpy(),
            )
        except Warning as warning:
            raise InputError(
                f"penalty must be one with which a probe settles, got {penalty} ({warning}); give "
                "a larger one"
            ) from warning
    return torch.from_numpy(probe.coef_[0])


def _ridge(latents: Tensor, values: Tensor, weights: Tensor, penalty: float) -> Tensor:
    mean = weights @ values
    deviation = (weights @ (values - mean).square()).sqrt()
    probe = _sklearn().Ridge(alpha=penalty, solver="svd")
    target = (values - mean) / deviation
    probe.fit(latents.numpy(), target.numpy(), sample_weight=(len(values) * weights).numpy())
    return torch.from_numpy(probe.coef_)


def _sklearn():
    try:
        from sklearn import linear_model
    except ModuleNotFoundError as error:
        raise InputError(
            "inlp: wanted scikit-learn, which fits its probes, got none installed; "
            "pip install 'colorcore[erasers]'"
        ) from error
    return linear_model


Probe = Callable[[Tensor, Tensor, Tensor, float], Tensor]

PROBES: dict[str, Probe] = {"logistic": _logistic, "ridge": _ridge}
