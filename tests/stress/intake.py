"""Kernels given odd arrays, until time is up: each is right, or refuses by name. It never crashes.

Run by `test_odd_intake.py` in a process of its own, with little memory, so that a crash is seen.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from colorcore import kernels
from colorcore.kernels import ensemble_reference, reference
from colorcore.kernels.ensemble import gelu, unit, unit_grad
from odd_arrays import WHOLE, arrays, plain
from odd_tensors import TENSORS

MEMORY = 6 * 2**30  # bytes, of which torch alone takes some
ONE_ROUND = settings(
    max_examples=200, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=tuple(HealthCheck),  # pyright: ignore[reportArgumentType]
)  # fmt: skip
REFUSALS = (TypeError, ValueError, MemoryError)  # the last where a result has no room
NAMES = {
    "rgb_cube": "rgb", "hsv_cube": "hsv", "rgb_to_hsv": ("rgb",),
    "hsv_to_rgb": ("hsv", "hue", "saturation"),
}  # fmt: skip
cases: Counter[str] = Counter()


def outcome(kernel: Callable, *values: object, names: tuple[str, ...] | str, **options: object):
    """What a kernel gives, or None when it refuses an argument by its name in one line."""
    note_case(kernel.__name__, values, options)
    try:
        found = kernel(*values, **options)
    except REFUSALS as error:
        said = str(error)
        assert "\n" not in said, said
        assert any(name in said for name in (*names, "the result", "the batch", "the labels")), said
        cases["refused"] += 1
        return None
    cases["computed"] += 1
    return found


def note_case(name: str, values: tuple, options: dict) -> None:
    """Where a crash would be looked for."""
    told = [(type(v).__name__, getattr(v, "dtype", ""), getattr(v, "shape", "")) for v in values]
    Path(os.environ["LAST_CASE"]).write_text(f"{name} {told} {options}\n")


def assert_same(found: np.ndarray, wanted: np.ndarray) -> None:
    """The same numbers to the last bit, in an array of its own."""
    assert type(found) is np.ndarray
    assert found.dtype == wanted.dtype.newbyteorder("=")
    np.testing.assert_array_equal(found, wanted)


def assert_close(found: np.ndarray, twin: np.ndarray) -> None:
    """About what the twin gives, where that is an ordinary number."""
    usual = np.isfinite(twin) & (np.abs(twin) < 1e6)
    np.testing.assert_allclose(
        found[usual], twin[usual], rtol=5e-3 if twin.dtype == np.float32 else 1e-6, atol=1e-4
    )


@given(arrays(last=3), st.sampled_from(["rgb_to_hsv", "hsv_to_rgb"]))
def conversions(values, name):
    numbers, odd = values
    found = outcome(getattr(kernels, name), odd, names=NAMES[name])
    if found is not None and numbers is None:
        assert found.shape == np.shape(odd)
        assert found.size == 0, odd
    elif found is not None:
        assert_same(found, getattr(reference, name)(np.asarray(numbers, found.dtype)))


@given(*[arrays(min_dims=1, max_dims=1)] * 3, st.sampled_from(["rgb_cube", "hsv_cube"]))
def cubes(a, b, c, name):
    found = outcome(getattr(kernels, name), a[1], b[1], c[1], names=NAMES[name])
    if found is not None and all(one[0] is not None for one in (a, b, c)):
        axes = [np.asarray(one[0], found.dtype) for one in (a, b, c)]
        assert_same(found, getattr(reference, name)(*axes))


@given(arrays(min_dims=2, max_dims=3), arrays(min_dims=1, max_dims=2), st.booleans())
def separations(latents, upstream, shift):
    numbers, odd = latents
    law = {"power": 2.0, "shift": shift}
    found = outcome(kernels.angular_separation, odd, names=("latents",), **law)
    both = outcome(kernels.angular_separation_with_grad, odd, names=("latents",), **law)
    assert (found is None) == (both is None)
    if found is not None and both is not None and numbers is not None:
        own = np.ascontiguousarray(numbers, found.dtype)
        assert_same(found, kernels.angular_separation(own, **law))
        assert_same(both[1], kernels.angular_separation_with_grad(own, **law)[1])
        if np.isfinite(own).all() and (np.abs(own) < 1e3).all():
            assert_close(found, reference.angular_separation(own, **law))
    known = ("latents", "upstream")
    grad = outcome(kernels.angular_separation_grad, odd, upstream[1], names=known, **law)
    if grad is not None and numbers is not None and upstream[0] is not None:
        own, along = (np.ascontiguousarray(one[0], grad.dtype) for one in (latents, upstream))
        assert_same(grad, kernels.angular_separation_grad(own, along, **law))


@given(arrays(max_dims=2), arrays(max_dims=2), arrays(max_dims=1), WHOLE, WHOLE, st.lists(WHOLE))
def batches(colors, chances, seeds, step, size, listed):
    given = {"seeds": listed if len(listed) % 2 else seeds[1], "step": step, "batch_size": size}
    known = ("colors", "probabilities", *given)
    found = outcome(kernels.draw_batch, colors[1], chances[1], names=known, **given)
    if found is not None and chances[0] is not None and len(listed) % 2:
        own = np.asarray(chances[0], float)
        twin = reference.draw_batch(
            own, own, seeds=np.array(listed, np.uint64), step=int(step), batch_size=int(size)
        )
        for one, other in zip(found, twin, strict=True):
            assert_same(one, other)


@given(arrays(max_dims=3), arrays(max_dims=3))
def layers(values, upstream):
    numbers, odd = values
    for kernel, twin in ((gelu, ensemble_reference.gelu), (unit, ensemble_reference.unit)):
        found = outcome(kernel, odd, names=("x",))
        if found is not None and numbers is not None:
            own = np.ascontiguousarray(numbers, np.asarray(odd).dtype.newbyteorder("="))
            own = own.reshape(numbers.shape)
            told = map(_several, (found, kernel(own), twin(own)))
            for one, same, close in zip(*told, strict=True):
                assert_same(one, same)
                assert_close(one, close)
    outcome(unit_grad, odd, odd, upstream[1], names=("x", "units", "upstream"))


def _several(found):
    return found if isinstance(found, tuple) else (found,)


@given(plain(min_dims=2, max_dims=2), st.booleans())
def changed_meanwhile(values, shift):
    """Of an array that another thread writes to, whatever comes has the shape that it must."""
    ends = threading.Event()

    def write():
        while not ends.is_set():
            values[...] = np.nan
            values[...] = 0.5

    writer = threading.Thread(target=write)
    writer.start()
    try:
        law = {"shift": shift, "power": 2.0}
        found = outcome(kernels.angular_separation, values, names=("latents",), **law)
        drawn = outcome(kernels.draw_batch, values, values, names=("colors", "probabilities"),
                        seeds=[0], step=0, batch_size=50)  # fmt: skip
        converted = outcome(kernels.rgb_to_hsv, np.broadcast_to(values[:1, :1], (40, 3))
                            if values.size else values, names=("rgb",))  # fmt: skip
    finally:
        ends.set()
        writer.join()
    assert found is None or found.shape == values.shape[:1]
    assert drawn is None or ((drawn[0] >= 0) & (drawn[0] < len(values))).all()
    assert converted is None or converted.shape == (40, 3) or not values.size


CHECKS = [
    ONE_ROUND(check)
    for check in (conversions, cubes, separations, batches, layers, changed_meanwhile, *TENSORS)
]


def main(minutes: float, number: int) -> None:
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")  # NumPy's, of the twins and of odd types
    end, rounds = time.monotonic() + 60 * minutes, 0
    while not rounds or time.monotonic() < end:
        for check in CHECKS:
            seed(number + rounds)(check)()
            cases["cases"] += 1
        rounds += 1
    print(json.dumps({"rounds": rounds, **cases}))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
