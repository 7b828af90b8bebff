"""The kernels: NumPy in, NumPy out, computed in Rust.

Arguments are checked here and refused with what was wanted, what came and the remedy. With
`COLORCORE_BACKEND=reference` in the environment the kernels of `colorcore.kernels.reference`
compute instead, for comparison.
"""

from colorcore.kernels.cubes import hsv_cube, hsv_to_rgb, rgb_cube, rgb_to_hsv
from colorcore.kernels.labels import Labeler, draw_batch
from colorcore.kernels.separation import (
    angular_separation,
    angular_separation_grad,
    angular_separation_with_grad,
)

__all__ = [
    "Labeler",
    "angular_separation",
    "angular_separation_grad",
    "angular_separation_with_grad",
    "draw_batch",
    "hsv_cube",
    "hsv_to_rgb",
    "rgb_cube",
    "rgb_to_hsv",
]
