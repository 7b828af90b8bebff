"""Kernels for ensembles: the twins' numbers, and the same bits however they are computed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorcore.kernels import ensemble, ensemble_reference
from colorcore.kernels import objective as objectives
from colorcore.kernels.adam import adam
from colorcore.kernels.ensemble import Network
from colorcore.kernels.objective import Term

WIDTHS = st.lists(st.integers(1, 40), min_size=2, max_size=6)
BATCHES = st.sampled_from([1, 2, 63, 64, 65])
TYPES = st.sampled_from([np.float32, np.float64])


def network(widths):
    """One with a normalisation in the middle, if it has a middle."""
    last = len(widths) - 2
    inner = ["unit" if i == last // 2 else "gelu" for i in range(last)]
    return Network(tuple(widths), (*inner, "nothing"))


def drawn(net, runs, batch, dtype: Any = np.float64, seed=0):
    """Parameters, samples and a gradient by each output."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(-0.6, 0.6, (runs, net.parameters)).astype(dtype)
    x = rng.normal(size=(runs, batch, net.widths[0])).astype(dtype)
    upstream = [rng.normal(size=(runs, batch, o.width)).astype(dtype) for o in net.outputs]
    return values, x, upstream


def close(ours, theirs, dtype):
    tolerance = 1e-10 if dtype == np.float64 else 2e-4
    size = max(1.0, np.abs(theirs).max(initial=0))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * size)


@settings(max_examples=60, deadline=None)
@given(widths=WIDTHS, runs=st.integers(1, 3), batch=BATCHES, dtype=TYPES, seed=st.integers(0, 99))
def test_passes_are_those_of_the_twin(widths, runs, batch, dtype, seed):
    net = network(widths)
    values, x, upstream = drawn(net, runs, batch, dtype, seed)
    outputs, tape = ensemble.forward(net, values, x)
    for ours, theirs in zip(outputs, ensemble_reference.forward(net, values, x), strict=True):
        close(ours, theirs, dtype)
    ours = ensemble.backward(net, values, x, tape, upstream)
    theirs = ensemble_reference.backward(net, values, x, upstream)
    # Where a vector is short, normalising it magnifies rounding.
    if dtype == np.float64:
        for a, b in zip(ours, theirs, strict=True):
            assert a is not None
            close(a, b, dtype)


def test_nothing_is_kept_unless_asked_for():
    net = network([3, 4, 2])
    values, x, _ = drawn(net, 2, 5)
    kept, _ = ensemble.forward(net, values, x)
    outputs, tape = ensemble.forward(net, values, x, keep=False)
    assert tape.size == 0
    assert [o.tolist() for o in outputs] == [o.tolist() for o in kept]


def test_an_absent_gradient_is_one_of_zeros():
    net = network([3, 16, 5, 16, 3])
    values, x, upstream = drawn(net, 2, 7)
    _, tape = ensemble.forward(net, values, x)
    some = [upstream[0], None, upstream[2]]
    zeros = [upstream[0], np.zeros_like(upstream[1]), upstream[2]]
    ours, theirs = (ensemble.backward(net, values, x, tape, u) for u in (some, zeros))
    assert ours[0].tolist() == theirs[0].tolist()


@pytest.mark.parametrize("batch", [1, 2, 63, 64, 65, 130])
@pytest.mark.parametrize("latent", [2, 3, 5, 8, 12])
def test_a_run_has_the_same_bits_alone_and_among_others(batch, latent):
    net = Network(
        (3, 16, 16, latent, 16, 16, 3), ("gelu", "gelu", "unit", *["gelu"] * 2, "nothing")
    )
    values, x, upstream = drawn(net, 4, batch, np.float32)
    outputs, tape = ensemble.forward(net, values, x)
    together, _ = ensemble.backward(net, values, x, tape, upstream)
    for run in range(4):
        one = slice(run, run + 1)
        alone, tape = ensemble.forward(net, values[one], x[one])
        assert all((a == b[one]).all() for a, b in zip(alone, outputs, strict=True))
        gradients = [u[one] for u in upstream]
        found, _ = ensemble.backward(net, values[one], x[one], tape, gradients)
        assert (found == together[one]).all()


def test_gelu_is_exact_to_about_rounding():
    special = pytest.importorskip("scipy.special")
    x = np.concatenate([np.linspace(-12.8, 12.8, 400_001), np.linspace(-2, 2, 400_001)])
    single = x.astype(np.float32)
    wide = single.astype(np.float64)
    values, slopes = ensemble.gelu(single)
    bell = np.exp(-(wide**2) / 2) / np.sqrt(2 * np.pi)
    wanted = wide * special.ndtr(wide)
    spacing = np.spacing(np.abs(wanted).astype(np.float32)).astype(np.float64)
    units = np.abs(values - wanted) / spacing
    assert units[wide > -1].max() < 4  # where the type has few digits; 5 in PyTorch
    assert np.abs(values[wide < -1] / wanted[wide < -1] - 1).max() < 1e-5
    wanted = special.ndtr(wide) + wide * bell
    assert np.abs(slopes - wanted).max() < 2e-7
    values, slopes = ensemble.gelu(x)
    np.testing.assert_allclose(values, x * special.ndtr(x), rtol=1e-13, atol=1e-300)
    bell = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(slopes, special.ndtr(x) + x * bell, rtol=0, atol=1e-15)


