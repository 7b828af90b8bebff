"""Arrays as Python can make them, however odd: of any type, layout, class and size."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

Array = np.ndarray

NUMBERS = st.one_of(
    st.floats(0, 1, width=32),
    st.sampled_from([0.0, -0.0, 1.0, 0.5, 1e-45, 1e-30, -1.0, 3e38, np.inf, -np.inf, np.nan]),
)
SIDES = st.integers(0, 5)
FLOATS = ("f4", "f8")
TYPES = (
    ">f4", ">f8", "f2", "g", "c8", "c16", "i1", "u8", "?", "O", "U3", "S3", "M8[s]", "m8[s]",
    [("a", "f4"), ("b", "f8")], "V8",
)  # fmt: skip


class Named(np.ndarray):
    """A subclass, whose operations give more of it."""


class Given:
    """What says that it is an array, and is none."""

    def __init__(self, values: Array) -> None:
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return self.values if dtype is None else self.values.astype(dtype)


@st.composite
def plain(draw, min_dims: int = 0, max_dims: int = 4, last: int | None = None) -> Array:
    """Whole numbers in a row, of float32 or float64."""
    shape = [draw(SIDES) for _ in range(draw(st.integers(min_dims, max_dims)))]
    if last is not None and shape:
        shape[-1] = last
    count = int(np.prod(shape, dtype=int))
    values = draw(st.lists(NUMBERS, min_size=count, max_size=count))
    return np.array(values, draw(st.sampled_from(FLOATS))).reshape(shape)


def _strided(values: Array) -> Array:
    """Far apart, in a larger array."""
    room = np.zeros([3 * n for n in values.shape], values.dtype)
    part = room[(slice(None, None, 3),) * values.ndim + (...,)]
    part[...] = values
    return part


def _misaligned(values: Array) -> Array:
    room = np.zeros(values.nbytes + 1, np.uint8)[1:]
    found = room.view(values.dtype).reshape(values.shape)
    found[...] = values
    return found


def _mapped(values: Array) -> Array:
    """In a file, to be read alone; an empty one cannot be."""
    if not values.size:
        return values
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "array"
        path.write_bytes(values.tobytes())
        return np.memmap(path, values.dtype, "r", shape=values.shape)


def _frozen(values: Array) -> Array:
    found = values.copy()
    found.flags.writeable = False
    return found


def _inner(values: Array) -> Array:
    """A field of records: neighbours lie further apart than they are wide."""
    room = np.zeros(values.shape, [("before", "u1"), ("it", values.dtype)])
    room["it"] = values
    return room["it"]


SAME = {  # the same numbers, laid out or called otherwise
    "whole": lambda values: values,
    "reversed": lambda values: values[(slice(None, None, -1),) * values.ndim].copy()[
        (slice(None, None, -1),) * values.ndim
    ],
    "strided": _strided,
    "transposed": lambda values: values.T.copy().T,
    "misaligned": _misaligned,
    "mapped": _mapped,
    "frozen": _frozen,
    "inner": _inner,
    "named": lambda values: values.view(Named),
    "given": Given,
    "nested": lambda values: values.tolist(),
    "swapped": lambda values: values.astype(values.dtype.newbyteorder()),
}


@st.composite
def wrapped(draw, **shape) -> tuple[Array, object]:
    """Numbers, and the same as something that NumPy takes for an array."""
    values = draw(plain(**shape))
    found = SAME[draw(st.sampled_from(sorted(SAME)))](values)
    return values.reshape(np.shape(found)), found  # an empty list does not tell how deep it was


@st.composite
def repeated(draw, **shape) -> tuple[Array, object]:
    """One row for all, which takes no memory."""
    values = draw(plain(**shape))
    found = np.broadcast_to(values[:1], values.shape) if values.ndim else values
    return found.copy(), found


def _huge(shape: tuple[int, ...], dtype: str) -> Array:
    """An empty or a repeated array that says that it is larger than all memory."""
    strides = (0,) * len(shape)
    return np.lib.stride_tricks.as_strided(np.zeros(1, dtype), shape, strides, writeable=False)


HUGE = ((2**59, 0), (0, 2**59), (2**57, 0, 3), (2**40, 3), (2**30, 2**29), (2**58,), (2**57, 3))


@st.composite
def refused(draw) -> object:
    """What no kernel takes: other types, masks, sizes beyond all memory, and what is no array."""
    values = draw(plain(max_dims=3))
    masked = np.ma.masked_array(values, values > 0.5)
    typed = np.zeros(values.shape, np.dtype(draw(st.sampled_from(TYPES))))
    huge = _huge(draw(st.sampled_from(HUGE)), draw(st.sampled_from(FLOATS)))
    others = [None, "red", b"red", {}, object(), [[1.0], [1.0, 2.0]], 2**70, iter([1.0]), ...]
    return draw(st.sampled_from([masked, typed, huge, *others]))


def arrays(**shape) -> st.SearchStrategy[tuple[Array | None, object]]:
    """Any of these, with the numbers that it says if a kernel might take it."""
    of_no_use = refused().map(lambda value: (None, value))
    return st.one_of(wrapped(**shape), repeated(**shape), of_no_use)


WHOLE = st.one_of(
    st.integers(-2, 3),
    st.sampled_from([2**31, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), 10**30]),
    st.sampled_from([np.int8(3), np.uint64(2**63 - 1), np.uint64(2**64 - 1), np.int64(-1)]),
    st.sampled_from([True, np.True_, 1.0, 2.5, np.float32(1), np.nan, None, "3", np.array(3)]),
)
"""What may be passed for a step, a seed or a size."""
