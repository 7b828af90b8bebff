"""Batches and labels: a function of (seed, step), with the stated distribution."""

from __future__ import annotations

import numpy as np
import pytest

from colorcore import kernels
from colorcore.kernels import reference

COLORS = np.linspace(0, 1, 30).reshape(10, 3)
CHANCES = np.linspace(0, 1, 20).reshape(10, 2)


def draw(seeds, step=3, batch_size=65, colors=COLORS, chances=CHANCES):
    return kernels.draw_batch(colors, chances, seeds=seeds, step=step, batch_size=batch_size)


@pytest.mark.parametrize("seeds", [[], [0], [0, 1, 2**63 - 1]])
@pytest.mark.parametrize("step", [0, 1500, 2**63 - 1])
@pytest.mark.parametrize("batch_size", [0, 1, 4, 65])
def test_draws_are_those_of_the_twin_bit_for_bit(seeds, step, batch_size):
    addresses = np.array(seeds, dtype=np.uint64)
    want = reference.draw_batch(COLORS, CHANCES, seeds=addresses, step=step, batch_size=batch_size)
    for got, expected in zip(draw(seeds, step, batch_size), want, strict=True):
        assert got.dtype == expected.dtype
        assert np.array_equal(got, expected)


def test_uniforms_are_numpys_own():
    bits = np.random.Philox(key=[9, 0], counter=[0, 4, reference.STREAM_COLORS, 0])
    indices, _ = draw([9], step=4)
    assert np.array_equal(indices[0], (np.random.Generator(bits).random(65) * 10).astype(int))


def test_a_seed_draws_the_same_alone_and_among_others():
    together, alone = draw([5, 6, 7]), draw([6])
    assert np.array_equal(together[0][1], alone[0][0])
    assert np.array_equal(together[1][1], alone[1][0])


def test_steps_and_seeds_draw_differently():
    first, second, third = draw([1], 0)[0], draw([1], 1)[0], draw([2], 0)[0]
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, third)


def test_labels_have_the_probability_of_their_color():
    indices, labels = draw(range(200), batch_size=500)
    for color in range(10):
        drawn = labels[indices == color]
        error = np.sqrt(CHANCES[color] * (1 - CHANCES[color]) / len(drawn))
        assert (np.abs(drawn.mean(axis=0) - CHANCES[color]) <= 5 * error).all()


def test_colors_are_drawn_uniformly():
    indices, _ = draw(range(100), batch_size=1000)
    counts = np.bincount(indices.ravel(), minlength=10)
    # Binomial with mean 10 000 and standard deviation 95.
    assert np.abs(counts - 10_000).max() < 5 * 95


def test_without_concepts_there_are_no_labels():
    indices, labels = draw([0], chances=np.empty((10, 0)))
    assert indices.shape == (1, 65)
    assert labels.shape == (1, 65, 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"chances": np.ones((9, 1))},
            "colors and probabilities must have shapes (n, 3) and (n, labels), got (10, 3) and "
            "(9, 1); give each colour a row of probabilities",
        ),
        ({"seeds": [0.5]}, "seeds must be integers with shape (n,), got float64 (1,); "
         "pass a list of whole numbers"),
        ({"seeds": [-1]}, "seeds must lie in 0…2**63 − 1, got -1…-1; choose others"),
        ({"step": -1}, "step must lie in 0…2**63 − 1, got -1; count steps from 0"),
        ({"batch_size": -1}, "batch_size must lie in 0…2**63 − 1, got -1; give a smaller whole "
         "number"),
        ({"batch_size": 2**64}, "batch_size must lie in 0…2**63 − 1, got 18446744073709551616; "
         "give a smaller whole number"),
        ({"chances": np.full((10, 1), 1.5)}, "probabilities must lie in [0, 1], got 1.5"),
        (
            {"colors": np.empty((0, 3)), "chances": np.empty((0, 1))},
            "colors must hold at least one colour, got none",
        ),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_with_a_remedy(options, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        draw(**{"seeds": [0], **options})
    assert str(caught.value) == message
