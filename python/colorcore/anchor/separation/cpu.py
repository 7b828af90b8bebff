"""The pairs of a batch on the CPU: the Rust kernels on tensors' own memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from colorcore import kernels
from colorcore.anchor.arrays import array

Array = NDArray[Any]


def losses(latents: Tensor, mask: Tensor | None, power: float, shift: bool) -> Tensor:
    """ℓ of each sample. Shapes: (…, B, K), and of a mask (…, B) → (…, B)."""
    z, law = array(latents), {"power": power, "shift": shift}
    if mask is None:
        return torch.from_numpy(kernels.angular_separation(z, **law))
    found = np.zeros(z.shape[:-1], dtype=z.dtype)
    for here in _taking_part(mask):
        found[here] = kernels.angular_separation(z[here], **law)
    return torch.from_numpy(found)


def losses_with_grad(
    latents: Tensor, mask: Tensor | None, power: float, shift: bool
) -> tuple[Tensor, Tensor]:
    """ℓ of each sample and the gradient of Σ ℓ. Shapes: (…, B, K) → (…, B) and (…, B, K)."""
    z, law = array(latents), {"power": power, "shift": shift}
    if mask is None:
        found, grad = kernels.angular_separation_with_grad(z, **law)
    else:
        found, grad = np.zeros(z.shape[:-1], dtype=z.dtype), np.zeros_like(z)
        for here in _taking_part(mask):
            found[here], grad[here] = kernels.angular_separation_with_grad(z[here], **law)
    return torch.from_numpy(found), torch.from_numpy(grad)


def gradient(
    latents: Tensor,
    upstream: Tensor,
    grad_of_sum: Tensor,
    mask: Tensor | None,
    power: float,
    shift: bool,
) -> Tensor:
    """Gradient of Σ upstream · ℓ. Shapes: (…, B, K), (…, B), (…, B, K) → (…, B, K)."""
    z, u, of_sum = array(latents), array(upstream), array(grad_of_sum)
    law = {"power": power, "shift": shift}
    if mask is None:
        found = kernels.angular_separation_grad(z, u, grad_of_sum=of_sum, **law)
        return torch.from_numpy(found)
    grad = np.zeros_like(z)
    for here in _taking_part(mask):
        given = {"grad_of_sum": of_sum[here], **law}
        grad[here] = kernels.angular_separation_grad(z[here], u[here], **given)
    return torch.from_numpy(grad)


def _taking_part(mask: Tensor) -> Iterator[tuple[Any, ...]]:
    """Of each item of a batch, the place of the samples that take part. Shapes: (…, B)."""
    shown: Array = array(mask)
    for item in np.ndindex(*shown.shape[:-1]):
        yield (*item, shown[item])
