"""When a concept counts as having left its axis."""

from __future__ import annotations

import pandas as pd
import pytest

from colorcore.results.departures import departures

STEPS = (0, 100, 200, 300)


@pytest.mark.parametrize(
    ("cosines", "leaves"),
    [
        ((0.1, 0.5, 0.9, 0.95), False),
        ((0.1, 0.95, 0.7, 0.95), True),
        ((0.1, 0.95, 0.9, 0.88), False),  # less than it takes
        ((0.95, 0.1, 0.9, 0.95), False),  # by chance on its axis before training
        ((0.1, 0.7, 0.2, 0.95), False),  # was not there yet
    ],
)
def test_a_concept_leaves_when_it_was_there_and_is_there_no_more(cosines, leaves):
    rows = [
        {"step": s, "seed": 7, "sky_cosine": c, "red_cosine": 0.9}
        for s, c in zip(STEPS, cosines, strict=True)
    ]
    rows += [{"step": s, "seed": 8, "sky_cosine": 0.5, "red_cosine": 0.9} for s in STEPS]
    assert departures(pd.DataFrame(rows), "sky") == ([7] if leaves else [])
