"""What a deletion should do to a run, and what it did, in numbers from `evaluate.run_table`."""

from __future__ import annotations

import pandas as pd

from colorcore.colors.named import HUES, NAMES, named_rgb
from colorcore.colors.similarity import hue_distance, similarity
from colorcore.errors import InputError

SCORE_POWER = 3  # of the similarity, so that "red-shaped" damage falls off faster than likeness

ORANGE_SHARE = float(similarity(named_rgb("orange"), named_rgb("red")) ** SCORE_POWER)
"""Of red's error, what orange's should be for damage to be red-shaped."""

FAR = [name for name, hue in HUES.items() if hue_distance(hue, 0) >= 90]
"""Named colours whose hue is 90° or more from red."""


def representative(runs: pd.DataFrame, seed: int) -> pd.Series:
    """The run that stands for the others.

    Raises: InputError when it was not trained.
    """
    return runs.iloc[index_of(seed, runs["seed"].tolist())]


def index_of(seed: int, seeds: list[int]) -> int:
    """Where the representative seed stands among the trained ones.

    Raises: InputError when it was not trained.
    """
    if seed not in seeds:
        raise InputError(
            f"representative_seed: wanted one of the trained seeds {seeds[0]}…{seeds[-1]}, got "
            f"{seed}; train it or change experiment.yaml"
        )
    return seeds.index(seed)


def harm(runs: pd.DataFrame) -> pd.Series:
    """The largest error of ablation, in each run, among colours that it should not touch.

    Those are the named colours of `FAR`, and colours of the score grid unlike red.
    """
    return runs[["unlike_red_max", *(f"ablated {name}" for name in FAR)]].max(axis=1)


def before(runs: pd.DataFrame) -> pd.Series:
    """The largest error of a named colour before surgery, in each run."""
    return runs[[f"baseline {name}" for name in NAMES]].max(axis=1)
