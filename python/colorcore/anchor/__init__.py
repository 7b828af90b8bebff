"""Concepts anchored in any PyTorch model, and removed from it.

A room each: `terms` for the objective of a training loop, among them the `separation`; `batches` of
a dataset with noisy labels; many small networks in an `ensemble`; `layers` by name and what they
give; `interventions` on that, which `erasers` fit to it, and `surgery` on weights; an `audit` of
what that leaves. What users need of all is here.

>>> from colorcore.anchor import angular_anchor, capture
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorcore.anchor.audit.audits import Audit, audit_edit
    from colorcore.anchor.audit.closed import (
        read_constant,
        read_linear,
        read_nearest,
        read_quadratic,
    )
    from colorcore.anchor.audit.collateral import collateral
    from colorcore.anchor.audit.priors import few_weights, prior_weights
    from colorcore.anchor.audit.readings import AuditSamples, readings
    from colorcore.anchor.audit.relearning import Relearned, relearn
    from colorcore.anchor.audit.trained import read_network
    from colorcore.anchor.batches.batches import Draw, EpochBatches, RandomBatches, class_weights
    from colorcore.anchor.batches.drawing import Draws
    from colorcore.anchor.batches.labelled import Labelled, Labels
    from colorcore.anchor.distributed import gathered, summed
    from colorcore.anchor.ensemble.networks import EnsembleLinear, gelu, normalize, passes
    from colorcore.anchor.erasers.classes import labelled_mean, mean_difference
    from colorcore.anchor.erasers.constants import optimal_ablation
    from colorcore.anchor.erasers.least_squares import leace
    from colorcore.anchor.erasers.nullspaces import inlp
    from colorcore.anchor.interventions.acting import intervene
    from colorcore.anchor.interventions.affine import Affine
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
    "Affine",
    "AngularAnchor",
    "AntiAnchor",
    "Audit",
    "AuditSamples",
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
    "Relearned",
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
    "audit_edit",
    "average",
    "bake",
    "capture",
    "class_weights",
    "collateral",
    "cosine",
    "euclidean_anchor",
    "few_weights",
    "gathered",
    "gelu",
    "inlp",
    "intervene",
    "keep_subspace",
    "labelled_mean",
    "leace",
    "load_intervention",
    "load_terms",
    "mean_difference",
    "normalize",
    "optimal_ablation",
    "passes",
    "power_for",
    "prior_weights",
    "prune",
    "reach",
    "read_constant",
    "read_linear",
    "read_nearest",
    "read_network",
    "read_quadratic",
    "readings",
    "relearn",
    "repel_subspace",
    "save_intervention",
    "save_terms",
    "soft_minimum",
    "summed",
    "tilted_anchor",
    "unitarity",
]

_PLACES = {
    "Affine": "interventions.affine",
    "AngularAnchor": "terms.modules",
    "AntiAnchor": "terms.modules",
    "Audit": "audit.audits",
    "AuditSamples": "audit.readings",
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
    "Relearned": "audit.relearning",
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
    "audit_edit": "audit.audits",
    "average": "terms.averages",
    "bake": "interventions.installed",
    "capture": "layers.captures",
    "class_weights": "batches.batches",
    "collateral": "audit.collateral",
    "cosine": "terms.per_sample",
    "euclidean_anchor": "terms.per_sample",
    "few_weights": "audit.priors",
    "gathered": "distributed",
    "gelu": "ensemble.networks",
    "inlp": "erasers.nullspaces",
    "intervene": "interventions.acting",
    "keep_subspace": "terms.per_sample",
    "labelled_mean": "erasers.classes",
    "leace": "erasers.least_squares",
    "load_intervention": "interventions.installed",
    "load_terms": "terms.saved",
    "mean_difference": "erasers.classes",
    "normalize": "ensemble.networks",
    "optimal_ablation": "erasers.constants",
    "passes": "ensemble.networks",
    "power_for": "separation.powers",
    "prior_weights": "audit.priors",
    "prune": "surgery.operations",
    "reach": "separation.powers",
    "read_constant": "audit.closed",
    "read_linear": "audit.closed",
    "read_nearest": "audit.closed",
    "read_network": "audit.trained",
    "read_quadratic": "audit.closed",
    "readings": "audit.readings",
    "relearn": "audit.relearning",
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
