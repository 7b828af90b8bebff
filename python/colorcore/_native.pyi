"""The compiled kernels. Contiguous arrays in; `colorcore.kernels` is the face to use."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_F32 = NDArray[np.float32]
_F64 = NDArray[np.float64]
_Given32 = tuple[_F32, _F32, _F32, _F32, NDArray[np.bool_]]
_Given64 = tuple[_F64, _F64, _F64, _F64, NDArray[np.bool_]]

__all__ = [
    "adam_f32",
    "adam_f64",
    "angular_separation_f32",
    "angular_separation_f64",
    "angular_separation_grad_f32",
    "angular_separation_grad_f64",
    "angular_separation_with_grad_f32",
    "angular_separation_with_grad_f64",
    "draw_batch_f32",
    "draw_batch_f64",
    "draw_labels_f32",
    "draw_labels_f64",
    "ensemble_backward_f32",
    "ensemble_backward_f64",
    "ensemble_fit_f32",
    "ensemble_fit_f64",
    "ensemble_forward_f32",
    "ensemble_forward_f64",
    "gelu_f32",
    "gelu_f64",
    "hsv_cube_f32",
    "hsv_cube_f64",
    "hsv_to_rgb_f32",
    "hsv_to_rgb_f64",
    "objective_f32",
    "objective_f64",
    "objective_grad_f32",
    "objective_grad_f64",
    "rgb_cube_f32",
    "rgb_cube_f64",
    "rgb_to_hsv_f32",
    "rgb_to_hsv_f64",
    "unit_f32",
    "unit_f64",
    "unit_grad_f32",
    "unit_grad_f64",
]

def rgb_cube_f32(r: _F32, g: _F32, b: _F32) -> _F32: ...
def rgb_cube_f64(r: _F64, g: _F64, b: _F64) -> _F64: ...
def hsv_cube_f32(h: _F32, s: _F32, v: _F32) -> _F32: ...
def hsv_cube_f64(h: _F64, s: _F64, v: _F64) -> _F64: ...
def rgb_to_hsv_f32(rgb: _F32) -> _F32: ...
def rgb_to_hsv_f64(rgb: _F64) -> _F64: ...
def hsv_to_rgb_f32(hsv: _F32) -> _F32: ...
def hsv_to_rgb_f64(hsv: _F64) -> _F64: ...
def draw_batch_f32(
    colors: int,
    probabilities: _F32,
    concepts: int,
    seeds: NDArray[np.uint64],
    step: int,
    batch_size: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]: ...
def draw_labels_f32(
    indices: NDArray[np.int64],
    slots: NDArray[np.uint64],
    probabilities: _F32,
    concepts: int,
    seed: int,
    step: int,
) -> NDArray[np.bool_]: ...
def draw_batch_f64(
    colors: int,
    probabilities: _F64,
    concepts: int,
    seeds: NDArray[np.uint64],
    step: int,
    batch_size: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]: ...
def draw_labels_f64(
    indices: NDArray[np.int64],
    slots: NDArray[np.uint64],
    probabilities: _F64,
    concepts: int,
    seed: int,
    step: int,
) -> NDArray[np.bool_]: ...
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
def ensemble_forward_f32(
    values: _F32, x: _F32, widths: Sequence[int], then: Sequence[int], tape: _F32 | None
) -> list[_F32]: ...
def ensemble_backward_f32(
    values: _F32,
    x: _F32,
    tape: _F32,
    upstream: Sequence[_F32 | None],
    widths: Sequence[int],
    then: Sequence[int],
    wants_inputs: bool,
) -> tuple[_F32, _F32 | None]: ...
def ensemble_fit_f32(
    values: _F32,
    samples: _F32,
    wanted: _F32,
    drawn: NDArray[np.int64],
    rates: _F64,
    widths: Sequence[int],
    then: Sequence[int],
    betas: tuple[float, float],
    eps: float,
) -> None: ...
def gelu_f32(x: _F32) -> tuple[_F32, _F32]: ...
def unit_f32(x: _F32) -> _F32: ...
def unit_grad_f32(x: _F32, units: _F32, upstream: _F32) -> _F32: ...
def objective_f32(
    arrays: _Given32,
    codes: Sequence[int],
    powers: Sequence[float],
    vectors: Sequence[float],
    off_axes: Sequence[float],
    affinities: Sequence[float],
) -> tuple[_F32, _F32]: ...
def objective_grad_f32(
    arrays: _Given32,
    pairs: _F32,
    upstream: _F32,
    codes: Sequence[int],
    powers: Sequence[float],
    vectors: Sequence[float],
    off_axes: Sequence[float],
    affinities: Sequence[float],
) -> tuple[_F32 | None, _F32 | None, _F32]: ...
def adam_f32(
    values: _F32,
    mean: _F32,
    square: _F32,
    gradient: _F32,
    rate: float,
    betas: tuple[float, float],
    eps: float,
    count: int,
) -> None: ...
def ensemble_forward_f64(
    values: _F64, x: _F64, widths: Sequence[int], then: Sequence[int], tape: _F64 | None
) -> list[_F64]: ...
def ensemble_backward_f64(
    values: _F64,
    x: _F64,
    tape: _F64,
    upstream: Sequence[_F64 | None],
    widths: Sequence[int],
    then: Sequence[int],
    wants_inputs: bool,
) -> tuple[_F64, _F64 | None]: ...
def ensemble_fit_f64(
    values: _F64,
    samples: _F64,
    wanted: _F64,
    drawn: NDArray[np.int64],
    rates: _F64,
    widths: Sequence[int],
    then: Sequence[int],
    betas: tuple[float, float],
    eps: float,
) -> None: ...
def gelu_f64(x: _F64) -> tuple[_F64, _F64]: ...
def unit_f64(x: _F64) -> _F64: ...
def unit_grad_f64(x: _F64, units: _F64, upstream: _F64) -> _F64: ...
def objective_f64(
    arrays: _Given64,
    codes: Sequence[int],
    powers: Sequence[float],
    vectors: Sequence[float],
    off_axes: Sequence[float],
    affinities: Sequence[float],
) -> tuple[_F64, _F64]: ...
def objective_grad_f64(
    arrays: _Given64,
    pairs: _F64,
    upstream: _F64,
    codes: Sequence[int],
    powers: Sequence[float],
    vectors: Sequence[float],
    off_axes: Sequence[float],
    affinities: Sequence[float],
) -> tuple[_F64 | None, _F64 | None, _F64]: ...
def adam_f64(
    values: _F64,
    mean: _F64,
    square: _F64,
    gradient: _F64,
    rate: float,
    betas: tuple[float, float],
    eps: float,
    count: int,
) -> None: ...
