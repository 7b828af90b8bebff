"""The intervention that erasers fit: an affine map of latent vectors."""

from __future__ import annotations

import torch
from torch import Tensor

from colorcore.anchor import arguments
from colorcore.anchor.arguments import Vectors
from colorcore.anchor.interventions.kinds import Intervention, Latents
from colorcore.errors import InputError


class Affine(Intervention):
    """Maps latent vectors by a matrix and a shift: A z + b.

    Computed in float64, since what a map shall take away is a small difference of large numbers,
    which settings that have a GPU round matrix products would bring back.

    Shapes: `matrix` (latent, latent) and `shift` (latent,); or (runs, latent, latent) and
    (runs, latent); maps (…, latent) to (…, latent), or with another `axis` as the latent one.

    Raises: InputError for other shapes, numbers that are not finite, and latents of another width.

    Example:

        >>> Affine([[0, 0], [0, 1]], [5, 0])(torch.tensor([[3.0, 4.0]]))
        tensor([[5., 4.]])
    """

    axes = 2
    matrix: Tensor
    shift: Tensor

    def __init__(self, matrix: Vectors, shift: Vectors, *, axis: int = -1):
        super().__init__(axis, matrix=matrix, shift=shift)
        got, width = tuple(self.matrix.shape), self.matrix.shape[-1:]
        if self.matrix.ndim not in (2, 3) or got[-2:] != (*width, *width):
            raise InputError(
                f"matrix must be square, one or one a run, got shape {got}; give (latent, latent) "
                "or (runs, latent, latent)"
            )
        if tuple(self.shift.shape) != got[:-1]:
            raise InputError(
                f"shift must have the {got[:-1]} of the matrix' rows, got shape "
                f"{tuple(self.shift.shape)}; give one number a coordinate"
            )
        for name, one in self.values.items():
            if arguments.is_at_hand(one) and not one.isfinite().all():
                raise InputError(f"{name} must be finite numbers, got others; fit it on such")

    def act(self, latents: Latents, matrix: Tensor, shift: Tensor) -> Latents:
        if latents.shape[-1] != matrix.shape[-1]:
            raise InputError(
                f"matrix must have the latents' {latents.shape[-1]} coordinates, got shape "
                f"{tuple(matrix.shape)}; fit it on latents of that layer"
            )
        # Apple's GPUs have no float64, nor products that are rounded to less than float32.
        wide = torch.float32 if latents.device.type == "mps" else torch.float64
        matrix, shift = (one.to(latents.device, wide) for one in (matrix, shift))
        return (latents.to(wide) @ matrix.mT + shift).to(latents.dtype)
