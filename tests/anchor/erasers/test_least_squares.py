"""LEACE leaves no linear trace of a concept, and moves latents no more than that takes."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from colorcore.anchor.erasers.least_squares import leace
from colorcore.errors import InputError

with warnings.catch_warnings():  # it scripts a function as it is imported
    warnings.simplefilter("ignore")
    from concept_erasure import LeaceFitter


def drawn(seed, samples=200, width=5, concepts=1, *, spread=1.0):
    """Latents that covary, with values that some directions of them tell."""
    generator = torch.Generator().manual_seed(seed)
    kwargs = {"generator": generator, "dtype": torch.float64}
    mixed = torch.randn(width, width, **kwargs) * torch.logspace(0, -spread, width)[:, None]
    latents = torch.randn(samples, width, **kwargs) @ mixed + torch.randn(width, **kwargs)
    noise = torch.randn(samples, concepts, **kwargs)
    return latents, latents @ torch.randn(width, concepts, **kwargs) + noise


def crossed(latents, values, weights=None):
    """The covariance of latents and values. Shapes: (latent, concepts)."""
    weights = torch.ones(len(latents)) if weights is None else torch.as_tensor(weights)
    shares = (weights / weights.sum()).double()
    values = values.double().reshape(len(latents), -1)
    return (latents - shares @ latents).T @ (shares[:, None] * (values - shares @ values))


@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(4, 8), st.floats(0, 4))
def test_afterwards_latents_and_concepts_do_not_covary(seed, concepts, width, spread):
    latents, values = drawn(seed, 60, width, concepts, spread=spread)
    weights = torch.rand(60, generator=torch.Generator().manual_seed(seed)).double()
    erased = leace(latents, values, weights)(latents)
    assert crossed(latents, values, weights).abs().max() > 1e-6
    assert crossed(erased, values, weights).abs().max() < 1e-10
    means = weights @ latents / weights.sum()
    torch.testing.assert_close(weights @ erased / weights.sum(), means)


def test_no_linear_probe_does_better_than_the_mean():
    latents, values = drawn(0)
    erased = leace(latents, values)(latents)
    rows = torch.cat([erased, torch.ones(len(erased), 1)], dim=1)
    best = rows @ torch.linalg.pinv(rows, rtol=1e-9) @ values
    torch.testing.assert_close(best, values.mean(dim=0).expand_as(values))


@pytest.mark.parametrize("seed", range(5))
def test_every_other_affine_map_that_leaves_no_trace_moves_latents_more(seed):
    latents, values = drawn(seed)
    erased = leace(latents, values)(latents)
    found = (latents - erased).square().sum(dim=-1).mean()
    trace = torch.linalg.qr(crossed(latents, values))[0]
    away = torch.eye(5, dtype=torch.float64) - trace @ trace.T
    generator = torch.Generator().manual_seed(seed)
    # A Σ = 0 for every map A that projects away from Σ first, whatever follows.
    for nearness in (0.0, 0.01, 0.1, 1.0):
        other = torch.randn(5, 5, generator=generator, dtype=torch.float64) * nearness
        for then in (torch.eye(5, dtype=torch.float64), leace(latents, values).matrix):
            mean = latents.mean(dim=0)
            moved = (latents - mean) @ away @ (then + other).T + mean
            assert crossed(moved, values).abs().max() < 1e-10
            cost = (latents - moved).square().sum(dim=-1).mean()
            assert cost > found - 1e-12


@pytest.mark.parametrize("concepts", [1, 2, 3])
def test_it_is_what_the_authors_own_program_gives(concepts):
    latents, values = drawn(concepts, concepts=concepts)
    fitter = LeaceFitter(
        5, concepts, shrinkage=False, constrain_cov_trace=False, svd_tol=1e-9, dtype=torch.float64
    )
    fitter.update(latents, values)
    torch.testing.assert_close(leace(latents, values)(latents), fitter.eraser(latents))
    torch.testing.assert_close(leace(latents, values).matrix, fitter.eraser.P)


def test_it_is_what_the_authors_own_program_gives_where_latents_span_less_than_their_width():
    latents, values = drawn(0)
    latents[:, 3:] = latents[:, :2] - latents[:, 1:3]
    fitter = LeaceFitter(5, 1, shrinkage=False, constrain_cov_trace=False, dtype=torch.float64)
    fitter.update(latents, values)
    torch.testing.assert_close(leace(latents, values)(latents), fitter.eraser(latents))


def test_classes_of_one_column_each_are_erased_as_one_column_fewer():
    latents, _ = drawn(0)
    kinds = torch.arange(200) % 3
    latents[:, 0] += kinds
    columns = torch.nn.functional.one_hot(kinds)
    erased = leace(latents, columns)
    torch.testing.assert_close(erased.matrix, leace(latents, columns[:, :2]).matrix)
    assert torch.linalg.matrix_rank(erased.matrix) == 3
    assert crossed(erased(latents), columns).abs().max() < 1e-10


def test_probabilities_in_float32_that_sum_to_one_are_no_direction_more():
    latents, values = drawn(0, concepts=3)
    shares = values.softmax(dim=-1).float()
    assert torch.linalg.matrix_rank(leace(latents, shares).matrix) == 3


def test_a_sample_of_weight_two_is_two_samples_and_one_of_weight_zero_is_none():
    latents, values = drawn(0, 6)
    weights = [1, 2, 0, 1, 1, 3]
    times = torch.tensor(weights)
    latents[2], values[2] = torch.nan, torch.inf
    found = leace(latents, values, weights)
    wanted = leace(latents.repeat_interleave(times, dim=0), values.repeat_interleave(times, dim=0))
    torch.testing.assert_close(found.matrix, wanted.matrix)
    torch.testing.assert_close(found.shift, wanted.shift)


def test_each_run_is_erased_as_it_is_alone():
    runs = [drawn(seed) for seed in range(3)]
    latents, values = (torch.stack(one) for one in zip(*runs, strict=True))
    erased = leace(latents, values)
    for run, (own, known) in enumerate(runs):
        alone = leace(own, known)
        assert torch.equal(erased.matrix[run], alone.matrix)
        assert torch.equal(erased(latents)[run], alone(own))
    shared = leace(latents, values[0, :, 0])
    assert torch.equal(shared.matrix[2], leace(latents[2], values[0]).matrix)


def test_what_is_constant_but_for_rounding_is_left_alone():
    generator = torch.Generator().manual_seed(0)
    latents = torch.randn(500, 4, generator=generator).softmax(dim=-1)  # which sum to one
    labels = latents[:, 0] > 0.3
    matrix = leace(latents, labels).matrix
    assert matrix.abs().max() < 3
    torch.testing.assert_close(
        leace(latents[:, :3], labels).matrix, matrix[:3, :3] - matrix[:3, 3:]
    )


def test_small_deviations_count_as_large_ones_do():
    latents, values = drawn(0)
    scale = torch.logspace(0, -6, 5, dtype=torch.float64)
    small = leace(latents * scale, values)(latents * scale)
    assert (crossed(small, values).abs()[:, 0] < 1e-10 * scale).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_an_eraser_is_in_float64_and_gives_latents_in_their_own_type(dtype):
    latents, values = drawn(0)
    erased = leace(latents.to(dtype), values)
    assert erased.matrix.dtype == torch.float64
    assert erased(latents.to(dtype)).dtype == dtype
    assert crossed(erased(latents.to(dtype).double()), values).abs().max() < 1e-10


def test_an_eraser_is_of_numbers_and_has_no_gradient_of_what_it_was_fitted_to():
    latents, values = drawn(0)
    erased = leace(latents.requires_grad_(), values.requires_grad_())
    assert not erased.matrix.requires_grad
    wanted = leace(latents.detach().numpy(), values.detach().numpy())
    assert torch.equal(erased.matrix, wanted.matrix)


@pytest.mark.parametrize(
    ("latents", "values", "weights", "wanted"),
    [
        (torch.ones(3), [0, 1, 0], None, r"latents must be \(samples, latent\), or \(runs, samp"),
        (torch.ones(0, 2), [], None, r"latents must be .*none of them 0, got shape \(0, 2\)"),
        (torch.ones(2, 2) * 1j, [0, 1], None, "latents must be real numbers, got complex ones"),
        ([[0.0], [torch.nan]], [0, 1], None, "latents must be finite numbers, got NaN or ∞; lea"),
        (torch.ones(2, 2), [0, torch.inf], None, "values must be finite numbers, got NaN or ∞"),
        (torch.ones(2, 2), [0, 1, 0], None, r"values must have one number a sample, \(2,\), or "),
        (torch.ones(3, 2, 2), torch.ones(2, 2), None, r"one number a sample, \(3, 2\), or a col"),
        (torch.ones(2, 2), [["a"], ["b"]], None, r"values must be numbers, one a sample, got li"),
        (torch.ones(2, 2), [1, 1], None, "values must differ between the samples that count, got"),
        (torch.ones(3, 2), [1, 1, 0], [1, 1, 0], "got 1 for all in column 0; give samples with"),
        (torch.ones(2, 2, 2), [[0, 1], [0.1, 0.1]], None, "0.1 for all in column 0 of run 1; giv"),
        (torch.ones(2, 2), [0, 1], [1, -1], r"weights must be finite and at least 0, got -1…1"),
        (torch.ones(2, 2), [0, 1], [0, 0], "weights must be above 0 for some sample of each run"),
        (torch.ones(2, 2), [0, 1], [1, 1, 1], r"weights must have the shape of the samples' ter"),
    ],
)  # fmt: skip
def test_what_cannot_be_erased_is_refused_by_name(latents, values, weights, wanted):
    with pytest.raises(InputError, match=wanted):
        leace(latents, values, weights)


def test_latents_that_tell_nothing_are_left_as_they_are():
    latents = np.array([[0.0, 1.0], [0.0, 1.0], [2.0, 3.0], [2.0, 3.0]])
    assert torch.equal(leace(latents, [0, 1, 0, 1]).matrix, torch.eye(2, dtype=torch.float64))
