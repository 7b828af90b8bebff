"""What the report of an experiment can quote, by name, before there is any of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from colorcore import provenance
from colorcore.colors.named import NAMES
from colorcore.experiment.concepts import key
from colorcore.experiment.loading import Experiment
from colorcore.experiment.settings import AngularSeparation
from colorcore.results.comparison import MEASURES
from colorcore.results.distribution import summary
from colorcore.results.interventions import ABLATED, INTERVENTIONS
from colorcore.results.measures import Bounds
from colorcore.writeup import single

PLACEHOLDER = "…"
Names = dict[str, Any]

SPREAD = tuple(summary([0.0, 1.0]))
TOLD = (*SPREAD, "one")  # by every run, and by the representative one
OF_RUNS = (
    "score", "val-mse", "cube-mse", "target-cosine", "unlike", "harm", "harm-before", "remainder",
    "read-off",
)  # fmt: skip
PLAIN = (
    "name", "title", "concept", "runs", "last-seed", "samples", "harmed", "deleted",
    "deleted-before", "bound", "surgery-gap",
)  # fmt: skip
CONSTANTS = (
    "levels", "colors", "batch-size", "steps", "last-step", "hidden", "depth", "latent",
    "pruned-latent", "parameters", "beta-mean", "beta-square", "epsilon", "highest-rate",
    "last-rate", "one",
)  # fmt: skip
HARDWARE = ("processor", "cores", "memory", "system")


def known(experiment: Experiment) -> Names:
    """The names that `single_text.numbers` has, each with something in its place."""
    each = _of(experiment)
    found = {
        "versions": _all(("python", *provenance.LIBRARIES)),
        "hardware": _all(HARDWARE),
        "this": each,
        "deletions": {key(name): each for name in single.further(experiment)},
    }
    if single.base(experiment) is not None:
        measures = {key(column): _all((*SPREAD, "differs")) for column in MEASURES}
        found["compared"] = {**measures, "harm": _all(SPREAD), "read-off": _all(SPREAD)}
    return found


def _all(names: Iterable[str]) -> Names:
    return dict.fromkeys(names, PLACEHOLDER)


def _of(experiment: Experiment) -> Names:
    """Those of an experiment and one of its deletions; as `numbers.experiment_numbers`."""
    interventions = [ABLATED, *("-".join(map(str, parts)) for parts in INTERVENTIONS.values())]
    colors = {key(name): _all(TOLD) for name in ("target", *NAMES)}
    concepts = [key(name) for name in experiment.concepts]
    return {
        **_all(PLAIN),
        **{name: _all(TOLD) for name in OF_RUNS},
        **dict.fromkeys(("baseline", "ablated", "pruned"), colors),
        "labelled": {name: _all((*SPREAD, "share")) for name in concepts},
        "departed": _all(concepts),
        "bounds": _all(Bounds._fields),
        "interventions": {
            name: {part: _all(SPREAD) for part in ("target", "score", "unlike")}
            for name in interventions
        },
        "times": _all(("longest-shard", "shards")),
        "settings": _settings(experiment, concepts),
    }


def _settings(experiment: Experiment, concepts: list[str]) -> Names:
    terms = experiment.regularizers.items()
    separations = [key(name) for name, term in terms if isinstance(term, AngularSeparation)]
    return {
        **_all(CONSTANTS),
        "regularizers": {key(name): _all(("start", "highest")) for name, _ in terms},
        "concepts": {name: _all(("power", "rate")) for name in concepts},
        "separations": {name: _all(("power", "reach")) for name in separations},
    }
