"""Regularizers in one file: their tensors as safetensors, with their settings as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from colorcore.anchor.terms.modules import TERMS, Term
from colorcore.anchor.terms.regularizer import Regularizer
from colorcore.errors import InputError
from colorcore.outputs import replacing

KEY = "colorcore.regularizers"
"""Where a file's metadata has the settings."""


def save(path: Path | str, regularizers: Sequence[Regularizer]) -> None:
    """Write regularizers to a file, whose tensors any reader of safetensors reads.

    Raises: InputError for a regularizer whose term is a function, which no file can hold, and for a
    file that cannot be written.

    Example:

        >>> from tempfile import mkdtemp
        >>> from colorcore.anchor import AngularAnchor
        >>> path = Path(mkdtemp()) / "terms.safetensors"
        >>> save(path, [Regularizer("anchor", "bottleneck", AngularAnchor([0, 2]), [1.0])])
        >>> load(path)[0].per_sample.direction
        tensor([0., 2.])
    """
    tensors: dict[str, Tensor] = {}
    for place, one in enumerate(regularizers):
        for name, tensor in [*one.named_parameters(), *one.named_buffers()]:
            tensors[f"{place}.{name}"] = tensor.detach().cpu().contiguous()
    settings = json.dumps([_settings(one) for one in regularizers])
    with replacing(Path(path)) as stand_in:
        save_file(tensors, stand_in, metadata={KEY: settings})


def load(path: Path | str) -> list[Regularizer]:
    """The regularizers of a file that `save` wrote, on the CPU. Directions that were learned are.

    Raises: InputError for a file that is missing, or is none that `save` wrote.
    """
    try:
        with safe_open(path, framework="pt") as file:
            settings = json.loads((file.metadata() or {})[KEY])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return [_made(one, _of(tensors, place)) for place, one in enumerate(settings)]
    except (OSError, SafetensorError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise InputError(
            f"{path}: must be a file of regularizers that colorcore.anchor.save wrote, got another "
            f"({type(error).__name__}: {error}); save them again"
        ) from error


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
