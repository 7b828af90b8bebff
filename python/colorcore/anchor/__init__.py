"""Concepts anchored in any PyTorch model, and removed from it.

Many small networks side by side on a CPU (`ensemble`), terms for the objective of a training loop
(`terms`, `separation`), the outputs of layers by name (`captures`), surgery on weights (`surgery`,
`stream`) and interventions (`interventions`) on a model as it runs (`acting`), or for good
(`installed`).

>>> from colorcore.anchor import angular_anchor, capture
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorcore.anchor.acting import intervene
    from colorcore.anchor.adapt import adapt
    from colorcore.anchor.averages import average, soft_minimum
    from colorcore.anchor.batches import Draw, EpochBatches, RandomBatches, class_weights
    from colorcore.anchor.captures import capture
    from colorcore.anchor.distributed import gathered, summed
    from colorcore.anchor.ensemble import EnsembleLinear, gelu, normalize, passes
    from colorcore.anchor.falloff import Falloff
    from colorcore.anchor.installed import bake, load_intervention, save_intervention
    from colorcore.anchor.interventions import Projection, Repulsion, Steering, Suppression
    from colorcore.anchor.labelled import Labelled, Labels
    from colorcore.anchor.layers import Unit
    from colorcore.anchor.modules import (
        AngularAnchor,
        AntiAnchor,
        EuclideanAnchor,
        KeepSubspace,
        RepelSubspace,
        Separation,
        Term,
        Unitarity,
    )
    from colorcore.anchor.powers import power_for, reach
    from colorcore.anchor.regularizer import Regularizer
    from colorcore.anchor.saved import load, save
    from colorcore.anchor.separation import angular_separation
    from colorcore.anchor.stream import ablate_stream
    from colorcore.anchor.surgery import ablate, prune
    from colorcore.anchor.terms import (
        angular_anchor,
        anti_anchor,
        cosine,
        euclidean_anchor,
        keep_subspace,
        repel_subspace,
        unitarity,
    )

__all__ = [
    "AngularAnchor",
    "AntiAnchor",
    "Draw",
    "EnsembleLinear",
    "EpochBatches",
    "EuclideanAnchor",
    "Falloff",
    "KeepSubspace",
    "Labelled",
    "Labels",
    "Projection",
    "RandomBatches",
    "Regularizer",
    "RepelSubspace",
    "Repulsion",
    "Separation",
    "Steering",
    "Suppression",
    "Term",
    "Unit",
    "Unitarity",
    "ablate",
    "ablate_stream",
    "adapt",
    "angular_anchor",
    "angular_separation",
    "anti_anchor",
    "average",
    "bake",
    "capture",
    "class_weights",
    "cosine",
    "euclidean_anchor",
    "gathered",
    "gelu",
    "intervene",
    "keep_subspace",
    "load",
    "load_intervention",
    "normalize",
    "passes",
    "power_for",
    "prune",
    "reach",
    "repel_subspace",
    "save",
    "save_intervention",
    "soft_minimum",
    "summed",
    "unitarity",
]

_PLACES = {
    "AngularAnchor": "modules",
    "AntiAnchor": "modules",
    "Draw": "batches",
    "EnsembleLinear": "ensemble",
    "EpochBatches": "batches",
    "EuclideanAnchor": "modules",
    "Falloff": "falloff",
    "KeepSubspace": "modules",
    "Labelled": "labelled",
    "Labels": "labelled",
    "Projection": "interventions",
    "RandomBatches": "batches",
    "Regularizer": "regularizer",
    "RepelSubspace": "modules",
    "Repulsion": "interventions",
    "Separation": "modules",
    "Steering": "interventions",
    "Suppression": "interventions",
    "Term": "modules",
    "Unit": "layers",
    "Unitarity": "modules",
    "ablate": "surgery",
    "ablate_stream": "stream",
    "adapt": "adapt",
    "angular_anchor": "terms",
    "angular_separation": "separation",
    "anti_anchor": "terms",
    "average": "averages",
    "bake": "installed",
    "capture": "captures",
    "class_weights": "batches",
    "cosine": "terms",
    "euclidean_anchor": "terms",
    "gathered": "distributed",
    "gelu": "ensemble",
    "intervene": "acting",
    "keep_subspace": "terms",
    "load": "saved",
    "load_intervention": "installed",
    "normalize": "ensemble",
    "passes": "ensemble",
    "power_for": "powers",
    "prune": "surgery",
    "reach": "powers",
    "repel_subspace": "terms",
    "save": "saved",
    "save_intervention": "installed",
    "soft_minimum": "averages",
    "summed": "distributed",
    "unitarity": "terms",
}
"""The module of each name: torch is imported when a name is first asked for."""


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
