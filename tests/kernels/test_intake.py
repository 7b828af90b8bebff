"""Whatever array is passed, a kernel returns what it promises or refuses by name; it never crashes.

`make fuzz` runs these for minutes instead of seconds.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from colorcore import kernels

FLOATS = st.sampled_from([np.float32, np.float64])
ODD = st.one_of(
    arrays.integer_dtypes(),
    arrays.boolean_dtypes(),
    arrays.complex_number_dtypes(),
    arrays.floating_dtypes(),
    arrays.unicode_string_dtypes(max_len=2),
    arrays.datetime64_dtypes(),
    st.just(np.dtype(object)),
)


@st.composite
def views(draw, dtypes=FLOATS, min_dims=0, max_dims=4, elements=None):
    """An array of any shape: whole, strided, reversed, transposed or read-only."""
    shape = arrays.array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=0, max_side=6)
    array = draw(arrays.arrays(draw(dtypes), draw(shape), elements=elements))
    array = array[(slice(None, None, draw(st.sampled_from([1, 2, -1]))),) * array.ndim + (...,)]
    if draw(st.booleans()):
        array = array.T
    array.flags.writeable = draw(st.booleans()) and array.flags.writeable
    return array


def result(kernel, *arguments, names, **options):
    """What a kernel returns, or None when it refused and named an argument."""
    refusal = ""
    try:
        return kernel(*arguments, **options)
    except (TypeError, ValueError) as error:
        refusal = str(error)
    assert any(name in refusal for name in names), refusal
    return None


POWERS = st.one_of(st.sampled_from([1.0, 2.0, 2.5, 100.0]), st.floats())


@given(st.one_of(views(), views(ODD)), POWERS, st.booleans())
def test_separation_of_anything(latents, power, shift):
    law = {"power": power, "shift": shift, "names": ["latents", "power"]}
    losses = result(kernels.angular_separation, latents, **law)
    both = result(kernels.angular_separation_with_grad, latents, **law)
    assert (losses is None) == (both is None)
    if losses is not None and both is not None:
        assert losses.dtype == both[0].dtype == both[1].dtype == latents.dtype
        assert losses.shape == both[0].shape == latents.shape[:-1]
        assert both[1].shape == latents.shape
        bad = ~np.isfinite(latents).all(axis=(-2, -1))
        assert np.isnan(losses[bad]).all()
        if shift and power < 1000:
            assert (losses[~bad] >= 0).all()


@given(views(min_dims=2), st.one_of(views(), views(ODD)), st.one_of(st.none(), views()))
def test_a_gradient_with_anything_upstream(latents, upstream, of_sum):
    names = ["latents", "upstream", "grad_of_sum"]
    grad = result(
        kernels.angular_separation_grad, latents, upstream, grad_of_sum=of_sum, names=names
    )
    if grad is not None:
        assert grad.shape == latents.shape
        assert upstream.shape == latents.shape[:-1]


UNIT = st.floats(0, 1, width=32)


@given(st.one_of(views(), views(ODD), views(elements=UNIT)))
def test_conversions_of_anything(colors):
    for kernel, names in (
        (kernels.rgb_to_hsv, ["rgb", "colors"]),
        (kernels.hsv_to_rgb, ["hsv", "hue", "saturation", "value"]),
    ):
        converted = result(kernel, colors, names=names)
        if converted is not None:
            assert converted.shape == colors.shape
            assert converted.dtype == colors.dtype
            assert ((converted >= 0) & (converted <= 1)).all()


AXIS = st.one_of(views(max_dims=1), views(max_dims=2, elements=UNIT), views(ODD, max_dims=1))


@given(AXIS, AXIS, AXIS)
def test_cubes_of_any_axes(a, b, c):
    for kernel, names in ((kernels.rgb_cube, "rgb"), (kernels.hsv_cube, ["hue", "h", "s", "v"])):
        cube = result(kernel, a, b, c, names=names)
        if cube is not None:
            assert cube.shape == (len(a), len(b), len(c), 3)
            assert ((cube >= 0) & (cube <= 1)).all()


@given(
    st.one_of(views(max_dims=2), views(ODD, max_dims=2)),
    st.one_of(views(max_dims=2, elements=UNIT), views(ODD, max_dims=2)),
    st.one_of(st.lists(st.integers(-2, 2**64), max_size=4), views(ODD, max_dims=1)),
    st.integers(-1, 2**64),
    st.integers(-1, 70),
)
def test_batches_of_anything(colors, probabilities, seeds, step, batch_size):
    drawn = result(
        kernels.draw_batch,
        colors,
        probabilities,
        seeds=seeds,
        step=step,
        batch_size=batch_size,
        names=["colors", "probabilities", "seeds", "step", "batch_size"],
    )
    if drawn is not None:
        indices, labels = drawn
        assert indices.shape == (len(seeds), batch_size)
        assert labels.shape == (len(seeds), batch_size, probabilities.shape[1])
        assert ((indices >= 0) & (indices < len(colors))).all()
