"""What the text measures of red and its neighbours, in tables of runs."""

from __future__ import annotations

import pandas as pd

from colorcore.colors.named import HUES, named_rgb
from colorcore.colors.similarity import hue_distance, similarity
from colorcore.results.measures import SCORE_POWER

UNLIKE_FOR_RED, GRAY_FOR_RED, BLACK_FOR_RED = 2 / 9, 1 / 4, 1 / 3
"""Errors of one who cannot tell red from other colours; a test holds them to `bounds`."""

ORANGE_SHARE = float(similarity(named_rgb("orange"), named_rgb("red")) ** SCORE_POWER)
"""Of red's error, what orange's should be for damage to be red-shaped."""

FAR = [name for name, hue in HUES.items() if hue_distance(hue, 0) >= 90]
"""Named colours whose hue is 90° or more from red."""


def orange_share(runs: pd.DataFrame) -> pd.Series:
    """The error of orange as a share of red's, in each run."""
    return runs["ablated orange"] / runs["ablated red"]


def harm(runs: pd.DataFrame) -> pd.Series:
    """The largest error of ablation, in each run, among colours that it should not touch.

    Those are the named colours of `FAR`, and colours of the score grid unlike red.
    """
    return runs[["unlike_max", *(f"ablated {name}" for name in FAR)]].max(axis=1)
