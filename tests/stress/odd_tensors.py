"""Tensors as torch can make them, however odd, at the faces of kernels that take tensors."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from colorcore.anchor import angular_separation
from colorcore.anchor.ensemble.networks import EnsembleLinear, normalize
from odd_arrays import plain


class Tagged(Tensor):
    """A subclass, whose operations give more of it."""


SAME = {
    "whole": lambda x: x,
    "strided": lambda x: torch.stack([x, x, x], dim=-1)[..., 1],
    "transposed": lambda x: x.mT.contiguous().mT if x.ndim > 1 else x,
    "negated": lambda x: torch.complex(torch.zeros_like(x), -x).conj().imag,
    "parameter": lambda x: nn.Parameter(x),
    "grown": lambda x: x.clone().requires_grad_() * 1,
    "tagged": lambda x: x.as_subclass(Tagged),
    "repeated": lambda x: x[:1].expand(x.shape) if x.ndim else x,
}
OTHERS = {
    "half": lambda x: x.half(),
    "brief": lambda x: x.bfloat16(),
    "whole numbers": lambda x: x.nan_to_num(0, 0, 0).clamp(-9, 9).long(),
    "complex": lambda x: torch.complex(x, x),
    "sparse": lambda x: x.to_sparse(),
    "nowhere": lambda x: x.to("meta"),
}
SHOWN = {**SAME, **OTHERS}


@st.composite
def tensors(draw, **shape) -> tuple[str, Tensor, Tensor]:
    """What it is, its plain numbers, and the same oddly."""
    values = torch.from_numpy(draw(plain(**shape)))
    name = draw(st.sampled_from(sorted(SHOWN)))
    odd = SHOWN[name](values)
    return name, odd.detach().resolve_neg().clone() if name in SAME else values, odd


def _told(call, *values: Tensor) -> Tensor | Exception:
    try:
        return call(*values)
    except Exception as error:
        return error


def _assert_same(found: Tensor, wanted: Tensor) -> None:
    np.testing.assert_array_equal(found.detach().numpy(), wanted.detach().numpy())


@given(tensors(max_dims=3), st.booleans())
def separation_of_tensors(one, shift):
    name, numbers, odd = one
    found = _told(lambda x: angular_separation(x, 2.0, shift), odd)
    if isinstance(found, Exception):
        assert isinstance(found, TypeError | ValueError), (name, found)
        assert "latents" in str(found), (name, found)
        assert "\n" not in str(found), (name, found)
    elif name in SAME:
        _assert_same(found, angular_separation(numbers, 2.0, shift))
        if odd.requires_grad:
            found.sum().backward()


@given(tensors(max_dims=3))
def units_of_tensors(one):
    """As torch's own, or refused as there."""
    name, numbers, odd = one
    found, wanted = _told(normalize, odd), _told(lambda x: nn.functional.normalize(x, dim=-1), odd)
    assert isinstance(found, Exception) == isinstance(wanted, Exception), (name, found, wanted)
    if isinstance(found, Tensor) and name in SAME:
        _assert_same(found, normalize(numbers))
        if odd.requires_grad and odd.numel():
            found.sum().backward()


@given(tensors(min_dims=3, max_dims=3), st.integers(0, 3))
def affine_maps_of_tensors(one, outputs):
    name, numbers, odd = one
    runs, _, inputs = odd.shape
    weight = torch.ones(runs, outputs, inputs, dtype=numbers.dtype)
    layer = EnsembleLinear(weight, torch.zeros(runs, outputs, dtype=numbers.dtype))
    found = _told(layer, odd)
    if isinstance(found, Exception):
        assert name not in SAME or (isinstance(found, ValueError) and not outputs * inputs), found
        assert isinstance(found, TypeError | ValueError | RuntimeError | NotImplementedError)
    elif name in SAME:
        _assert_same(found, layer(numbers))
        if found.numel():
            found.sum().backward()


TENSORS = (separation_of_tensors, units_of_tensors, affine_maps_of_tensors)
