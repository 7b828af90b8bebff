"""Concepts as chances of a label, with and without noise."""

from __future__ import annotations

import numpy as np
import pytest

from colorcore.experiment.settings import Concept
from colorcore.training.labels import probabilities

COLORS = [[1.0, 0.0, 0.0], [1.0, 0.5, 0.5], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0]]  # redness 1, ½, 0, ½


def test_a_chance_is_the_rate_times_a_power_of_the_affinity():
    red = Concept(affinity="redness", power=2, rate=0.4)
    np.testing.assert_allclose(probabilities(COLORS, [red])[:, 0], [0.4, 0.1, 0, 0.1])


def test_noise_moves_its_share_of_the_labels_to_colors_at_random():
    # The mean chance is 0.15, and 0.5 of it goes to every colour alike.
    red = Concept(affinity="redness", power=2, rate=0.4, noise=0.5)
    noisy = probabilities(COLORS, [red])[:, 0]
    np.testing.assert_allclose(noisy, [0.275, 0.125, 0.075, 0.125])
    assert noisy.mean() == pytest.approx(0.15)


def test_with_nothing_but_noise_all_colors_have_the_same_chance():
    red = Concept(affinity="redness", power=2, rate=0.4, noise=1)
    np.testing.assert_allclose(probabilities(COLORS, [red])[:, 0], 0.15)


def test_without_concepts_there_are_no_columns():
    assert probabilities(COLORS, []).shape == (4, 0)
