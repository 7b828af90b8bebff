"""Concepts as label probabilities: how likely a sample of a colour is labelled with each."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from colorcore.colors.similarity import redness, similarity, vibrancy
from colorcore.errors import InputError
from colorcore.experiment.concepts import Target
from colorcore.experiment.palette import Palette
from colorcore.experiment.settings import Concept


def probabilities(
    palette: Palette, concepts: Iterable[Concept], targets: Iterable[Target]
) -> NDArray[np.float64]:
    """P(label | colour) = rate · affinity(colour)^power for each concept.

    Of a concept with noise, that share of its labels is spread evenly over all the colours, so that
    as many labels are expected as without.

    Shapes: `palette` of so many points → (points, concepts), in [0, 1].

    Raises: InputError when no colour would ever be labelled with a concept.

    Source: Experiment 2.10.1, 0.08 · redness⁸.

    Example:

        >>> colors = np.array([[1.0, 0.0, 0.0], [1.0, 0.5, 0.5], [0.0, 1.0, 1.0]])
        >>> red = Concept(affinity="redness", power=8, rate=0.08)
        >>> place = Target("red", (1.0, 0.0, 0.0), axis=0)
        >>> probabilities(Palette(colors, {}), [red], [place]).tolist()
        [[0.08], [0.0003125], [0.0]]
    """
    columns = []
    for concept, target in zip(concepts, targets, strict=True):
        affinities = affinity(palette, concept, target)
        if not affinities.any():
            raise InputError(
                f"concepts.{target.name}: wanted colours in the data that have an affinity to it, "
                "got none; change its color or affinity, or the data"
            )
        columns.append(_probability(affinities, concept))
    return np.stack(columns, axis=-1)


def affinity(palette: Palette, concept: Concept, target: Target) -> NDArray[np.float64]:
    """How much each colour is of a concept. Shapes: → (points,), in [0, 1]."""
    match concept.affinity:
        case "redness":
            return redness(palette.colors)
        case "vibrancy":
            return vibrancy(palette.colors)
        case "similarity":
            return similarity(palette.colors, target.rgb)
        case "column":
            assert concept.column is not None
            return palette.columns[concept.column]


def _probability(affinities: NDArray[np.float64], concept: Concept) -> NDArray[np.float64]:
    # By Python's own arithmetic: NumPy's powers have other digits on other processors.
    chances = [concept.rate * math.pow(one, concept.power) for one in affinities.tolist()]
    if not concept.noise:
        return np.array(chances)
    spread = concept.noise * math.fsum(chances) / len(chances)
    return np.array([(1 - concept.noise) * chance + spread for chance in chances])