def test_zeros_stay_zeros_and_what_is_not_a_number_shows():
    assert ensemble.unit(np.zeros((2, 3))).tolist() == [[0.0] * 3] * 2
    gradient = ensemble.unit_grad(np.zeros((1, 2)), np.zeros((1, 2)), [[1.0, 0.0]])
    assert gradient.tolist() == [[1e12, 0.0]]  # as torch has it
    net = network([3, 4, 2])
    values, x, _ = drawn(net, 2, 5)
    x[1, 2, 0] = np.nan
    outputs, _ = ensemble.forward(net, values, x)
    assert np.isnan(outputs[-1][1, 2]).all()
    assert np.isfinite(outputs[-1][0]).all()


@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 70), dtype=TYPES, count=st.integers(1, 2000))
def test_adam_is_that_of_the_twin(size, dtype, count):
    rng = np.random.default_rng(size)
    start = [rng.normal(size=size), rng.normal(size=size) * 0.1, rng.random(size)]
    x, m, v = ours = [a.astype(dtype) for a in start]
    theirs = [a.copy() for a in ours]
    its, mean, square = theirs
    gradient = rng.normal(size=size).astype(dtype)
    adam(x, m, v, gradient, rate=0.1, betas=(0.9, 0.999), eps=1e-8, count=count)
    ensemble_reference.adam(its, mean, square, gradient, 0.1, (0.9, 0.999), 1e-8, count)
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def test_adam_refuses_memory_that_is_shared():
    values = np.zeros(4)
    with pytest.raises(ValueError, match="must be three arrays, got shared memory; copy"):
        adam(values, values, np.zeros(4), np.ones(4), rate=1, betas=(0.9, 0.9), eps=1, count=1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Network((3,), ()), r"widths must be one more than then, each at least 1, got"),
        (lambda: Network((3, 0), ("gelu",)), r"widths must be one more than then"),
        (lambda: Network((3, 1), ("relu",)), r"then must be of nothing, gelu, unit, got 'relu'"),
        (
            lambda: ensemble.forward(Network((3, 1), ("gelu",)), np.zeros((2, 5)), np.zeros(3)),
            r"values must have shape \(runs, 4\), a row of parameters a run, got \(2, 5\); flatten",
        ),
        (
            lambda: ensemble.forward(
                Network((3, 1), ("gelu",)), np.zeros((2, 4)), np.zeros((1, 7, 3))
            ),
            r"x must be float64 with shape \(2, batch, 3\), got float64 \(1, 7, 3\); give each run",
        ),
        (lambda: ensemble.gelu([1, 2]), r"x must be float32 or float64, got int64; cast with"),
        (lambda: ensemble.unit(1.0), r"x must have shape \(..., k\) with k at least 1, got \(\)"),
        (lambda: Term("push", 0, (1.0,)), r"kind must be of separation, angular-anchor"),
        (lambda: Term("unitarity", 2, (1.0,)), r"layer must be 0 for the encoder or 1 for the"),
        (lambda: objectives.direction([0.0, 0.0]), r"direction must have a length above 0, got 0"),
    ],
)
def test_wrong_arguments_are_refused(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def digest():
    """Of everything that the kernels make of some numbers, for other processes to compare."""
    bits = hashlib.sha256()
    for dtype in (np.float32, np.float64):
        for widths in ([3, 16, 16, 5, 16, 16, 3], [2, 33, 7], [1, 1], [40, 3, 17, 4]):
            net = network(widths)
            values, x, upstream = drawn(net, 3, 65, dtype)
            outputs, tape = ensemble.forward(net, values, x)
            found = ensemble.backward(net, values, x, tape, upstream)
            for made in (*outputs, *found):
                assert made is not None
                bits.update(made.tobytes())
        z = np.random.default_rng(1).normal(size=(3, 65, 5)).astype(dtype)
        labels = np.random.default_rng(2).random((3, 65, 2)) < 0.4
        from test_kernels_objective import terms

        given = objectives.given(z, ensemble.unit(z), z, ensemble.unit(z), labels)
        costs, pairs = objectives.objective(terms(5, 2), given)
        grads = objectives.objective_grad(terms(5, 2), given, pairs, np.ones_like(costs))
        moved = [np.ones_like(z), np.zeros_like(z), np.zeros_like(z)]
        adam(moved[0], moved[1], moved[2], z, rate=0.1, betas=(0.9, 0.999), eps=1e-8, count=3)
        for made in (costs, pairs, *grads, *moved):
            assert made is not None
            bits.update(made.tobytes())
    return bits.hexdigest()


def digest_with(**environment):
    code = "from test_kernels_ensemble import digest; print(digest())"
    folder = os.path.dirname(__file__)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_every_path_and_any_number_of_threads_give_the_same_bits():
    wanted = digest()
    for environment in (
        {"COLORCORE_NUM_THREADS": "1"},
        {"COLORCORE_NUM_THREADS": "3"},
        {"COLORCORE_SIMD": "avx512"},
        {"COLORCORE_SIMD": "avx2"},
        {"COLORCORE_SIMD": "neon"},
    ):
        found = digest_with(**environment)
        if "COLORCORE_SIMD must be one of those that this processor has" not in found:
            assert found == wanted, environment


def test_a_path_that_is_not_there_is_refused():
    found = digest_with(COLORCORE_SIMD="sse9")
    assert "COLORCORE_SIMD must be one of those that this processor has, " in found
    assert 'baseline, got "sse9"; unset it to use the fastest' in found


def test_the_baseline_agrees_to_rounding():
    assert len(digest_with(COLORCORE_SIMD="baseline")) == 64
