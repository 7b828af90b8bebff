"""The pairs of a batch on a GPU, in Triton: no matrix of pairs, memory O(B·K).

Latents of few coordinates are multiplied one by one, narrow ones by products of blocks; of wide
ones the products are the library's, tile by tile, and only what lies between them is fused.

Under `TRITON_INTERPRET=1` all of it runs on the CPU, slowly, which is how it is tested there.
"""

# What Triton compiles is not Python to a checker of types.
# pyright: reportArgumentType=false, reportCallIssue=false

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
import triton
from torch import Tensor

from colorcore.anchor.precision import exact_products
from colorcore.anchor.separation import gpu_pairs
from colorcore.anchor.separation.formula import tiles
from colorcore.anchor.separation.gpu_directions import directions, through_direction

FEW = 8
"""Most coordinates that are multiplied one by one: more would leave the registers."""
NARROW = 64
"""Widest latents that a program holds whole: wider ones have no room on every kind of GPU."""
OF_FEW = {"ROWS": 32, "COLUMNS": 32, "num_warps": 4, "num_stages": 1}
OF_NARROW = {"ROWS": 128, "COLUMNS": 64, "num_warps": 8, "num_stages": 1}
"""Pairs that a program takes at once, by how many warps, and blocks of columns loaded ahead."""
MANY_COLUMNS = 1024
"""Pairs of one row that a program takes at once, where the products are made elsewhere."""
OLDEST = (8, 0)
"""The compute capability from which on there are TensorFloat-32 products."""
WIDEST = 2**14
"""Widest latents of which a program measures a vector at once."""
LARGEST_POWER = 2.0**31
"""Below it the whole part of a power is multiplied out; it is compiled in."""


class Law(NamedTuple):
    """What a pair with cosine c counts: s^power, where s is (c + 1)/2 when shifted."""

    power: float
    shift: bool

    @property
    def compiled(self) -> dict[str, Any]:
        """The law as the kernels have it: a whole power, and what is left of it."""
        whole = int(self.power)
        return {
            "fraction": self.power - whole,
            "WHOLE": whole,
            "FRACTIONAL": self.power != whole,
            "SHIFT": self.shift,
        }

    @property
    def slope(self) -> float:
        """By what s^(power − 1) is multiplied in the derivative of s^power by the cosine."""
        return self.power * (0.5 if self.shift else 1.0)


def is_served(latents: Tensor, power: float) -> bool:
    """Whether the kernels take these latents: float32, no wider than a program holds,
    and a power that can be multiplied out.

    Cards before NVIDIA's Ampere lack the products, and those of others have not been tried.
    """
    able = torch.version.hip is None and torch.cuda.get_device_capability(latents.device) >= OLDEST
    fits = latents.shape[-1] <= WIDEST and power < LARGEST_POWER
    return able and fits and latents.dtype == torch.float32


def losses(latents: Tensor, mask: Tensor | None, power: float, shift: bool) -> Tensor:
    """ℓ of each sample. Shapes: (…, B, K), and of a mask (…, B) → (…, B)."""
    z, shown = _flat(latents, 1), _flat(mask, 0)
    units = directions(z, shown, turned=_is_turned(z))
    return _through_pairs(units, z.shape, Law(power, shift), shown)[0].view(latents.shape[:-1])


def losses_with_grad(
    latents: Tensor, mask: Tensor | None, power: float, shift: bool
) -> tuple[Tensor, Tensor]:
    """ℓ of each sample and the gradient of Σ ℓ. Shapes: (…, B, K) → (…, B) and (…, B, K)."""
    z, shown = _flat(latents, 1), _flat(mask, 0)
    turned = _is_turned(z)
    units = directions(z, shown, turned=turned)
    found, pulls = _through_pairs(units, z.shape, Law(power, shift), shown, pulls=True)
    # A pair is in two samples' losses.
    grad = through_direction(z, pulls, shown, turned=turned, scale=2.0)
    return found.view(latents.shape[:-1]), grad.view(latents.shape)


def gradient(
    latents: Tensor,
    upstream: Tensor,
    grad_of_sum: Tensor,
    mask: Tensor | None,
    power: float,
    shift: bool,
) -> Tensor:
    """Gradient of Σ upstream · ℓ. Shapes: (…, B, K), (…, B), (…, B, K) → (…, B, K).

    Where all samples of an item have the same upstream gradient, as those of a mean have, there is
    nothing to do but multiply.
    """
    z, shown, weights = _flat(latents, 1), _flat(mask, 0), _flat(upstream, 0)
    of_sum, turned, alike = _flat(grad_of_sum, 1), _is_turned(z), _alike(weights, shown)
    units = directions(z, shown, turned=turned)
    given = (Law(power, shift), shown, weights, alike)
    _, pulls = _through_pairs(units, z.shape, *given, pulls=True)
    known = {"upstream": weights, "alike": alike, "grad_of_sum": of_sum}
    return through_direction(z, pulls, shown, turned=turned, **known).view(latents.shape)


