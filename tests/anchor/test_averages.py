"""The average over labelled samples, and the pooling of positions: whom they count, and how."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from colorcore.anchor.terms.averages import average, soft_minimum
from colorcore.errors import InputError

HALF = [torch.float16, torch.bfloat16]


def test_the_average_weighs_samples_by_affinity():
    per_sample = torch.tensor([[1.0, 2.0, 6.0]])
    affinity = torch.tensor([[0.0, 1.0, 3.0]])
    assert average(per_sample, affinity).item() == pytest.approx(5.0)
    assert average(per_sample, None).item() == pytest.approx(3.0)


@pytest.mark.parametrize("shape", [(1,), (4, 1), (4, 4), (1, 4), ()])
def test_affinities_of_another_shape_are_refused_and_not_spread_out(shape):
    with pytest.raises(InputError) as caught:
        average(torch.ones(4), torch.ones(shape))
    assert str(caught.value) == (
        f"affinity must have the shape of the samples' terms, (4,), got {shape}; give one number a "
        "sample, labels[..., 0] say"
    )


@pytest.mark.parametrize("shape", [(4, 1), (4, 4), (1,)])
def test_a_traced_average_spreads_no_affinities_out_either(shape):
    traced = make_fx(lambda x, a: average(x, a))(torch.ones(4), torch.ones(4))
    assert traced(torch.arange(4.0), torch.tensor([0.0, 0.0, 1.0, 1.0])).item() == 2.5
    with pytest.raises(RuntimeError):
        traced(torch.ones(4), torch.ones(shape))


def test_the_average_of_no_labelled_sample_is_zero_with_zero_gradient():
    per_sample = torch.tensor([[1.0, 2.0]], requires_grad=True)
    mean = average(per_sample, torch.zeros(1, 2))
    mean.sum().backward()
    assert mean.item() == 0
    assert per_sample.grad is not None
    assert per_sample.grad.tolist() == [[0, 0]]


@pytest.mark.parametrize("dtype", HALF)
def test_half_precision_terms_of_no_labelled_sample_average_to_zero(dtype):
    per_sample = torch.ones(3, dtype=dtype, requires_grad=True)
    mean = average(per_sample, torch.zeros(3, dtype=dtype))
    mean.backward()
    assert (mean.dtype, mean.item()) == (torch.float32, 0)
    assert per_sample.grad is not None
    assert per_sample.grad.tolist() == [0, 0, 0]


@pytest.mark.parametrize("dtype", HALF)
def test_labelled_samples_are_counted_beyond_what_half_precision_counts(dtype):
    # 70,000 is beyond float16, and bfloat16 cannot count above 256.
    assert average(torch.ones(70_000, dtype=dtype), torch.ones(70_000, dtype=dtype)).item() == 1


@pytest.mark.parametrize(
    "labels",
    [
        [False, True, True],
        np.array([0, 1, 1]),
        np.array([0, 1, 1], dtype=np.float64),
        torch.tensor([0, 1, 1], dtype=torch.bfloat16),
        torch.tensor([False, True, True]),
    ],
)
def test_labels_of_any_kind_count_the_same(labels):
    assert average(torch.tensor([1.0, 2.0, 6.0]), labels).item() == 4


@pytest.mark.parametrize(
    ("affinity", "got"),
    [([0.5, -1.0], "-1…0.5"), ([math.nan, 1.0], "nan…nan"), ([1.0, math.inf], "1…inf")],
)
def test_affinities_below_zero_or_without_number_are_refused(affinity, got):
    with pytest.raises(InputError) as caught:
        average(torch.ones(2), affinity)
    assert str(caught.value) == (
        f"affinity must be finite and at least 0, got {got}; give 0 to a sample that does not count"
    )


@pytest.mark.parametrize("affinity", [["red", "blue"], [[1], [1, 0]]])
def test_what_are_no_affinities_is_refused(affinity):
    with pytest.raises(InputError, match="affinity must be numbers, one a sample, got list"):
        average(torch.ones(2), affinity)


@pytest.mark.parametrize("spoilt", [math.inf, math.nan])
def test_samples_that_do_not_count_spoil_no_average(spoilt):
    terms = torch.tensor([spoilt, 2.0, 4.0], requires_grad=True)
    for mean in (
        average(terms, [0.0, 1.0, 1.0]),
        average(terms, [1.0, 1.0, 1.0], mask=[0, 1, 1]),
        average(terms, None, mask=[False, True, True]),
    ):
        assert mean.item() == 3
        (slope,) = torch.autograd.grad(mean, terms)
        assert slope.tolist() == [0, 0.5, 0.5]


def test_nothing_left_by_a_mask_averages_to_zero():
    assert average(torch.ones(2), None, mask=[0, 0]).item() == 0
    assert average(torch.ones(2), [1.0, 1.0], mask=[0, 0]).item() == 0


def test_tokens_count_alike_whatever_the_length_of_their_sequences():
    terms = torch.tensor([[1.0, 2.0, 3.0], [9.0, 0.0, 0.0]])
    mask = torch.tensor([[1, 1, 1], [1, 0, 0]])
    assert average(terms, None, mask=mask, dim=(-2, -1)).item() == 15 / 4
    labels = torch.tensor([[1.0, 0, 0], [1.0, 1, 1]])
    assert average(terms, labels, mask=mask, dim=(-2, -1)).item() == 5


def test_a_mean_over_ranks_is_refused_without_a_group():
    with pytest.raises(InputError, match="group must be a process group that is set up, got True"):
        average(torch.ones(2), None, gather=True)


def test_a_mean_over_ranks_is_not_traced():
    with pytest.raises(InputError) as caught:
        make_fx(lambda terms: average(terms, None, gather=True))(torch.ones(2))
    assert str(caught.value) == (
        "a mean over ranks must be computed anew at each call, got a trace, which would keep the "
        "numbers of this one; trace the model without it"
    )


@pytest.mark.parametrize("temperature", [1e-30, 1e-6, 0.1, 1.0, 1e3, 1e30])
def test_the_soft_minimum_is_that_of_its_formula(temperature):
    terms = torch.tensor([[0.5, 0.25, 2.0, 1.25]], dtype=torch.float64)
    above = [(x - 0.25) / temperature for x in terms[0].tolist()]
    shares = [math.exp(-x) for x in above]
    # As 1 + what is lacking, so that it is exact for high temperatures too.
    lacking = math.fsum(math.expm1(-x) for x in above) / 4
    want = 0.25 - temperature * math.log1p(lacking)
    given = terms.float().requires_grad_()
    found = soft_minimum(given, temperature)
    found.sum().backward()
    assert found.item() == pytest.approx(want, rel=1e-5)
    assert given.grad is not None
    assert given.grad[0].tolist() == pytest.approx([x / sum(shares) for x in shares], rel=1e-5)


def test_the_soft_minimum_has_correct_gradients():
    terms = torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 0, 1, 0, 0], [0, 0, 0, 0, 1]])
    for temperature in (0.05, 1.0, 20.0):
        assert torch.autograd.gradcheck(
            lambda x, t=temperature: soft_minimum(x, t, mask), terms.requires_grad_()
        )


def test_padding_takes_no_part_in_the_soft_minimum():
    terms = torch.tensor([[1.0, -9.0, math.nan], [5.0, 5.0, 5.0]], requires_grad=True)
    found = soft_minimum(terms, 0.5, [[True, False, False], [False, False, False]])
    found.sum().backward()
    assert found.tolist() == [1, 0]
    assert terms.grad is not None
    assert terms.grad.tolist() == [[1, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("dtype", HALF)
def test_half_precision_positions_are_pooled_in_float32(dtype):
    terms = torch.tensor([[0.5, 1.0]], dtype=dtype)
    with torch.autocast("cpu", torch.bfloat16):
        found = soft_minimum(terms, 0.01)
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(0.5 + 0.01 * math.log(2), rel=1e-6)


@pytest.mark.parametrize("temperature", [0.0, -1.0, 1e-31, math.inf, math.nan])
def test_a_temperature_that_is_none_is_refused(temperature):
    with pytest.raises(InputError) as caught:
        soft_minimum(torch.ones(1, 2), temperature)
    assert str(caught.value) == (
        f"temperature must be finite and at least 1e-30, got {temperature}; a small one gives the "
        "least, a large one the mean"
    )


def test_no_positions_cannot_be_pooled():
    with pytest.raises(InputError) as caught:
        soft_minimum(torch.ones(3, 0), 1.0)
    assert str(caught.value) == (
        "per_position must have an axis of at least one position, got shape (3, 0); give a term a "
        "position"
    )
