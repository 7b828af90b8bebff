"""What the paper measures of red is what the package measures of any concept, told of red."""

from __future__ import annotations

import pandas as pd
import pytest

from colorcore.colors.named import NAMES
from colorcore.experiment.loading import load
from colorcore.results.measures import bounds, unlike_names
from commands import MAIN
from paper import measures


def test_errors_of_one_who_cannot_tell_red_are_its_bounds():
    found = bounds(load(MAIN).deletion)
    assert pytest.approx(found.unlike) == measures.UNLIKE_FOR_RED
    assert pytest.approx(found.gray) == measures.GRAY_FOR_RED
    assert pytest.approx(found.black) == measures.BLACK_FOR_RED


def test_far_from_red_are_the_hues_unlike_it():
    assert [
        name for name in NAMES[:12] if name in unlike_names(load(MAIN).deletion)
    ] == measures.FAR


def test_damage_in_the_shape_of_red_takes_eight_parts_of_27_from_orange():
    assert pytest.approx(8 / 27) == measures.ORANGE_SHARE


def test_harm_is_the_worst_of_named_colors_and_of_the_grid():
    errors = {f"ablated {name}": [0.01, 0.02] for name in measures.FAR}
    runs = pd.DataFrame({**errors, "unlike_max": [0.005, 0.5], "ablated red": [1.0, 1.0]})
    assert measures.harm(runs).tolist() == [0.01, 0.5]


def test_the_share_of_orange_is_its_error_over_that_of_red():
    runs = pd.DataFrame({"ablated orange": [0.1], "ablated red": [0.4]})
    assert measures.orange_share(runs).tolist() == [0.25]
