"""Dimensions and directions mean the same wherever they are given."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from colorcore.anchor import arguments
from colorcore.errors import InputError

LATENTS = torch.zeros(4, 3, dtype=torch.float64)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (1, [1]),
        (np.int32(1), [1]),
        (torch.tensor(1), [1]),
        ([2, 0], [2, 0]),
        ((np.uint8(2), torch.tensor(0)), [2, 0]),
        (range(1, 3), [1, 2]),
        (slice(None, None, 2), [0, 2]),
        (np.array([2, 1]), [2, 1]),
        (torch.tensor([0, 1], dtype=torch.int32), [0, 1]),
        ([], []),
    ],
)
def test_dimensions_are_whole_numbers_of_any_kind(given, wanted):
    assert arguments.dims(given, 3) == wanted


WHOLE = "dims must be whole numbers in 0…2, got "
KINDS = "; give an int, a list, a range, a slice or an array of them"
BEYOND = "dims must lie in 0…2, the dimensions there are, got "
MASK = (
    WHOLE + "booleans; give the places where a mask is true, mask.nonzero()[0].tolist() of an array"
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1.0, 0, 0], WHOLE + "1.0" + KINDS),
        (0.5, WHOLE + "0.5" + KINDS),
        (np.array([0.5]), WHOLE + "0.5" + KINDS),
        (torch.tensor([1.0]), WHOLE + "1.0" + KINDS),
        ("0", WHOLE + "str" + KINDS),
        (["0"], WHOLE + "'0'" + KINDS),
        ((dim for dim in [0, 1]), WHOLE + "generator" + KINDS),
        ({0: 1}, WHOLE + "dict" + KINDS),
        ([[0]], WHOLE + "[0]" + KINDS),
        ([True, False, False], MASK),
        (True, MASK),
        (np.array([True, False, False]), MASK),
        (torch.tensor([True, False, False]), MASK),
        ([torch.tensor(True)], MASK),
        ([-1], "dims must lie in 0…2, the dimensions there are, got [-1]; count from 0"),
        (slice(3, 5), BEYOND + "slice(3, 5, None); count from 0"),
        (slice(-4, None), BEYOND + "slice(-4, None, None); count from 0"),
        (slice(0.5), WHOLE + "slice(None, 0.5, None)" + KINDS),
        ([1, 1], "dims must name each dimension once, got [1, 1]; leave out the repeats"),
    ],
)
def test_what_names_no_dimensions_is_refused(given, message):
    with pytest.raises(InputError) as caught:
        arguments.dims(given, 3)
    assert str(caught.value) == message


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_a_list_may_be_of_numbers_that_the_latents_type_lacks(size):
    assert arguments.unit([0.0, 3 * size, 4 * size], LATENTS).tolist() == pytest.approx(
        [0, 0.6, 0.8]
    )


@pytest.mark.parametrize("kind", [list, np.array, torch.tensor])
def test_directions_are_lists_arrays_or_tensors(kind):
    assert arguments.unit(kind([0.0, 3.0, 4.0]), LATENTS).tolist() == [0, 0.6, 0.8]


def test_a_list_of_numbers_keeps_float64():
    assert arguments.vector([1 / 3, 0, 0], LATENTS)[0].item() == 1 / 3


def test_a_direction_that_is_a_parameter_gets_its_gradient():
    direction = torch.nn.Parameter(torch.tensor([3.0, 0.0, 4.0], dtype=torch.float64))
    arguments.unit(direction, LATENTS)[0].backward()
    # d(x / ‖x‖)/dx = (1 − x̂²) / ‖x‖ and −x̂ẑ / ‖x‖ for the others
    assert direction.grad is not None
    torch.testing.assert_close(direction.grad, torch.tensor([0.128, 0, -0.096]).double())


def test_directions_span_a_subspace_whatever_their_angles():
    rows = torch.tensor([[2.0, 0.0, 0.0], [5.0, 0.1, 0.0]], dtype=torch.float64)
    found = arguments.basis(rows, LATENTS)
    torch.testing.assert_close(found @ found.T, torch.eye(2, dtype=torch.float64))
    torch.testing.assert_close(found.T @ found, torch.diag(torch.tensor([1.0, 1, 0])).double())


@pytest.mark.parametrize(
    ("read", "given", "message"),
    [
        (
            "unit",
            [0.0, 0.0, 0.0],
            "direction must have a length above 0, got 0.0; give it another",
        ),
        (
            "unit",
            torch.full((3,), torch.nan),
            "direction must have a length above 0, got nan; give it another",
        ),
        (
            "vector",
            [1.0, 0.0],
            "direction must have the latents' 3 coordinates, got shape (2,); give one number a "
            "coordinate",
        ),
        (
            "vector",
            [True, False, False],
            "direction must be real numbers, one a coordinate, got bool; cast them",
        ),
        (
            "basis",
            [[1.0, 0.0, 0.0], [-2.0, 0.0, 0.0]],
            "directions must each add to what the others span, got 2 that span less; leave out "
            "those that the others make up",
        ),
        (
            "basis",
            [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            "directions must have a length above 0, got 0.0; give it another",
        ),
    ],
)
def test_directions_that_are_none_are_refused(read, given, message):
    with pytest.raises(InputError) as caught:
        getattr(arguments, read)(given, LATENTS)
    assert str(caught.value) == message
