"""Kernels and an experiment for sparse concept anchoring, on colours.

>>> import colorcore
>>> colorcore.rgb_cube([0.0, 1.0], [0.0], [0.5]).shape
(2, 1, 1, 3)

The kernels (`colorcore.kernels`) take and return NumPy arrays. `colorcore.anchor` is for PyTorch
models,
`colorcore.schedule` for any training loop; torch is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorcore.kernels import (
        angular_separation,
        angular_separation_grad,
        angular_separation_with_grad,
        draw_batch,
        hsv_cube,
        hsv_to_rgb,
        rgb_cube,
        rgb_to_hsv,
    )

__version__ = "0.1.0"

__all__ = [
    "angular_separation",
    "angular_separation_grad",
    "angular_separation_with_grad",
    "draw_batch",
    "hsv_cube",
    "hsv_to_rgb",
    "rgb_cube",
    "rgb_to_hsv",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module("colorcore.kernels"), name)
    raise AttributeError(f"module 'colorcore' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
