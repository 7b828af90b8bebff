"""Half precision in, float32 within, and products that are not rounded to less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import torch
from torch import Tensor

Rest = ParamSpec("Rest")

HALF = (torch.float16, torch.bfloat16)

FLOATS = (torch.float32, torch.float64, *HALF)
"""What latents may be of. Eight bits are for storage: torch does not compute in them."""

CASTING = {
    device for device in ("cpu", "cuda", "mps", "xpu") if torch.amp.is_autocast_available(device)
}
"""Devices that have autocast: others refuse to be asked whether it is on."""

HAS_PRECISIONS = hasattr(torch.backends.cuda.matmul, "fp32_precision")
"""Since torch 2.9 products have a precision each; before, those on a GPU had a flag."""


def precise(
    function: Callable[Concatenate[Tensor, Rest], Tensor],
) -> Callable[Concatenate[Tensor, Rest], Tensor]:
    """A function of latents that computes in float32 or float64, whatever it is given.

    float16 and bfloat16 latents are cast first, and gradients come back in their type; autocast is
    off within, which would have products made in half precision again.

    Example:

        >>> @precise
        ... def squares(latents):
        ...     return latents.square().sum(dim=-1)
        >>> squares(torch.full((1, 2), 300.0, dtype=torch.float16))  # beyond float16's 65504
        tensor([180000.])
    """

    @wraps(function)
    def wrapped(latents: Tensor, *args: Rest.args, **kwargs: Rest.kwargs) -> Tensor:
        wide = latents.float() if latents.dtype in HALF else latents
        device = latents.device.type
        if not is_casting(device):
            return function(wide, *args, **kwargs)
        with torch.autocast(device, enabled=False):
            return function(wide, *args, **kwargs)

    return wrapped


def is_casting(device: str) -> bool:
    """Whether products on a device of this type are now made in half precision."""
    return device in CASTING and torch.is_autocast_enabled(device)


@contextmanager
def exact_products() -> Iterator[None]:
    """Matrix products of float32 in float32, whatever the program allows elsewhere.

    TensorFloat-32 and bfloat16 round cosines to a part in a thousand, so that no sample would be
    known for itself again. The setting is the process's: products of other threads are made the
    same way meanwhile, and none less exactly.

    Example:

        >>> torch.backends.mkldnn.matmul.fp32_precision = "bf16"
        >>> with exact_products():
        ...     torch.backends.mkldnn.matmul.fp32_precision
        'ieee'
        >>> torch.backends.mkldnn.matmul.fp32_precision
        'bf16'
        >>> torch.backends.mkldnn.matmul.fp32_precision = "none"
    """
    name, exact = ("fp32_precision", "ieee") if HAS_PRECISIONS else ("allow_tf32", False)
    backends: Any = torch.backends
    products = [backends.cuda.matmul, *([backends.mkldnn.matmul] if HAS_PRECISIONS else [])]
    rounded = [(one, getattr(one, name)) for one in products]
    rounded = [(one, before) for one, before in rounded if before not in ("none", "ieee", False)]
    for one, _ in rounded:
        setattr(one, name, exact)
    try:
        yield
    finally:
        for one, before in rounded:
            setattr(one, name, before)
