"""Tensors on the CPU as NumPy arrays on the same memory, for the kernels."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from torch import Tensor


def array(values: Tensor) -> NDArray[Any]:
    """A tensor's numbers, without its gradient.

    What is negated as it is read, the imaginary part of a conjugate say, NumPy cannot look at: it
    is copied.

    Example:

        >>> import torch
        >>> array(torch.ones(2, requires_grad=True))
        array([1., 1.], dtype=float32)
    """
    return (values.detach() if values.requires_grad else values).resolve_neg().numpy()
