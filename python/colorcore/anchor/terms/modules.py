"""Terms as modules: their directions are in a `state_dict`, follow a device, and can be learned.

>>> anchor = AngularAnchor([3, 4])
>>> anchor(torch.tensor([[3.0, 4.0], [4.0, -3.0]]))
tensor([0., 1.])
>>> learned = AngularAnchor(nn.Parameter(torch.tensor([1.0, 0.0])))
>>> [name for name, _ in learned.named_parameters()]
['direction']
"""

from __future__ import annotations

import json
import sys
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from colorcore.anchor import arguments
from colorcore.anchor.arguments import Dims, Vector
from colorcore.anchor.samples import Numbers
from colorcore.anchor.separation.angular import angular_separation
from colorcore.anchor.terms import per_sample as terms
from colorcore.anchor.terms.tilted import check_tilt, tilted_anchor
from colorcore.errors import InputError


class Term(nn.Module):
    """A loss for each sample, as a module.

    A `state_dict` says how it was set up, too, and is refused by a term that was set up otherwise.
    """

    VECTOR: ClassVar[str | None] = None
    """The name of its direction or point, if it has one."""
    SETTINGS: ClassVar[tuple[str, ...]] = ()
    """What else it was made with."""

    @property
    def settings(self) -> dict[str, Any]:
        """What it was made with, beside its direction or point."""
        return {name: getattr(self, name) for name in self.SETTINGS}

    def get_extra_state(self) -> Tensor:
        # As JSON in a tensor: safetensors and others take nothing else.
        setup = json.dumps({"term": type(self).__name__, **self.settings}, default=float)
        return torch.tensor(list(setup.encode()), dtype=torch.uint8)

    def set_extra_state(self, state: Tensor) -> None:
        wanted, got = _setup(self.get_extra_state()), _setup(state)
        if got != wanted:
            raise InputError(
                f"a term's state must be of {wanted}, got that of {got}; make the term as it was "
                "when the state was kept"
            )

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.settings.items())

    def _take(self, values: Vector, wanted: str = "a direction") -> None:
        """Keep a direction or point: as a parameter if it is one, else as a buffer."""
        name = self.VECTOR
        assert name
        found = arguments.kept(values, name=name)
        if found.ndim != 1 or not len(found) or not found.detach().isfinite().all():
            raise InputError(
                f"{name} must be {wanted}, finite numbers with shape (latent,), got shape "
                f"{tuple(found.shape)}; give one number a coordinate"
            )
        is_read = not isinstance(values, Tensor)  # of numbers, which have no type yet
        arguments.keep(self, name, found.to(torch.get_default_dtype()) if is_read else found)


def _setup(state: Tensor) -> dict[str, Any]:
    return json.loads(bytes(state.tolist()))


class _Directed(Term):
    VECTOR = "direction"
    direction: Tensor

    def __init__(self, direction: Vector) -> None:
        super().__init__()
        self._take(direction)
        arguments.unit(self.direction, self.direction.detach())  # refused here without a length


class AngularAnchor(_Directed):
    """`colorcore.anchor.terms.per_sample.angular_anchor` as a module.

    Shapes: `direction` (latent,), a `Parameter` if it is to be learned.

    Raises: InputError for another shape, or a direction without length.
    """

    def forward(self, latents: Tensor, *, axis: int = -1, mask: Numbers | None = None) -> Tensor:
        """Shapes: (…, latent) → (…), in [0, 2]."""
        return terms.angular_anchor(latents, self.direction, axis=axis, mask=mask)


class TiltedAnchor(_Directed):
    """`colorcore.anchor.terms.tilted.tilted_anchor` as a module.

    Shapes: `direction` (latent,), a `Parameter` if it is to be learned; `dims` from 0 on.

    Raises: InputError for another shape, a direction without length, dimensions that are no whole
    numbers or repeat, a tilt below 0, or a way that there is not.
    """

    SETTINGS = ("tilt", "dims", "toward")

    def __init__(
        self, direction: Vector, *, tilt: float | int, dims: Dims, toward: str = "mean"
    ) -> None:
        super().__init__(direction)
        check_tilt(tilt, toward)
        self.tilt, self.dims, self.toward = tilt, _numbered(dims), toward

    def forward(
        self,
        latents: Tensor,
        *,
        labelled: Numbers | None = None,
        axis: int = -1,
        mask: Numbers | None = None,
    ) -> Tensor:
        """Shapes: (…, batch, latent) → (…, batch), in [0, 2]. Raises: as the function."""
        options = {**self.settings, "labelled": labelled, "axis": axis, "mask": mask}
        return tilted_anchor(latents, self.direction, **options)