def _flat(values: Tensor | None, trailing: int) -> Any:
    """With one leading axis of items. Shapes: (…, B, …) → (items, B, …)."""
    if values is None:
        return None
    *items, batch = values.shape[: values.ndim - trailing]
    rest = values.shape[values.ndim - trailing :]
    return values.reshape(math.prod(items), batch, *rest).contiguous()


def _is_turned(latents: Tensor) -> bool:
    """Whether the kernel for these has a coordinate of all samples side by side."""
    return latents.shape[-1] <= FEW


def _alike(upstream: Tensor, mask: Tensor | None) -> Tensor:
    """Whether all samples of an item that take part have the same. Shapes: (items, B) → (items,).

    One that is not a number is like no other.
    """
    if not upstream.numel():
        return torch.ones(len(upstream), dtype=torch.bool, device=upstream.device)
    low, high = upstream, upstream
    if mask is not None:
        low, high = upstream.where(mask, torch.inf), upstream.where(mask, -torch.inf)
    return low.amin(dim=-1) >= high.amax(dim=-1)


class _Pairs(NamedTuple):
    """Directions whose pairs are gone through, what for, and where it goes.

    Shapes: `units` (items, B, K), or for few coordinates (items, K, B), of latents of a `shape`
    (items, B, K); `mask`, `upstream` and `losses` (items, B), `alike` (items,), `pulls` as the
    directions, or empty when not asked for.
    """

    units: Tensor
    shape: torch.Size
    law: Law
    mask: Tensor | None
    upstream: Tensor | None
    alike: Tensor | None
    losses: Tensor
    pulls: Tensor

    @property
    def pointers(self) -> list[Tensor]:
        """A kernel does not touch what stands in for what there is not."""
        given = (self.mask, self.upstream, self.alike, self.losses, self.pulls)
        return [self.units, *(self.units if one is None else one for one in given)]

    @property
    def options(self) -> dict[str, Any]:
        return {
            **self.law.compiled,
            "MASKED": self.mask is not None,
            "WEIGHTED": self.upstream is not None,
            "PULLS": bool(self.pulls.numel()),
        }

    def grid(self, rows: int) -> tuple[int]:
        """Programs that take so many rows each."""
        items, batch, _ = self.shape
        return (items * triton.cdiv(batch, rows),)


def _through_pairs(
    units: Tensor,
    shape: torch.Size,
    law: Law,
    mask: Tensor | None,
    upstream: Tensor | None = None,
    alike: Tensor | None = None,
    *,
    pulls: bool = False,
) -> tuple[Tensor, Tensor]:
    """Losses, and the gradient by directions: of half their sum, or as upstream weighs them.

    Shapes: as `_Pairs` has them.
    """
    found = units.new_zeros(shape[:-1])
    pulled = torch.zeros_like(units) if pulls else units.new_empty(0)
    if units.numel():
        width = shape[-1]
        work = _few if width <= FEW else _narrow if width <= NARROW else _wide
        work(_Pairs(units, shape, law, mask, upstream, alike, found, pulled))
    return found, pulled


def _few(of: _Pairs) -> None:
    gpu_pairs.few_coordinates[of.grid(OF_FEW["ROWS"])](
        *of.pointers,
        of.shape[1],
        of.law.slope,
        WIDTH=of.shape[2],
        **of.options,
        **OF_FEW,
    )


def _narrow(of: _Pairs) -> None:
    gpu_pairs.narrow_pairs[of.grid(OF_NARROW["ROWS"])](
        *of.pointers,
        of.shape[1],
        of.law.slope,
        WIDTH=of.shape[2],
        PADDED=max(16, triton.next_power_of_2(of.shape[2])),
        **of.options,
        **OF_NARROW,
    )


def _wide(of: _Pairs) -> None:
    """With the products of a tile of rows by the library.

    They are worth stopping the device for, to see whether they are needed.
    """
    if of.alike is not None and not _is_captured(of.alike) and of.alike.all():
        return
    items, batch, _ = of.shape
    for rows in tiles(of.shape):
        count = rows.stop - rows.start
        with exact_products():
            pairs = of.units[:, rows] @ of.units.mT  # cosines, and then slopes in their place
        gpu_pairs.rows_of_cosines[(items * count,)](
            pairs,
            pairs if of.mask is None else of.mask,
            pairs if of.upstream is None else of.upstream,
            of.losses,
            batch,
            count,
            rows.start,
            of.law.slope,
            **of.options,
            COLUMNS=MANY_COLUMNS,
        )
        if of.pulls.numel():
            with exact_products():
                torch.matmul(pairs, of.units, out=of.pulls[:, rows])


def _is_captured(tensor: Tensor) -> bool:
    """Whether a CUDA graph is made, for which the device does nothing yet that one could see."""
    return tensor.device.type == "cuda" and torch.cuda.is_current_stream_capturing()
