"""Angular separation at the ends of what floats, shapes and powers can be."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from colorcore import kernels
from colorcore.kernels import reference

EPS = {np.float32: 1.2e-7, np.float64: 2.3e-16}


def close(got, want, *, dtype, power=1.0, scale=None):
    """Whether two results agree to the rounding that a power magnifies."""
    scale = np.abs(want).max() if scale is None else scale
    np.testing.assert_allclose(got, want, rtol=0, atol=(4 * power + 64) * EPS[dtype] * scale)


def agrees_with_twin(latents, *, power, shift=True):
    """Check value and gradient, both ways of having them, against the twin in double precision."""
    double, law = latents.astype(np.float64), {"power": power, "shift": shift}
    dtype, ones = latents.dtype.type, np.ones(latents.shape[:-1])
    losses = reference.angular_separation(double, **law)
    grad = reference.angular_separation_grad(double, ones, **law)
    got_losses, got_grad = kernels.angular_separation_with_grad(latents, **law)
    for got, want in (
        (got_losses, losses),
        (got_grad, grad),
        (kernels.angular_separation(latents, **law), losses),
        (kernels.angular_separation_grad(latents, ones.astype(dtype), **law), grad),
    ):
        close(got, want, dtype=dtype, power=power)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("width", [2, 3, 4, 5, 6, 7, 8, 9, 31, 64, 257, 4096])
def test_latents_of_any_width(width, dtype):
    latents = np.random.default_rng(width).normal(size=(40, width)).astype(dtype)
    agrees_with_twin(latents, power=3.0)


@pytest.mark.parametrize("power", [1.0, 2.5, 100.0])
def test_latents_of_one_coordinate_are_the_same_or_opposite_and_repel_nothing(power):
    losses, grad = kernels.angular_separation_with_grad([[3.0], [2.0], [-1.0]], power=power)
    np.testing.assert_allclose(losses, 0, atol=1e-7)
    np.testing.assert_allclose(grad, 0, atol=1e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("power", [1.0, 1.5, 2.0, 3.0, 2.5, 31.7, 100.0, 1000.0, 1e6])
def test_powers_whole_and_fractional_small_and_large(power, dtype):
    # Directions within some degrees of each other, so that high powers leave something.
    latents = (np.random.default_rng(0).normal(size=(40, 5)) * 0.05 + 1).astype(dtype)
    agrees_with_twin(latents, power=power)


@pytest.mark.parametrize("power", [1.0, 2.0, 3.0, 8.0, 101.0])
def test_powers_of_cosines_that_are_not_shifted(power):
    latents = np.random.default_rng(1).normal(size=(40, 4))
    agrees_with_twin(latents, power=power, shift=False)


@pytest.mark.parametrize(
    ("dtype", "length"),
    [(np.float32, 1e-2), (np.float32, 1e18), (np.float32, 1e38), (np.float64, 1e300)],
)
def test_short_and_huge_vectors_have_the_directions_of_others(dtype, length):
    units = np.random.default_rng(2).normal(size=(40, 5))
    units /= np.linalg.norm(units, axis=-1, keepdims=True)
    losses = kernels.angular_separation((units * length).astype(dtype), power=3.0)
    close(
        losses,
        reference.angular_separation(units, power=3.0, shift=True),
        dtype=np.float32,
        scale=100,
    )


def test_a_vector_shorter_than_two_thousandths_counts_itself():
    # The 1e-8 in û = z/(‖z‖ + 1e-8) leaves it a cosine of 1 − 2e-5 to itself.
    for length, wanted in ((1e-3, 1.0), (1e-2, 0.0)):
        losses = kernels.angular_separation([[length, 0.0]], power=1.0)
        np.testing.assert_allclose(losses, wanted, atol=2e-5)


@pytest.mark.parametrize("length", [1e-45, 1e-40, 1e-38, 1e-20, 1e-12, 1e-8])
def test_vectors_near_zero_have_next_to_no_direction_and_a_finite_gradient(length):
    # û = z/(‖z‖ + 1e-8) of a subnormal z is 0 to rounding, so that all cosines are 0.
    latents = np.full((4, 3), length, dtype=np.float32) * [[1], [1], [-1], [0]]
    latents = latents.astype(np.float32)
    for power in (1.0, 2.0, 2.5, 100.0):
        losses, grad = kernels.angular_separation_with_grad(latents, power=power)
        want = reference.angular_separation(latents.astype(np.float64), power=power, shift=True)
        close(losses, want, dtype=np.float32, power=power)
        assert np.isfinite(grad).all()


def test_losses_whose_slopes_are_subnormal_count_as_nothing():
    # s = 1/2: s^149 is the smallest float32 there is, and the slope of s^125 is still normal.
    latents = np.eye(2, dtype=np.float32)
    assert kernels.angular_separation(latents, power=125.0).tolist() == [2.0**-125] * 2
    losses, grad = kernels.angular_separation_with_grad(latents, power=149.0)
    assert losses.tolist() == [0.0, 0.0]
    assert grad.tolist() == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_duplicates_alone_cost_nothing(dtype):
    latents = np.tile(np.array([[0.3, -0.2, 0.7]], dtype=dtype), (100, 1))
    losses, grad = kernels.angular_separation_with_grad(latents, power=100.0)
    assert not losses.any()
    assert not grad.any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("batch", [2, 17, 300])
def test_one_bad_number_makes_every_loss_of_its_batch_nan_and_none_of_another(bad, batch):
    latents = np.random.default_rng(3).normal(size=(2, batch, 5)).astype(np.float32)
    latents[0, batch // 2, 3] = bad
    losses, grad = kernels.angular_separation_with_grad(latents)
    assert np.isnan(losses[0]).all()
    assert np.isnan(grad[0]).any(axis=-1).all()
    assert np.isfinite(losses[1]).all()
    assert np.isfinite(grad[1]).all()


def test_read_only_transposed_reversed_and_broadcast_arrays_are_read_as_they_are():
    whole = np.random.default_rng(4).normal(size=(5, 40))
    frozen = whole.copy()
    frozen.flags.writeable = False
    for view in (whole.T, frozen.T, whole[::-1, ::2], np.broadcast_to(whole, (3, 5, 40))):
        losses, grad = kernels.angular_separation_with_grad(view, power=3.0)
        again, grad_again = kernels.angular_separation_with_grad(view.copy(), power=3.0)
        assert np.array_equal(losses, again)
        assert np.array_equal(grad, grad_again)
    assert np.array_equal(whole, frozen)


def test_arrays_in_the_other_byte_order_are_refused():
    other = np.ones((4, 2)).astype(">f8" if sys.byteorder == "little" else "<f8")
    with pytest.raises(TypeError, match="latents must be float32 or float64"):
        kernels.angular_separation(other)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory as Linux counts it")
@pytest.mark.parametrize("shape", [(65536, 5), (12000, 100)])
def test_many_samples_take_memory_as_their_number_and_not_its_square(shape):
    # The matrix of pairs would take 13 107 and 120 times the latents.
    code = f"""
