"""Concepts as label probabilities: how likely a sample of a colour is labelled with each."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.colors.similarity import AFFINITIES
from colorcore.experiment.settings import Concept


def probabilities(colors: ArrayLike, concepts: Iterable[Concept]) -> NDArray[np.float64]:
    """P(label | colour) = rate · affinity(colour)^power for each concept.

    Of a concept with noise, that share of its labels is spread evenly over all the colours, so that
    as many labels are expected as without.

    Shapes: `colors` (points, 3), RGB in [0, 1] → (points, concepts), in [0, 1].

    Source: Experiment 2.10.1, 0.08 · redness⁸.

    Example:

        >>> red = Concept(affinity="redness", power=8, rate=0.08)
        >>> probabilities([[1.0, 0.0, 0.0], [1.0, 0.5, 0.5], [0.0, 1.0, 1.0]], [red]).tolist()
        [[0.08], [0.0003125], [0.0]]
    """
    rgb = np.asarray(colors, dtype=np.float64)
    columns = [_probability(rgb, concept) for concept in concepts]
    return np.stack(columns, axis=-1) if columns else np.empty((len(rgb), 0))


def _probability(rgb: NDArray[np.float64], concept: Concept) -> NDArray[np.float64]:
    # By Python's own arithmetic: NumPy's powers have other digits on other processors.
    affinities = AFFINITIES[concept.affinity](rgb).tolist()
    chances = [concept.rate * math.pow(affinity, concept.power) for affinity in affinities]
    if not concept.noise:
        return np.array(chances)
    spread = concept.noise * math.fsum(chances) / len(chances)
    return np.array([(1 - concept.noise) * chance + spread for chance in chances])
