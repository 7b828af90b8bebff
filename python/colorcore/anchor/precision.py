"""Half precision in, float32 within: what sums and powers of small numbers need."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import torch
from torch import Tensor

Rest = ParamSpec("Rest")

HALF = (torch.float16, torch.bfloat16)


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
        if not torch.is_autocast_enabled(device):
            return function(wide, *args, **kwargs)
        with torch.autocast(device, enabled=False):
            return function(wide, *args, **kwargs)

    return wrapped
