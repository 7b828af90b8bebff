"""Regularizers in one file: their tensors as safetensors, with their settings as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from colorcore.anchor import files
from colorcore.anchor.terms.modules import TERMS, Term
from colorcore.anchor.terms.regularizer import Regularizer
from colorcore.errors import InputError

KIND = "terms"


def save_terms(path: Path | str, regularizers: Sequence[Regularizer]) -> None:
    """Write regularizers to a file, whose tensors any reader of safetensors reads.

    Raises: InputError for a regularizer whose term is a function, which no file can hold; OSError
    when the place cannot be written to.

    Example:

        >>> from tempfile import mkdtemp
        >>> from colorcore.anchor import AngularAnchor
        >>> path = Path(mkdtemp()) / "terms.safetensors"
        >>> save_terms(path, [Regularizer("anchor", "bottleneck", AngularAnchor([0, 2]), [1.0])])
        >>> load_terms(path)[0].per_sample.direction
        tensor([0., 2.])
    """
    tensors: dict[str, Tensor] = {}
    for place, one in enumerate(regularizers):
        for name, tensor in [*one.named_parameters(), *one.named_buffers()]:
            tensors[f"{place}.{name}"] = tensor
    files.write(path, KIND, tensors, [_settings(one) for one in regularizers])


def load_terms(path: Path | str) -> list[Regularizer]:
    """The regularizers that `save_terms` wrote, on the CPU. Directions that were learned are.

    Raises: InputError for a file that is missing, or is none that `save_terms` wrote.
    """
    with files.read(path, KIND) as (settings, tensors):
        return [_made(one, _of(tensors, place)) for place, one in enumerate(settings)]


def _settings(one: Regularizer) -> dict[str, Any]:
    term = one.per_sample
    if not isinstance(term, Term) or type(term).__name__ not in TERMS:
        raise InputError(
            f"{one.name} must have one of {', '.join(TERMS)} for its term to be saved, got "
            f"{type(term).__name__}; a function cannot be"
        )
    return {
        "name": one.name,
        "layer": one.layer,
        "term": type(term).__name__,
        "settings": term.settings,
        "learned": isinstance(getattr(term, term.VECTOR or "", None), nn.Parameter),
        "positions": one.positions,
        "temperature": one.temperature,
        "axis": one.axis,
    }


def _made(one: dict[str, Any], tensors: dict[str, Tensor]) -> Regularizer:
    kind = TERMS[one["term"]]
    given = dict(one["settings"])
    if kind.VECTOR:
        vector = tensors[f"per_sample.{kind.VECTOR}"]
        given[kind.VECTOR] = nn.Parameter(vector) if one["learned"] else vector
    options = {name: one[name] for name in ("positions", "temperature", "axis")}
    affinities = tensors.get("affinities")
    return Regularizer(one["name"], one["layer"], kind(**given), affinities, **options)


def _of(tensors: dict[str, Tensor], place: int) -> dict[str, Tensor]:
    start = f"{place}."
    return {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}
