"""What is read from a table of runs."""

from __future__ import annotations

import pandas as pd
import pytest

from colorcore.errors import InputError
from colorcore.results import outcome


def test_a_representative_seed_that_was_not_trained_is_refused():
    with pytest.raises(InputError) as caught:
        outcome.index_of(9, [0, 1, 2])
    assert str(caught.value) == (
        "representative_seed: wanted one of the trained seeds 0…2, got 9; train it or change "
        "experiment.yaml"
    )


def test_the_representative_run_is_that_of_its_seed():
    runs = pd.DataFrame({"seed": [5, 7], "score_r2": [0.1, 0.2]})
    assert outcome.representative(runs, 7)["score_r2"] == 0.2
