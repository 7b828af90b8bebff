"""All that a model holds of some dimensions: slices of its weights, to be zeroed or left out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from colorcore.anchor.layers.named import find
from colorcore.anchor.surgery import channels
from colorcore.anchor.surgery.between import NEUTRAL, NORMS
from colorcore.anchor.surgery.masks import hold
from colorcore.anchor.surgery.site import Site
from colorcore.errors import InputError


class Slices(NamedTuple):
    """A parameter or buffer with a slice for each dimension on an axis.

    `along` is the axis of dimensions in tensors, from the end; `empty` what a dimension has there
    that carries nothing.
    """

    module: nn.Module
    name: str
    axis: int
    width: int
    along: int = -1
    empty: float = 0.0

    def places(self, dims: Sequence[int]) -> Tensor:
        """The slices of some dimensions, and of all that is flattened into them."""
        value = getattr(self.module, self.name)
        found = channels.columns(dims, self.width, value.shape[self.axis], axis=self.along)
        return torch.tensor(found, dtype=torch.long, device=value.device)

    def clear(self, dims: Sequence[int], *, frozen: bool) -> None:
        """Have dimensions carry nothing, now or also in what training follows."""
        value, places = getattr(self.module, self.name), self.places(dims)
        with torch.no_grad():
            value.index_fill_(self.axis, places, self.empty)
        if frozen and isinstance(value, nn.Parameter):
            hold(self.module, self.name, self.axis, places.tolist())

    def narrow(self, keep: Sequence[int]) -> None:
        """Leave out all but some dimensions."""
        value = getattr(self.module, self.name)
        kept = value.detach().index_select(self.axis, self.places(keep))
        if isinstance(value, nn.Parameter):
            kept = nn.Parameter(kept, requires_grad=value.requires_grad)
        setattr(self.module, self.name, kept)


def written(model: nn.Module, site: Site) -> Iterator[Slices]:
    """What gives dimensions their values: rows and biases, and statistics of each dimension."""
    for name in site.writers:
        module, kind = channels.layer(model, name)
        yield Slices(module, "weight", kind.writes, site.width)
        if getattr(module, "bias", None) is not None:
            yield Slices(module, "bias", -1, site.width)
    for name in site.between:
        module = find(model, name)
        for number, empty in NEUTRAL.items() if type(module) in NORMS else ():
            if getattr(module, number, None) is not None:
                yield Slices(module, number, 0, site.width, empty=empty)


def read(model: nn.Module, site: Site) -> Iterator[Slices]:
    """What makes something of dimensions: columns."""
    for name in site.readers:
        module, kind = channels.layer(model, name, reads=True)
        if kind.reads is not None:
            yield Slices(module, "weight", kind.reads, site.width, site.axis)


def narrow(model: nn.Module, site: Site, keep: Sequence[int]) -> None:
    """Leave out all dimensions but some, wherever a model holds or counts them."""
    for one in [*written(model, site), *read(model, site)]:
        one.narrow(keep)
    for name in site.between:
        _narrow_between(name, find(model, name), site.width, list(keep))
    for name in (*site.writers, *site.readers):
        module, kind = channels.layer(model, name)
        kind.count(module)


def _narrow_between(name: str, module: Any, width: int, keep: list[int]) -> None:
    if isinstance(module, tuple(NORMS)):
        module.num_features = len(keep)
    elif isinstance(module, nn.PReLU):
        Slices(module, "weight", 0, width).narrow(keep)
        module.num_parameters = len(keep)
    elif isinstance(module, nn.RMSNorm):
        _narrow_rms(name, module, width, keep)


def _narrow_rms(name: str, module: nn.RMSNorm, width: int, keep: list[int]) -> None:
    """Leave dimensions out of a mean square: x / √(Σ/n + ε) = √(m/n) · x / √(Σ/m + ε·m … n).

    The mean over fewer is larger by n/m; the weight and ε take that back.
    """
    if module.weight is None:
        raise InputError(
            f"layer {name}: wanted an RMSNorm with a weight, which takes up that fewer dimensions "
            "are averaged, got none; ablate, or name it as after"
        )
    eps = torch.finfo(module.weight.dtype).eps if module.eps is None else module.eps
    Slices(module, "weight", -1, width).narrow(keep)
    with torch.no_grad():
        module.weight.mul_(math.sqrt(width / len(keep)))
    module.eps, module.normalized_shape = eps * width / len(keep), (len(keep),)
