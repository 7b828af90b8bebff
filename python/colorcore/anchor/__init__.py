"""Concepts anchored in any PyTorch model, and removed from it.

A room each: `terms` for the objective of a training loop, among them the `separation`; `batches` of
a dataset with noisy labels; many small networks in an `ensemble`; `layers` by name and what they
give; `interventions` on that, and `surgery` on weights. What users need of all is here.

>>> from colorcore.anchor import angular_anchor, capture
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorcore.anchor.batches.batches import Draw, EpochBatches, RandomBatches, class_weights
    from colorcore.anchor.batches.drawing import Draws
    from colorcore.anchor.batches.labelled import Labelled, Labels
    from colorcore.anchor.distributed import gathered, summed
    from colorcore.anchor.ensemble.networks import EnsembleLinear, gelu, normalize, passes
    from colorcore.anchor.interventions.acting import intervene
    from colorcore.anchor.interventions.falloff import Falloff
    from colorcore.anchor.interventions.installed import bake, load_intervention, save_intervention
    from colorcore.anchor.interventions.kinds import Projection, Repulsion, Steering, Suppression
    from colorcore.anchor.layers.captures import capture
    from colorcore.anchor.layers.named import Unit
    from colorcore.anchor.separation.angular import angular_separation
    from colorcore.anchor.separation.powers import power_for, reach
    from colorcore.anchor.surgery.adapt import adapt
    from colorcore.anchor.surgery.operations import ablate, prune
    from colorcore.anchor.surgery.stream import ablate_stream
    from colorcore.anchor.terms.averages import average, soft_minimum
    from colorcore.anchor.terms.modules import (
        AngularAnchor,
        AntiAnchor,
        EuclideanAnchor,
        KeepSubspace,
        RepelSubspace,
        Separation,
        Term,
        TiltedAnchor,
        Unitarity,
    )
    from colorcore.anchor.terms.per_sample import (
        angular_anchor,
        anti_anchor,
        cosine,
        euclidean_anchor,
        keep_subspace,
        repel_subspace,
        unitarity,
    )
    from colorcore.anchor.terms.regularizer import Regularizer
    from colorcore.anchor.terms.saved import load_terms, save_terms
    from colorcore.anchor.terms.tilted import tilted_anchor

__all__ = [
    "AngularAnchor",
    "AntiAnchor",
    "Draw",
    "Draws",
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
    "TiltedAnchor",
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
    "load_intervention",
    "load_terms",
    "normalize",
    "passes",
    "power_for",
    "prune",
    "reach",
    "repel_subspace",
    "save_intervention",
    "save_terms",
    "soft_minimum",
    "summed",
    "tilted_anchor",
    "unitarity",
]

_PLACES = {
    "AngularAnchor": "terms.modules",
    "AntiAnchor": "terms.modules",
    "Draw": "batches.batches",
    "Draws": "batches.drawing",
    "EnsembleLinear": "ensemble.networks",
    "EpochBatches": "batches.batches",
    "EuclideanAnchor": "terms.modules",
    "Falloff": "interventions.falloff",
    "KeepSubspace": "terms.modules",
    "Labelled": "batches.labelled",
    "Labels": "batches.labelled",
    "Projection": "interventions.kinds",
    "RandomBatches": "batches.batches",
    "Regularizer": "terms.regularizer",
    "RepelSubspace": "terms.modules",
    "Repulsion": "interventions.kinds",
    "Separation": "terms.modules",
    "Steering": "interventions.kinds",
    "Suppression": "interventions.kinds",
    "Term": "terms.modules",
    "TiltedAnchor": "terms.modules",
    "Unit": "layers.named",
    "Unitarity": "terms.modules",
    "ablate": "surgery.operations",
    "ablate_stream": "surgery.stream",
    "adapt": "surgery.adapt",
    "angular_anchor": "terms.per_sample",
    "angular_separation": "separation.angular",
    "anti_anchor": "terms.per_sample",
    "average": "terms.averages",
    "bake": "interventions.installed",
    "capture": "layers.captures",
    "class_weights": "batches.batches",
    "cosine": "terms.per_sample",
    "euclidean_anchor": "terms.per_sample",
    "gathered": "distributed",
    "gelu": "ensemble.networks",
    "intervene": "interventions.acting",
    "keep_subspace": "terms.per_sample",
    "load_intervention": "interventions.installed",
    "load_terms": "terms.saved",
    "normalize": "ensemble.networks",
    "passes": "ensemble.networks",
    "power_for": "separation.powers",
    "prune": "surgery.operations",
    "reach": "separation.powers",
    "repel_subspace": "terms.per_sample",
    "save_intervention": "interventions.installed",
    "save_terms": "terms.saved",
    "soft_minimum": "terms.averages",
    "summed": "distributed",
    "tilted_anchor": "terms.tilted",
    "unitarity": "terms.per_sample",
}
"""The module of each name: torch is imported when a name is first asked for."""


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