import resource
import numpy as np
from colorcore import kernels

peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
z = np.random.default_rng(0).normal(size={shape}).astype("f4")
kernels.angular_separation_with_grad(z[:1000])
before = peak()
losses, grad = kernels.angular_separation_with_grad(z)
assert np.isfinite(losses).all() and np.isfinite(grad).all()
print((peak() - before) / z.nbytes)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 20


@pytest.mark.parametrize(
    ("concepts", "batch_size"), [(0, 2**60), (1, 2**60), (1, 2**63 - 1), (2**20, 2**40)]
)
def test_an_empty_result_whose_other_axes_exceed_all_memory_is_refused(concepts, batch_size):
    # Such a shape ends the process when NumPy is asked for it by C.
    with pytest.raises((MemoryError, ValueError)):
        kernels.draw_batch(
            np.zeros((1, 3)), np.zeros((1, concepts)), seeds=[], step=0, batch_size=batch_size
        )


MASKED = np.ma.masked_equal([[0.25, 0.5, 1.0]] * 2, 0.5)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("latents", lambda: kernels.angular_separation(MASKED)),
        ("upstream", lambda: kernels.angular_separation_grad(MASKED.data, MASKED[:, 0])),
        ("g", lambda: kernels.rgb_cube(MASKED.data[0], MASKED[0], MASKED.data[0])),
        ("rgb", lambda: kernels.rgb_to_hsv(MASKED)),
        ("hsv", lambda: kernels.hsv_to_rgb(MASKED)),
        (
            "probabilities",
            lambda: kernels.draw_batch(MASKED.data, MASKED, seeds=[0], step=0, batch_size=2),
        ),
        (
            "seeds",
            lambda: kernels.draw_batch(
                MASKED.data, MASKED.data, seeds=np.ma.masked_array([0]), step=0, batch_size=2
            ),
        ),
    ],
)
def test_a_mask_is_refused_and_not_lost(name, call):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == (
        f"{name} must have no mask, got a masked array; fill it with .filled(…) or leave out what "
        "is masked with .compressed()"
    )


def misaligned(values):
    room = np.zeros(values.nbytes + 1, np.uint8)[1:]
    found = room.view(values.dtype).reshape(values.shape)
    found[...] = values
    return found


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_that_lie_between_those_a_processor_reads_are_taken(dtype):
    values = np.array([[0.25, 0.5, 1.0], [0.5, 0.5, 0.0]], dtype)
    odd = misaligned(values)
    assert not odd.flags.aligned
    assert (kernels.rgb_to_hsv(odd) == kernels.rgb_to_hsv(values)).all()
    assert (kernels.angular_separation(odd) == kernels.angular_separation(values)).all()
    law = {"seeds": [0], "step": 0, "batch_size": 9}
    drawn, wanted = (kernels.draw_batch(one, one, **law) for one in (odd, values))
    assert (drawn[1] == wanted[1]).all()


def test_rows_of_several_lengths_are_refused_by_the_arguments_name():
    with pytest.raises(TypeError) as caught:
        kernels.rgb_to_hsv([[0.1, 0.2, 0.3], [0.1]])
    assert str(caught.value).startswith("rgb must be an array of numbers, got list (setting an arr")
    assert str(caught.value).endswith("; give each row as many numbers")


def test_repeated_numbers_that_would_not_fit_in_memory_are_refused_by_name():
    huge = np.broadcast_to(np.float32(0.5), (2**50, 3))
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        kernels.rgb_to_hsv(huge)
    assert str(caught.value) == (
        f"rgb must fit in memory, got float32 ({2**50}, 3), which repeats its numbers; pass fewer "
        "at a time"
    )
