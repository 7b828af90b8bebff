"""Concepts anchored in any PyTorch model, and removed from it.

Many small networks side by side on a CPU (`ensemble`), terms for the objective of a training loop
(`terms`, `separation`), the outputs of layers by name (`hooks`), surgery on weights (`surgery`,
`stream`) and interventions on a model as it runs (`interventions`).

>>> from colorcore.anchor import angular_anchor, capture
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorcore.anchor.adapt import adapt
    from colorcore.anchor.ensemble import EnsembleLinear, gelu, normalize, passes
    from colorcore.anchor.hooks import capture
    from colorcore.anchor.interventions import Falloff, Repulsion, Suppression, intervene
    from colorcore.anchor.layers import Unit
    from colorcore.anchor.separation import angular_separation
    from colorcore.anchor.stream import ablate_stream
    from colorcore.anchor.surgery import ablate, prune
    from colorcore.anchor.terms import (
        Regularizer,
        angular_anchor,
        anti_anchor,
        average,
        cosine,
        euclidean_anchor,
        keep_subspace,
        repel_subspace,
        unitarity,
    )

__all__ = [
    "EnsembleLinear",
    "Falloff",
    "Regularizer",
    "Repulsion",
    "Suppression",
    "Unit",
    "ablate",
    "ablate_stream",
    "adapt",
    "angular_anchor",
    "angular_separation",
    "anti_anchor",
    "average",
    "capture",
    "cosine",
    "euclidean_anchor",
    "gelu",
    "intervene",
    "keep_subspace",
    "normalize",
    "passes",
    "prune",
    "repel_subspace",
    "unitarity",
]

_PLACES = {
    "EnsembleLinear": "ensemble",
    "Falloff": "interventions",
    "Regularizer": "terms",
    "Repulsion": "interventions",
    "Suppression": "interventions",
    "Unit": "layers",
    "ablate": "surgery",
    "ablate_stream": "stream",
    "adapt": "adapt",
    "angular_anchor": "terms",
    "angular_separation": "separation",
    "anti_anchor": "terms",
    "average": "terms",
    "capture": "hooks",
    "cosine": "terms",
    "euclidean_anchor": "terms",
    "gelu": "ensemble",
    "intervene": "interventions",
    "keep_subspace": "terms",
    "normalize": "ensemble",
    "passes": "ensemble",
    "prune": "surgery",
    "repel_subspace": "terms",
    "unitarity": "terms",
}
"""The module of each name: torch is imported when a name is first asked for."""


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
