"""The compiled kernels. Contiguous arrays in; `colorcore.kernels` is the face to use."""

import numpy as np
from numpy.typing import NDArray

_F32 = NDArray[np.float32]
_F64 = NDArray[np.float64]

__all__ = [
    "angular_separation_f32",
    "angular_separation_f64",
    "angular_separation_grad_f32",
    "angular_separation_grad_f64",
    "angular_separation_with_grad_f32",
    "angular_separation_with_grad_f64",
    "draw_batch",
    "hsv_cube_f32",
    "hsv_cube_f64",
    "hsv_to_rgb_f32",
    "hsv_to_rgb_f64",
    "rgb_cube_f32",
    "rgb_cube_f64",
    "rgb_to_hsv_f32",
    "rgb_to_hsv_f64",
]

def rgb_cube_f32(r: _F32, g: _F32, b: _F32) -> _F32: ...
def rgb_cube_f64(r: _F64, g: _F64, b: _F64) -> _F64: ...
def hsv_cube_f32(h: _F32, s: _F32, v: _F32) -> _F32: ...
def hsv_cube_f64(h: _F64, s: _F64, v: _F64) -> _F64: ...
def rgb_to_hsv_f32(rgb: _F32) -> _F32: ...
def rgb_to_hsv_f64(rgb: _F64) -> _F64: ...
def hsv_to_rgb_f32(hsv: _F32) -> _F32: ...
def hsv_to_rgb_f64(hsv: _F64) -> _F64: ...
def draw_batch(
    colors: int,
    probabilities: _F64,
    concepts: int,
    seeds: NDArray[np.uint64],
    step: int,
    batch_size: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]: ...
def angular_separation_f32(latents: _F32, power: float, shift: bool) -> _F32: ...
def angular_separation_f64(latents: _F64, power: float, shift: bool) -> _F64: ...
def angular_separation_with_grad_f32(
    latents: _F32, power: float, shift: bool
) -> tuple[_F32, _F32]: ...
def angular_separation_with_grad_f64(
    latents: _F64, power: float, shift: bool
) -> tuple[_F64, _F64]: ...
def angular_separation_grad_f32(
    latents: _F32,
    upstream: _F32,
    grad_of_sum: _F32 | None,
    power: float,
    shift: bool,
) -> _F32: ...
def angular_separation_grad_f64(
    latents: _F64,
    upstream: _F64,
    grad_of_sum: _F64 | None,
    power: float,
    shift: bool,
) -> _F64: ...