class AntiAnchor(_Directed):
    """`colorcore.anchor.terms.per_sample.anti_anchor` as a module.

    Shapes: `direction` (latent,), a `Parameter` if it is to be learned.

    Raises: InputError for another shape, or a direction without length.
    """

    SETTINGS = ("full_sphere",)

    def __init__(self, direction: Vector, *, full_sphere: bool = False) -> None:
        super().__init__(direction)
        self.full_sphere = full_sphere

    def forward(self, latents: Tensor, *, axis: int = -1, mask: Numbers | None = None) -> Tensor:
        """Shapes: (…, latent) → (…), in [0, 1]."""
        options = {"full_sphere": self.full_sphere, "axis": axis, "mask": mask}
        return terms.anti_anchor(latents, self.direction, **options)


class EuclideanAnchor(Term):
    """`colorcore.anchor.terms.per_sample.euclidean_anchor` as a module.

    Shapes: `point` (latent,), a `Parameter` if it is to be learned.

    Raises: InputError for another shape.
    """

    VECTOR = "point"
    point: Tensor

    def __init__(self, point: Vector) -> None:
        super().__init__()
        self._take(point, "a point")

    def forward(self, latents: Tensor, *, axis: int = -1, mask: Numbers | None = None) -> Tensor:
        """Shapes: (…, latent) → (…), ≥ 0."""
        return terms.euclidean_anchor(latents, self.point, axis=axis, mask=mask)


class _Subspace(Term):
    SETTINGS = ("dims",)

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.dims = _numbered(dims)


def _numbered(dims: Dims) -> list[int]:
    if isinstance(dims, slice):
        raise InputError(
            f"dims must be numbered where no width is known, got {dims}; give a list or range"
        )
    return arguments.dims(dims, sys.maxsize)


class RepelSubspace(_Subspace):
    """`colorcore.anchor.terms.per_sample.repel_subspace` as a module.

    Shapes: `dims` from 0 on, each once.

    Raises: InputError for what is no whole number, or repeats, and for a side that there is not.
    """

    SETTINGS = ("dims", "side")

    def __init__(self, dims: Dims, *, side: str = "both") -> None:
        super().__init__(dims)
        terms.check_side(side)
        self.side = side

    def forward(self, latents: Tensor, *, axis: int = -1, mask: Numbers | None = None) -> Tensor:
        """Shapes: (…, latent) → (…), ≥ 0. Raises: InputError for dimensions that are lacking."""
        return terms.repel_subspace(latents, self.dims, side=self.side, axis=axis, mask=mask)


class KeepSubspace(_Subspace):
    """`colorcore.anchor.terms.per_sample.keep_subspace` as a module.

    Shapes: `dims` from 0 on, each once.

    Raises: InputError for what is no whole number, or repeats.
    """

    def forward(self, latents: Tensor, *, axis: int = -1, mask: Numbers | None = None) -> Tensor:
        """Shapes: (…, latent) → (…), ≥ 0. Raises: InputError for dimensions that are lacking."""
        return terms.keep_subspace(latents, self.dims, axis=axis, mask=mask)


class Unitarity(Term):
    """`colorcore.anchor.terms.per_sample.unitarity` as a module."""

    def forward(self, latents: Tensor, *, axis: int = -1, mask: Numbers | None = None) -> Tensor:
        """Shapes: (…, latent) → (…), ≥ 0."""
        return terms.unitarity(latents, axis=axis, mask=mask)


class Separation(Term):
    """`colorcore.anchor.separation.angular.angular_separation` as a module.

    Raises: ValueError, at the first call, for a power below 1, or a fractional one unshifted.
    """

    SETTINGS = ("power", "shift")

    def __init__(self, power: float = 100.0, shift: bool = True) -> None:
        super().__init__()
        self.power, self.shift = power, shift

    def forward(
        self,
        latents: Tensor,
        *,
        axis: int = -1,
        mask: Numbers | None = None,
        gather: Any = None,
    ) -> Tensor:
        """Shapes: (…, batch, latent) → (…, batch), ≥ 0 when shifted. Raises: as the function."""
        options = {"axis": axis, "mask": mask, "gather": gather}
        return angular_separation(latents, self.power, self.shift, **options)


TERMS: dict[str, type[Term]] = {
    kind.__name__: kind
    for kind in (
        AngularAnchor,
        AntiAnchor,
        EuclideanAnchor,
        KeepSubspace,
        RepelSubspace,
        Separation,
        TiltedAnchor,
        Unitarity,
    )
}
"""The terms by name, as files have them."""
