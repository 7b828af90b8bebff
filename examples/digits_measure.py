"""What a model of the example on digits makes of held-out images, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor, nn

from colorcore.anchor import capture, cosine
from colorcore.kernels import draw_batch
from digits_data import Samples


class Answer(NamedTuple):
    """Shapes: `latents` (batch, latent), `recon` (batch, 64), `digits` (batch,)."""

    latents: Tensor
    recon: Tensor
    digits: Tensor


def answer(model: nn.Module, images: Tensor) -> Answer:
    """What a model makes of images."""
    with torch.no_grad(), capture(model, ["bottleneck"]) as layers:
        recon, logits = model(images)
    return Answer(layers["bottleneck"], recon, logits.argmax(dim=-1))


NEIGHBOURS = 5


def measure(
    model: nn.Module, seen: Samples, unseen: Samples, axis: Sequence[float]
) -> pd.DataFrame:
    """Held-out accuracy, error and cosine to the axis, a row a class.

    `fresh` is the accuracy of a new reader, nearest neighbours among the latents that this very
    model gives to the training images: it finds whatever the latents still tell.
    """
    got = answer(model, unseen.images)
    fresh = KNeighborsClassifier(NEIGHBOURS).fit(answer(model, seen.images).latents, seen.digits)
    has_axis = got.latents.shape[-1] == len(axis)  # a pruned model has lost it
    table = {
        "class": unseen.digits,
        "accuracy": (got.digits == unseen.digits).float(),
        "fresh": np.asarray(fresh.predict(got.latents)) == unseen.digits.numpy(),
        "mse": (got.recon - unseen.images).square().mean(dim=-1),
        "cosine": cosine(got.latents, axis) if has_axis else torch.nan,
    }
    return pd.DataFrame(table).groupby("class").mean().reset_index()


def count_labels(
    digits: Tensor, likely: Tensor, *, digit: int, seed: int, steps: int, batch_size: int
) -> dict[str, int]:
    """How many labels a run saw, and how many were wrong: its batches, drawn once more."""
    total = right = 0
    for step in range(steps):
        drawn, labels = draw_batch(
            digits[:, None], likely, seeds=[seed], step=step, batch_size=batch_size
        )
        labelled = digits[drawn[labels[..., 0]]]
        total += len(labelled)
        right += int((labelled == digit).sum())
    return {"samples": batch_size * steps, "labels": total, "wrong": total - right}
