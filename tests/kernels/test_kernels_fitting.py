"""Training in one call: the bits of its steps one by one, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from colorcore.kernels import ensemble, ensemble_reference
from colorcore.kernels.adam import adam
from colorcore.kernels.ensemble import Network
from colorcore.kernels.fitting import fit

NETWORK = Network((5, 16, 16, 3), ("gelu", "gelu", "nothing"))
RATES = [0.05, 0.03, 0.01, 0.002]
MOMENTS = {"betas": (0.9, 0.999), "eps": 1e-8}


def given(dtype, batch=70):
    """Parameters, samples, what is wanted of them, and places: in a batch of more than a tile."""
    rng = np.random.default_rng(0)
    values = rng.uniform(-0.5, 0.5, (3, NETWORK.parameters)).astype(dtype)
    samples = rng.normal(size=(3, 50, 5)).astype(dtype)
    wanted = rng.normal(size=(50, 3)).astype(dtype)
    return values, samples, wanted, rng.integers(0, 50, (len(RATES), batch))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_all_steps_at_once_are_the_steps_one_by_one(dtype):
    values, samples, wanted, drawn = given(dtype)
    rows, mean, square = values.copy(), np.zeros_like(values), np.zeros_like(values)
    for count, (places, rate) in enumerate(zip(drawn, RATES, strict=True), start=1):
        x = samples[:, places]
        (found,), tape = ensemble.forward(NETWORK, rows, x)
        error = (found - wanted[places]) * dtype(2 / found[0].size)
        gradient, _ = ensemble.backward(NETWORK, rows, x, tape, [error])
        adam(rows, mean, square, gradient, rate=rate, count=count, **MOMENTS)
    fit(NETWORK, values, samples, wanted, drawn, rates=RATES)
    assert (values == rows).all()


def test_training_is_that_of_the_twin():
    values, samples, wanted, drawn = given(np.float64)
    rows = values.copy()
    fit(NETWORK, values, samples, wanted, drawn, rates=RATES)
    ensemble_reference.fit(NETWORK, rows, samples, wanted, drawn, np.array(RATES), **MOMENTS)
    np.testing.assert_allclose(values, rows, rtol=0, atol=1e-8)


def test_a_run_is_trained_the_same_alone_and_among_others():
    values, samples, wanted, drawn = given(np.float32)
    alone = values[1:2].copy()
    fit(NETWORK, values, samples, wanted, drawn, rates=RATES)
    fit(NETWORK, alone, samples[1:2], wanted, drawn, rates=RATES)
    assert (values[1:2] == alone).all()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"values": np.zeros((3, 9))},
            "values must have shape (runs, 419), a row of parameters a ",
        ),
        ({"values": np.zeros((419, 3)).T}, "values must be contiguous and writeable; pass a copy"),
        ({"samples": np.zeros((3, 50, 4))}, "samples must be float64 with shape (3, 50, 5), got "),
        ({"wanted": np.zeros((50, 4))}, "wanted must be float64 with shape (50, 3), got float64 "),
        ({"drawn": [[0, 50]]}, "drawn must lie in 0…49, got 50; count samples from 0"),
        ({"drawn": [[0, -1]]}, "drawn must lie in 0…49, got -1; count samples from 0"),
        ({"drawn": [[0.0]]}, "drawn must be whole numbers with shape (steps, batch), each at leas"),
        ({"drawn": [[0], [1]]}, "rates must be float64 with shape (2,), got float64 (1,); make it"),
        (
            {"network": Network((5, 3), ("unit",)), "values": np.zeros((3, 18))},
            "network must give its last layer alone, got one with 2 outputs; leave normalisations ",
        ),
    ],
)
def test_what_does_not_fit_is_refused(changed, told):
    values, samples, wanted, _ = given(np.float64)
    fits = {"network": NETWORK, "values": values, "samples": samples, "wanted": wanted}
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the text says which
        fit(**{**fits, "drawn": [[0, 49]], **changed}, rates=[0.1])
    assert str(caught.value).startswith(told)
