"""What a deletion should do to a run, and what it did, in numbers from `evaluate.run_table`."""

from __future__ import annotations

import pandas as pd

from colorcore.color import HUES, NAMES, hue_distance, named_rgb, similarity

SCORE_POWER = 3  # of the similarity, so that "red-shaped" damage falls off faster than likeness

ORANGE_SHARE = float(similarity(named_rgb("orange"), named_rgb("red")) ** SCORE_POWER)
"""Of red's error, what orange's should be for damage to be red-shaped."""

FAR = [name for name, hue in HUES.items() if hue_distance(hue, 0) >= 90]
"""Named colours whose hue is 90° or more from red."""


def harm(runs: pd.DataFrame) -> pd.Series:
    """The largest error of ablation, in each run, among colours that it should not touch.

    Those are the named colours of `FAR`, and colours of the score grid unlike red.
    """
    return runs[["unlike_red_max", *(f"ablated {name}" for name in FAR)]].max(axis=1)


def before(runs: pd.DataFrame) -> pd.Series:
    """The largest error of a named colour before surgery, in each run."""
    return runs[[f"baseline {name}" for name in NAMES]].max(axis=1)
