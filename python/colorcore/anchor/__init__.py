"""Concepts anchored in any PyTorch model, and removed from it.

Many small networks side by side on a CPU (`ensemble`), terms for the objective of a training loop
(`terms`, `separation`), the outputs of layers by name (`captures`), surgery on weights (`surgery`)
and interventions (`interventions`) on a model as it runs (`acting`), or for good (`installed`).

>>> from colorcore.anchor import angular_anchor, capture
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorcore.anchor.acting import intervene
    from colorcore.anchor.captures import capture
    from colorcore.anchor.ensemble import EnsembleLinear, gelu, normalize, passes
    from colorcore.anchor.falloff import Falloff
    from colorcore.anchor.installed import bake, load_intervention, save_intervention
    from colorcore.anchor.interventions import (
        Projection,
        Repulsion,
        Steering,
        Suppression,
    )
    from colorcore.anchor.layers import Unit
    from colorcore.anchor.separation import angular_separation
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
    "Projection",
    "Regularizer",
    "Repulsion",
    "Steering",
    "Suppression",
    "Unit",
    "ablate",
    "angular_anchor",
    "angular_separation",
    "anti_anchor",
    "average",
    "bake",
    "capture",
    "cosine",
    "euclidean_anchor",
    "gelu",
    "intervene",
    "keep_subspace",
    "load_intervention",
    "normalize",
    "passes",
    "prune",
    "repel_subspace",
    "save_intervention",
    "unitarity",
]

_PLACES = {
    "EnsembleLinear": "ensemble",
    "Falloff": "falloff",
    "Projection": "interventions",
    "Regularizer": "terms",
    "Repulsion": "interventions",
    "Steering": "interventions",
    "Suppression": "interventions",
    "Unit": "layers",
    "ablate": "surgery",
    "angular_anchor": "terms",
    "angular_separation": "separation",
    "anti_anchor": "terms",
    "average": "terms",
    "bake": "installed",
    "capture": "captures",
    "cosine": "terms",
    "euclidean_anchor": "terms",
    "gelu": "ensemble",
    "intervene": "acting",
    "keep_subspace": "terms",
    "load_intervention": "installed",
    "normalize": "ensemble",
    "passes": "ensemble",
    "prune": "surgery",
    "repel_subspace": "terms",
    "save_intervention": "installed",
    "unitarity": "terms",
}
"""The module of each name: torch is imported when a name is first asked for."""


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
