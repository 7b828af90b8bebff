"""Angular separation: golden values, closed forms, and parity with its NumPy twin."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorcore import kernels
from colorcore.kernels import reference

GOLDEN = json.loads((Path("tests/data/numerics.json")).read_text())["angular_separation"]
TOLERANCE = {np.float64: 1e-6, np.float32: 1e-5}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("case", GOLDEN)
def test_value_and_gradient_are_the_published_ones(case, dtype):
    latents = np.array(case["latents"], dtype=dtype)
    law = {"power": case["power"], "shift": case["shift"]}
    upstream = np.full(len(latents), 1 / len(latents), dtype=dtype)
    pairs = (
        (kernels.angular_separation(latents, **law), np.array(case["per_sample"])),
        (kernels.angular_separation_grad(latents, upstream, **law), np.array(case["grad_of_mean"])),
    )
    for got, want in pairs:
        assert got.dtype == dtype
        scale = np.abs(want).max()
        np.testing.assert_allclose(got, want, rtol=0, atol=TOLERANCE[dtype] * scale)


def test_two_samples_at_right_angles_have_separation_one_half_to_the_power():
    latents = np.array([[3.0, 0.0], [0.0, 0.2]])
    got = kernels.angular_separation(latents, power=3.0)
    np.testing.assert_allclose(got, [0.125, 0.125], rtol=1e-7)


def test_a_sample_does_not_count_itself_or_its_duplicates():
    latents = np.array([[1.0, 2.0], [2.0, 4.0], [1.0, 2.0]])
    assert kernels.angular_separation(latents, power=1.0).tolist() == [0, 0, 0]
    grad = kernels.angular_separation_grad(latents, np.ones(3), power=1.0)
    assert grad.tolist() == [[0, 0]] * 3


@pytest.mark.parametrize("power", [1.0, 2.0, 2.5, 100.0])
def test_opposite_poles_do_not_repel(power):
    latents = np.array([[1.0, 0.0], [-1.0, 0.0]])
    np.testing.assert_allclose(kernels.angular_separation(latents, power=power), 0, atol=1e-8)


def test_the_gradient_of_two_samples_has_its_closed_form():
    # ℓ₁ = ℓ₂ = ((cos θ + 1)/2)², and both samples are turned by dℓ/dθ, twice.
    angle = 1.0
    latents = np.array([[1.0, 0.0], [np.cos(angle), np.sin(angle)]])
    grad = kernels.angular_separation_grad(latents, np.ones(2), power=2.0)
    slope = 2 * (np.cos(angle) + 1) / 2 * np.sin(angle)
    np.testing.assert_allclose(grad[0], [0, slope], atol=1e-7)


def test_a_zero_vector_has_finite_value_and_gradient():
    latents = np.array([[0.0, 0.0], [1.0, 0.0]])
    assert kernels.angular_separation(latents, power=1.0).tolist() == [1.0, 0.5]
    assert np.isfinite(kernels.angular_separation_grad(latents, np.ones(2), power=1.0)).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_a_number_comes_out_as_nan(bad):
    latents = np.ones((3, 2)) * [[1.0, 2.0], [bad, 1.0], [2.0, 1.0]]
    assert np.isnan(kernels.angular_separation(latents)).all()
    assert np.isnan(kernels.angular_separation_grad(latents, np.ones(3))[1]).all()


@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3), (0, 4, 3), (1, 5), (3, 1)])
def test_empty_and_single_batches_keep_their_shape(shape):
    latents = np.ones(shape)
    assert kernels.angular_separation(latents).shape == shape[:-1]
    assert kernels.angular_separation_grad(latents, np.ones(shape[:-1])).shape == shape


@st.composite
def batches(draw):
    batch = draw(st.sampled_from([0, 1, 2, 15, 16, 17, 65, 130]))
    width = draw(st.sampled_from([1, 2, 3, 5, 7, 8, 33, 95, 96, 255, 256, 257, 768, 1024]))
    items = draw(st.sampled_from([(), (1,), (2, 2)]))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    latents = rng.normal(size=(*items, batch, width)) * draw(st.sampled_from([1e-3, 1, 1e3]))
    if batch > 2:
        latents[..., 1, :] = latents[..., 0, :]  # a duplicate
        latents[..., 2, :] = -latents[..., 0, :]  # an opposite pole
    if batch > 15:
        latents[..., 5, :] = 0
    return latents.astype(dtype)


@given(batches(), st.sampled_from([1.0, 2.0, 7.0, 2.5, 100.0, 1000.0]), st.booleans())
def test_kernels_agree_with_their_twin(latents, power, shift):
    shift = shift or power % 1 != 0
    law = {"power": power, "shift": shift}
    upstream = np.random.default_rng(0).normal(size=latents.shape[:-1]).astype(latents.dtype)
    double, eps = latents.astype(np.float64), np.finfo(latents.dtype).eps
    if latents.dtype == np.float32 and _on_the_edge(double):
        return  # rounding decides whether such a pair counts
    one_by_one = (
        kernels.angular_separation(latents, **law),
        kernels.angular_separation_grad(latents, upstream, **law),
    )
    at_once = kernels.angular_separation_with_grad(latents, **law)
    for made, weights in ((one_by_one, upstream), (at_once, np.ones_like(upstream))):
        weights = weights.astype(np.float64)
        wanted = (
            reference.angular_separation(double, **law),
            reference.angular_separation_grad(double, weights, **law),
        )
        sizes = _size_of_terms(double, weights, eps=eps, **law)
        for got, want, size in zip(made, wanted, sizes, strict=True):
            assert (np.abs(got - want) <= (4 * power + 64) * eps * size + 1e-30).all()


def _size_of_terms(latents, upstream, *, eps, power, shift):
    """Size of what the value and the gradient of a sample are made of, where rounding enters.

    Terms may cancel, and a cosine near −1 loses all its digits when it is shifted. The rounding of
    a cosine is that of numbers near 1, and changes a power by its slope, and a slope by its
    curvature.
    """
    _, base, counts = reference._pairs(latents, shift=shift)
    base = np.abs(base) + 8 * eps  # as large as rounding may make it
    both = np.abs(upstream[..., :, None]) + np.abs(upstream[..., None, :])
    slopes = np.where(counts, power * base ** (power - 1), 0)
    curves = np.where(counts, power * (power - 1) * base ** (power - 2), 0)
    losses = np.where(counts, base**power, 0)
    length = np.linalg.norm(latents, axis=-1, keepdims=True) + reference.EPSILON
    gradients = ((slopes + curves) * both).sum(axis=-1, keepdims=True) / length
    return (losses + slopes).sum(axis=-1), gradients


def _on_the_edge(latents):
    """Whether a cosine is so near the edge of sameness that float32 may judge otherwise."""
    units = latents / (np.linalg.norm(latents, axis=-1, keepdims=True) + reference.EPSILON)
    distance = np.abs(units @ units.mT - 1)
    return ((distance > 0.9 * reference.SAME) & (distance < 1.1 * reference.SAME)).any()


def test_views_give_the_bits_of_their_copies():
    whole = np.random.default_rng(0).normal(size=(6, 40, 10))
    views = [whole[::2, ::3, ::2], whole.transpose(2, 1, 0), whole[:, ::-1], whole[..., 1:4]]
    for view in views:
        frozen = view[:]
        frozen.flags.writeable = False
        for array in (view, frozen):
            got = kernels.angular_separation(array)
            assert np.array_equal(got, kernels.angular_separation(array.copy()))


def test_small_and_large_work_give_the_same_bits():
    # Above a size work is split over threads; an item's bits must not depend on the others.
    for width in (5, 300):
        latents = np.random.default_rng(1).normal(size=(40, 200, width)).astype(np.float32)
        together = kernels.angular_separation_with_grad(latents)
        for item, losses, grad in zip(latents, *together, strict=True):
            alone = kernels.angular_separation_with_grad(item)
            assert np.array_equal(losses, alone[0])
            assert np.array_equal(grad, alone[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: kernels.angular_separation(np.ones((64, 5), dtype=np.int64)),
            "latents must be float32 or float64 with shape (..., batch, k), got int64 (64, 5); "
            "cast with .astype(float)",
        ),
        (
            lambda: kernels.angular_separation(np.ones(5)),
            "latents must be float32 or float64 with shape (..., batch, k), got float64 (5,); "
            "cast with .astype(float)",
        ),
        (
            lambda: kernels.angular_separation(np.ones((5, 0))),
            "latents must be float32 or float64 with shape (..., batch, k), got float64 (5, 0); "
            "cast with .astype(float)",
        ),
        (
            lambda: kernels.angular_separation(np.ones((2, 2)), power=0.5),
            "power must be finite and at least 1, got 0.5; raise it",
        ),
        (
            lambda: kernels.angular_separation(np.ones((2, 2)), power=2.5, shift=False),
            "power must be a whole number when shift is False, since cosines can be negative, "
            "got 2.5; round it or pass shift=True",
        ),
        (
            lambda: kernels.angular_separation_grad(np.ones((2, 2)), np.ones(3)),
            "upstream must be float64 with shape (2,), as the latents are, got float64 (3,); "
            "pass one number a sample",
        ),
    ],
)
def test_wrong_arguments_are_refused_with_a_remedy(call, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert str(caught.value) == message
