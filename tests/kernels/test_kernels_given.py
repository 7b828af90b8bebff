"""Labels of samples that somebody else chose: those of a drawn batch, whoever asks for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorcore import kernels
from colorcore.kernels import reference
from colorcore.kernels.labels import Labeler, drawer

CHANCES = np.linspace(0, 1, 20).reshape(10, 2)
ADDRESSES = st.integers(0, 2**63 - 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(
    seed=ADDRESSES,
    step=ADDRESSES,
    concepts=st.integers(0, 3),
    drawn=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 90)), max_size=9),
)
def test_labels_are_those_of_the_twin_bit_for_bit(dtype, seed, step, concepts, drawn):
    chances = np.random.Generator(np.random.Philox(1)).random((7, concepts), dtype=np.float32)
    table = chances.astype(dtype)
    indices = np.array([index for index, _ in drawn], dtype=np.int64)
    slots = np.array([slot for _, slot in drawn], dtype=np.uint64)
    want = reference.draw_labels(indices, slots, table, seed=seed, step=step)
    got = Labeler(table, seed=seed)(indices, step=step, slots=slots)
    assert got.dtype == bool
    assert np.array_equal(got, want)


@pytest.mark.parametrize("batch_size", [0, 1, 65])
def test_labels_of_a_drawn_batch_are_the_ones_it_came_with(batch_size):
    indices, labels = kernels.draw_batch(CHANCES, CHANCES, seeds=[3], step=8, batch_size=batch_size)
    label = Labeler(CHANCES, seed=3)
    assert np.array_equal(label(indices[0], step=8), labels[0])
    backwards = range(batch_size)[::-1]
    again = label(indices[0][::-1], step=8, slots=list(backwards))
    assert np.array_equal(again[::-1], labels[0])


def test_one_concept_needs_no_axis_of_its_own():
    alone, column = Labeler(CHANCES[:, 0], seed=0), Labeler(CHANCES[:, :1], seed=0)
    assert alone([9, 5, 0], step=1).shape == (3,)
    assert np.array_equal(alone([9, 5, 0], step=1), column([9, 5, 0], step=1)[:, 0])


def test_probabilities_in_float32_are_taken_as_they_are():
    label = Labeler(CHANCES.astype(np.float32), seed=0)
    assert label.probabilities.dtype == np.float32
    draws = [
        drawer(CHANCES, chances, seeds=[0], batch_size=40)(0)
        for chances in (CHANCES.astype(np.float32), CHANCES.astype(np.float32).astype(float))
    ]
    assert all(np.array_equal(one, other) for one, other in zip(*draws, strict=True))


@pytest.mark.parametrize("p", [-0.5, 1.5, np.nan])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_outside_zero_to_one_are_refused_before_any_is_drawn(p, dtype):
    table = np.array([[0.5], [p]], dtype=dtype)
    for make in (
        lambda: Labeler(table, seed=0),
        lambda: drawer(table, table, seeds=[0], batch_size=1),
    ):
        with pytest.raises(ValueError, match=rf"^probabilities must lie in \[0, 1\], got {p:g}$"):
            make()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda label: label([0, 10], step=0),
            "indices must lie in 0…9, got 0…10; give each sample a row of probabilities",
        ),
        (
            lambda label: label([-1], step=0),
            "indices must lie in 0…9, got -1…-1; give each sample a row of probabilities",
        ),
        (
            lambda label: label([0.5], step=0),
            "indices must be integers with shape (n,), got float64 (1,); pass a list of whole "
            "numbers",
        ),
        (
            lambda label: label([0, 1], step=0, slots=[0]),
            "slots must be one a sample, 2, got 1; leave them out when the samples are a whole "
            "batch",
        ),
        (
            lambda label: label([0], step=0, slots=[-1]),
            "slots must lie in 0…2**63 − 1, got -1…-1; choose others",
        ),
        (lambda label: label([0], step=-1), "step must lie in 0…2**63 − 1, got -1; count steps "
         "from 0"),
        (
            lambda _: Labeler(np.ones((2, 2, 2)), seed=0),
            "probabilities must have shape (n,) or (n, labels), got (2, 2, 2); give each sample a "
            "row",
        ),
        (
            lambda _: Labeler(["red"], seed=0),
            "probabilities must be real numbers, got <U3; cast with .astype(float)",
        ),
        (lambda _: Labeler([0.5], seed=-1), "seed must lie in 0…2**63 − 1, got -1…-1; choose "
         "others"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_with_a_remedy(call, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        call(Labeler(CHANCES, seed=0))
    assert str(caught.value) == message
