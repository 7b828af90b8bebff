"""Readers of what erasers are fitted to."""

from __future__ import annotations

import torch
from torch import Tensor

from colorcore.anchor import arguments, samples
from colorcore.anchor.erasers.evidence import EXACT, Evidence, Run
from colorcore.anchor.samples import Numbers
from colorcore.errors import InputError


def read(latents: Numbers, values: Numbers, weights: Numbers | None, *, name: str) -> Evidence:
    """Latents, what is known of a concept in each, and how much each counts.

    Samples of weight 0 take no part, whatever stands there, NaN too. What is named labels has to
    lie in [0, 1].

    Shapes: latents (samples, latent) or (runs, samples, latent); values (…, samples), or
    (…, samples, concepts) for several; weights (…, samples), ≥ 0. Of many runs, values and weights
    may be (samples,): the same for all.

    Raises: InputError for other shapes or types, numbers that are not finite or out of range, a run
    in which no sample counts, and values that are the same in all samples.
    """
    found, latents_error = _latents(latents)
    batch = found.shape[:-1]
    shares = _shares(weights, batch)
    known, values_error = _real(name, values)
    has_concepts = known.ndim == found.ndim
    known = _aligned(name, known, batch)
    counts = shares[..., None] > 0
    found, known = found.where(counts, 0), known.where(counts, 0)
    for what, one in (("latents", found), (name, known)):
        if not one.isfinite().all():
            raise InputError(f"{what} must be finite numbers, got NaN or ∞; leave such samples out")
    if name == "labels":
        _check_labels(known)
    has_runs = len(batch) == 2
    rows = (found, known, shares) if has_runs else (found[None], known[None], shares[None])
    runs = [Run(*one, latents_error, values_error) for one in zip(*rows, strict=True)]
    for place, run in enumerate(runs):
        _check_differ(name, run, f" of run {place}" if has_runs else "")
    return Evidence(runs, has_runs, has_concepts)


def _latents(latents: Numbers) -> tuple[Tensor, float]:
    found, error = _real("latents", latents)
    if found.ndim not in (2, 3) or 0 in found.shape:
        raise InputError(
            "latents must be (samples, latent), or (runs, samples, latent), none of them 0, got "
            f"shape {tuple(found.shape)}; flatten other axes into that of the samples"
        )
    return found, error


def _real(name: str, values: Numbers) -> tuple[Tensor, float]:
    """Numbers in float64 on the CPU, and the error of a 1 in the type that they came in."""
    found = arguments.tensor(values, name=name, each="sample")
    if found.is_complex():
        raise InputError(f"{name} must be real numbers, got complex ones; give their real part")
    error = torch.finfo(found.dtype).eps if found.is_floating_point() else EXACT
    return found.detach().to("cpu", torch.float64), error


def _aligned(name: str, values: Tensor, batch: torch.Size) -> Tensor:
    """Values with an axis of runs, if the latents have one, and one of concepts."""
    if values.shape == batch or values.shape == batch[-1:]:
        return values.expand(batch)[..., None]
    if values.shape[:-1] != batch or not values.shape[-1]:
        raise InputError(
            f"{name} must have one number a sample, {tuple(batch)}, or a column a concept behind "
            f"that, got shape {tuple(values.shape)}; give those of the samples in the latents"
        )
    return values


def _shares(weights: Numbers | None, batch: torch.Size) -> Tensor:
    """Weights of samples that sum to 1 in each run. Shapes: that of the batch."""
    if weights is None:
        return torch.full(batch, 1 / batch[-1], dtype=torch.float64)
    found, _ = _real("weights", weights)
    if found.shape == batch[-1:]:
        found = found.expand(batch)
    found = samples.weights("weights", found, torch.empty(batch, dtype=torch.float64))
    total = found.sum(dim=-1, keepdim=True)
    if not (total > 0).all():
        raise InputError(
            "weights must be above 0 for some sample of each run, got 0 for all; leave weights out "
            "where all samples count alike"
        )
    return found / total


def _check_labels(labels: Tensor) -> None:
    if not ((labels >= 0) & (labels <= 1)).all():
        raise InputError(
            f"labels must lie in [0, 1], got {labels.min():g}…{labels.max():g}; give how surely "
            "each sample has the concept"
        )


def _check_differ(name: str, run: Run, where: str) -> None:
    """Refuse a concept that all samples have alike: no labelled sample, or no other one."""
    for column, values in enumerate(run.values.T):
        counted = values[run.weights > 0]
        size = counted.abs().max().item()
        if counted.max() - counted.min() <= 2 * run.values_error * size:
            raise InputError(
                f"{name} must differ between the samples that count, got {counted[0]:g} for all in "
                f"column {column}{where}; give samples with the concept and without it"
            )
