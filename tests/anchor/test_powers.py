"""The power of a separation for latents of some width."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from colorcore.anchor.separation.powers import SHARE, mean_share, power_for, reach
from colorcore.errors import InputError


def expected(width: int, power: float) -> float:
    """E[((1 + cos θ)/2)^p] by quadrature over the law of the cosine of random directions."""
    law = beta((width - 1) / 2, (width - 1) / 2)
    return quad(lambda x: x**power * law.pdf(x), 0, 1, points=[0.5], limit=500)[0]


@pytest.mark.parametrize("width", [5, 16, 64, 512, 4096])
def test_random_directions_are_separated_as_much_in_every_width(width):
    assert expected(width, power_for(width)) == pytest.approx(SHARE, rel=1e-6)
    assert expected(width, power_for(width, share=0.1)) == pytest.approx(0.1, rel=1e-6)


def test_at_the_power_of_five_dimensions_wide_latents_are_not_separated_at_all():
    assert power_for(5) == pytest.approx(100)
    assert expected(5, 100) == pytest.approx(6 / (102 * 103))
    assert mean_share(64, 100) < 1e-15


def test_the_rule_holds_for_random_vectors_themselves():
    units = np.random.Generator(np.random.Philox(0)).normal(size=(2000, 2, 64))
    units /= np.linalg.norm(units, axis=-1, keepdims=True)
    shares = ((1 + (units[:, 0] * units[:, 1]).sum(axis=-1)) / 2) ** power_for(64)
    assert abs(shares.mean() - SHARE) < 5 * shares.std() / np.sqrt(2000)


def test_the_reach_is_where_a_pair_counts_for_the_share():
    for power in (1.0, 12.07, 100.0):
        x = (1 + np.cos(np.radians(reach(power, share=0.02)))) / 2
        assert x**power == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: power_for(1), "width must be at least 2, got 1; one axis has no angles"),
        (
            lambda: power_for(5, share=0.5),
            "share must lie between 0 and 1/2, got 0.5; 0.0006 is that of K = 5",
        ),
        (
            lambda: reach(0.5),
            "power must be at least 1 and share in (0, 1], got 0.5 and 0.01; choose others",
        ),
    ],
)
def test_what_has_no_power_or_reach_is_refused(call, message):
    with pytest.raises(InputError) as caught:
        call()
    assert str(caught.value) == message
