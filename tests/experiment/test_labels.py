"""Concepts as chances of a label, with and without noise."""

from __future__ import annotations

import numpy as np
import pytest

from colorcore.colors.cubes import flat_colors, regular_rgb
from colorcore.colors.named import named_colors
from colorcore.colors.similarity import redness, similarity, vibrancy
from colorcore.errors import InputError
from colorcore.experiment.concepts import Target
from colorcore.experiment.labels import affinity, probabilities
from colorcore.experiment.palette import Palette
from colorcore.experiment.settings import Concept

COLORS = np.array([[1.0, 0, 0], [1, 0.5, 0.5], [0, 1, 1], [1, 1, 0]])  # redness 1, ½, 0, ½
WARM = np.array([0.25, 1.0, 0.0, 0.5])
RED = Target("red", (1.0, 0.0, 0.0), axis=0)
BLUE = Target("blue", (0.0, 0.0, 1.0), axis=1)


def chances(*concepts: Concept):
    """Of so many concepts, the first of which stands for red and the next for blue."""
    return probabilities(Palette(COLORS, {"warm": WARM}), concepts, [RED, BLUE][: len(concepts)])


def test_a_chance_is_the_rate_times_a_power_of_the_affinity():
    red = Concept(affinity="redness", power=2, rate=0.4)
    np.testing.assert_allclose(chances(red)[:, 0], [0.4, 0.1, 0, 0.1])


def test_noise_moves_its_share_of_the_labels_to_colors_at_random():
    # The mean chance is 0.15, and 0.5 of it goes to every colour alike.
    red = Concept(affinity="redness", power=2, rate=0.4, noise=0.5)
    noisy = chances(red)[:, 0]
    np.testing.assert_allclose(noisy, [0.275, 0.125, 0.075, 0.125])
    assert noisy.mean() == pytest.approx(0.15)


def test_with_nothing_but_noise_all_colors_have_the_same_chance():
    red = Concept(affinity="redness", power=2, rate=0.4, noise=1)
    np.testing.assert_allclose(chances(red)[:, 0], 0.15)


def test_an_affinity_is_what_its_name_says():
    palette = Palette(flat_colors(regular_rgb(4)), {})
    for about, want in (
        ("redness", redness(palette.colors)),
        ("vibrancy", vibrancy(palette.colors)),
        ("similarity", similarity(palette.colors, [0, 0, 1])),
    ):
        one = Concept.model_validate({"affinity": about, "power": 1, "rate": 1})
        np.testing.assert_array_equal(affinity(palette, one, BLUE), want)


def test_similarity_is_to_the_color_that_stands_for_the_concept():
    one = Concept(affinity="similarity", power=2, rate=0.5)
    palette = Palette(named_colors(), {})
    for target, own, far in ((RED, 0, 6), (BLUE, 8, 2)):
        found = probabilities(palette, [one], [target])[:, 0]
        assert found[own] == 0.5
        assert found[far] == 0
        assert found[own + 1] == pytest.approx(0.5 * (2 / 3) ** 2)  # 30° on, of 90°


def test_a_column_says_how_much_each_color_is_of_a_concept():
    warm = Concept(affinity="column", column="warm", power=2, rate=0.8)
    np.testing.assert_allclose(chances(warm)[:, 0], [0.05, 0.8, 0, 0.2])


def test_each_concept_has_a_column_of_chances_in_their_order():
    red = Concept(affinity="redness", power=1, rate=1)
    warm = Concept(affinity="column", column="warm", power=1, rate=1)
    np.testing.assert_allclose(chances(red, warm), np.stack([[1, 0.5, 0, 0.5], WARM], axis=1))


def test_a_concept_of_which_no_color_has_anything_is_refused():
    blue = Concept(affinity="similarity", power=6, rate=0.1)
    with pytest.raises(InputError) as caught:
        probabilities(Palette(COLORS[[0]], {}), [blue], [BLUE])
    assert str(caught.value) == (
        "concepts.blue: wanted colours in the data that have an affinity to it, got none; change "
        "its color or affinity, or the data"
    )
