"""Concepts on their axes, and off them again, through training."""

from __future__ import annotations

import pandas as pd

ON_AXIS = 0.8  # a cosine of the concept's colour above it
LOST = 0.1  # of the cosine, from one snapshot to the next: more than a concept's usual wandering


def departures(moments: pd.DataFrame, concept: str) -> list[int]:
    """The seeds whose concept was on its axis in one snapshot and had left it by the next.

    `moments` is that of `runs.moments`. The snapshot before training does not count.
    """
    cosines = moments.pivot(index="step", columns="seed", values=f"{concept}_cosine").sort_index()
    trained = cosines[cosines.index > 0]
    left = (trained.shift() > ON_AXIS) & (trained.diff() < -LOST)
    return [int(seed) for seed in trained.columns[left.any()]]
