"""The compiled kernels, or, if the environment asks for it, none."""

from __future__ import annotations

import os
from typing import Any, cast

from colorcore.kernels.arguments import FLOATS, Array

BACKEND = os.environ.get("COLORCORE_BACKEND", "native")

if BACKEND not in ("native", "reference"):
    raise ImportError(f"COLORCORE_BACKEND must be native or reference, got {BACKEND!r}; unset it")

try:
    from colorcore import _native as native
except ImportError as error:
    if BACKEND == "native":
        raise ImportError(
            "colorcore's compiled kernels are missing; build them with `maturin develop --release` "
            "or set COLORCORE_BACKEND=reference for slow ones in NumPy"
        ) from error
    native = cast(Any, None)  # asked for the reference, nothing will look for it


def native_for(kernel: str, array: Array) -> Any:
    """The compiled kernel for an array's float type."""
    return getattr(native, f"{kernel}_{FLOATS[array.dtype]}")
