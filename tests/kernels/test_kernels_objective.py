"""The objective of each run: the twin's terms and gradients, and none where no sample counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorcore.kernels import ensemble, ensemble_reference
from colorcore.kernels import objective as objectives
from colorcore.kernels.objective import Term

BATCHES = st.sampled_from([1, 2, 63, 64, 65])


def terms(latent, concepts):
    """Every kind of term, on both layers, with labels and without."""
    e = objectives.direction([1.0, *[0.5] * (latent - 1)])
    inside = (1.0, *[0.0] * (latent - 1))
    kinds = [
        ("separation", e, 100.0, True),
        ("separation", e, 3.0, False),
        ("separation", e, 2.5, True),
        ("angular-anchor", e, 1.0, True),
        ("euclidean-anchor", e, 1.0, True),
        ("anti-anchor", e, 1.0, True),
        ("anti-anchor", e, 1.0, False),
        ("subspace", inside, 1.0, True),
        ("subspace", inside, 1.0, False),
        ("unitarity", e, 1.0, True),
        ("tilted-anchor", e, 0.3, True),
        ("tilted-anchor", inside, 1.5, False),
    ]
    affinities = (None, tuple(0.5 + c for c in range(concepts)))
    off_axis = (0.0, *[1.0] * (latent - 1))
    hidden = tuple(float(c == 0) for c in range(concepts))
    hides = [
        Term("hide", layer, e, reach, affinities=hidden, off_axis=off_axis)
        for layer in (0, 1)
        for reach in (0.75, 4.0)
    ]
    return hides + [
        Term(kind, layer, vector, power, flag, some, off_axis=(0.0, *[1.0] * (latent - 1)))
        for layer in (0, 1)
        for some in affinities
        for kind, vector, power, flag in kinds
    ]


@settings(max_examples=25, deadline=None)
@given(
    latent=st.integers(2, 12),
    runs=st.integers(1, 3),
    batch=BATCHES,
    concepts=st.integers(0, 3),
    seed=st.integers(0, 99),
)
def test_terms_and_their_gradients_are_those_of_the_twin(latent, runs, batch, concepts, seed):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(runs, batch, latent)) + 0.1
    recon, wanted = rng.random((2, runs, batch, 3))
    labels = rng.random((runs, batch, concepts)) < 0.4
    found = objectives.given(z, ensemble.unit(z), recon, wanted, labels)
    some = terms(latent, concepts)
    ours, pairs = objectives.objective(some, found)
    np.testing.assert_allclose(
        ours, ensemble_reference.objective(found, some), rtol=1e-10, atol=1e-10
    )
    upstream = rng.normal(size=ours.shape)
    ours = objectives.objective_grad(some, found, pairs, upstream)
    theirs = ensemble_reference.objective_grad(found, some, upstream)
    for a, b in zip(ours, theirs, strict=True):
        assert a is not None
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10 * max(1, np.abs(b).max()))


def test_no_sample_with_a_label_costs_nothing():
    z = np.ones((1, 4, 2))
    found = objectives.given(z, z, z, z, np.zeros((1, 4, 1), bool))
    anchor = Term("angular-anchor", 1, (1.0, 0.0), affinities=(1.0,))
    costs, pairs = objectives.objective([anchor], found)
    assert costs.tolist() == [[0.0], [0.0]]
    _, by_bottleneck, _ = objectives.objective_grad([anchor], found, pairs, np.ones((2, 1)))
    assert by_bottleneck is not None
    assert not by_bottleneck.any()


def test_a_one_sided_subspace_counts_what_is_below_zero_and_what_is_no_number():
    z = np.array([[[2.0, -3.0], [-2.0, -3.0], [0.0, 5.0], [np.nan, 0.0]]])
    found = objectives.given(z, z, z, z, np.zeros((1, 4, 0), bool))
    repel = Term("subspace", 0, (1.0, 0.0), flag=False)
    costs, pairs = objectives.objective([repel], found)
    assert np.isnan(costs[1, 0])
    by, _, _ = objectives.objective_grad([repel], found, pairs, [[0.0], [4.0]])
    assert by is not None
    np.testing.assert_array_equal(by[0, :, 0], [0, -4, 0, np.nan])
    assert not by[..., 1].any()


def tilted(z, labels, **options):
    """The cost of a tilted anchor to the first axis, and its gradient."""
    found = objectives.given(z, z, z, z, labels)
    off_axis = (0.0, *[1.0] * (z.shape[-1] - 1))
    anchor = Term(
        "tilted-anchor", 0, (1.0, *[0.0] * (z.shape[-1] - 1)), off_axis=off_axis, **options
    )
    costs, pairs = objectives.objective([anchor], found)
    by, _, _ = objectives.objective_grad([anchor], found, pairs, np.ones((2, len(z))))
    assert by is not None
    return costs[1], by


def test_an_anchor_leans_to_the_mean_of_the_batch_off_its_axis():
    z = np.array([[[9.0, 2.0, 0.0], [0.0, 0.0, 3.0], [-1.0, 0.0, 4.0], [5.0, 0.0, 0.0]]])
    labels = np.array([[[True], [False], [False], [False]]])
    # Directions off the axis are y, z, z and none: their mean lies along (0, 1, 2).
    toward = np.array([1.0, 0.5 / 5**0.5, 1.0 / 5**0.5]) / 1.25**0.5
    costs, by = tilted(z, labels, power=0.5, affinities=(1.0,))
    cosine = z[0, 0] @ toward / 85**0.5
    np.testing.assert_allclose(costs, [1 - cosine], rtol=1e-7)
    slope = z[0, 0] / 85 * cosine - toward / 85**0.5
    np.testing.assert_allclose(by[0, 0], slope, rtol=0, atol=1e-7)
    assert not by[0, 1:].any()  # what they make of the mean is held constant


def test_an_anchor_leans_to_the_nearest_sample_without_its_label():
    z = np.array([[[9.0, 2.0, 1.0], [0.0, -3.0, 0.1], [7.0, 0.0, 4.0], [1.0, 2.0, 1.0]]])
    labels = np.array([[[True], [False], [False], [True]]])  # the last is as near as can be
    toward = np.array([1.0, 0.0, 1.0]) / 2**0.5
    costs, by = tilted(z, labels, power=1.0, flag=False, affinities=(1.0,))
    cosines = z[0, [0, 3]] @ toward / np.linalg.norm(z[0, [0, 3]], axis=-1)
    np.testing.assert_allclose(costs, [1 - cosines.mean()], rtol=1e-7)
    assert not by[0, 1:3].any()


@pytest.mark.parametrize("flag", [True, False])
def test_an_anchor_is_not_tilted_where_there_is_nowhere_to(flag):
    z = np.array([[[3.0, 0.0], [-1.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]]])
    labels = np.array([[[True], [False]], [[True], [True]]])
    alone, by = tilted(z[:1], labels[:1], power=0.5, flag=flag, affinities=(1.0,))
    np.testing.assert_allclose(alone, [0], atol=1e-7)
    np.testing.assert_allclose(by, 0, atol=1e-7)
    if not flag:  # all are labelled: none is sought
        both, _ = tilted(z, labels, power=0.5, flag=flag, affinities=(1.0,))
        np.testing.assert_allclose(both[1], 1 - 0.5 * 0.5**0.5, rtol=1e-6)


@pytest.mark.parametrize("flag", [True, False])
def test_a_batch_of_none_costs_a_tilted_anchor_nothing(flag):
    costs, by = tilted(np.ones((2, 0, 3)), np.ones((2, 0, 1), bool), power=0.5, flag=flag,
                       affinities=(1.0,))  # fmt: skip
    assert costs.tolist() == [0, 0]
    assert by.shape == (2, 0, 3)


def hide(z, colors, labels, **options):
    """The cost of what hides off the first axis, and its gradient."""
    found = objectives.given(z, z, colors, colors, labels)
    none, off_axis = (0.0,) * z.shape[-1], (0.0, *[1.0] * (z.shape[-1] - 1))
    options = {"affinities": (1.0,), "off_axis": off_axis, **options}
    hides = Term("hide", 1, none, **options)
    costs, pairs = objectives.objective([hides], found)
    _, by, _ = objectives.objective_grad([hides], found, pairs, np.ones((2, len(z))))
    assert by is not None
    return costs[1], by


def test_what_is_left_of_a_labelled_sample_points_where_typical_ones_lie():
    z = np.array([[[9.0, 3.0, 4.0], [0.0, 5.0, 0.0], [1.0, 0.0, -3.0], [3.0, 5.0, 0.0]]])
    z = np.concatenate([z, [[[0.0, 0.0, 0.0], [-1.0, 0.0, 2.0]]]], axis=1)
    # Their mean is (2, 2): at squared distances 2, 1, 4, 0, 0 and 1 from it.
    colors = np.array([[[1.0, 3.0], [3.0, 2.0], [2.0, 0.0], [2.0, 2.0], [2.0, 2.0], [2.0, 3.0]]])
    labels = np.zeros((1, 6, 1), bool)
    labels[0, 0] = True
    # Within 2: the second and the last weigh (1 - 1/4)³, the third, at the edge, nothing; the
    # fourth lies along the axis by 3 of √34, over a half, and the fifth nowhere.
    costs, by = hide(z, colors, labels, power=2.0)
    np.testing.assert_allclose(costs, [1 - 7 / 5 / 2**0.5], rtol=0, atol=1e-7)
    slope = np.array([0.0, 3 * 7 / 125 - 1 / 5, 4 * 7 / 125 - 1 / 5]) / 2**0.5
    np.testing.assert_allclose(by[0, 0], slope, rtol=0, atol=1e-8)
    assert not by[0, 1:].any()  # what is made of them is held constant
    costs, _ = hide(z, colors, labels, power=8**0.5)
    # Now (1 - 1/8)³, (1 - 4/8)³ and (1 - 1/8)³ of y, -z and z.
    along, up = 0.875**3, 0.875**3 - 0.5**3
    cosine = (3 * along + 4 * up) / 5 / (along**2 + up**2) ** 0.5
    np.testing.assert_allclose(costs, [1 - cosine], rtol=0, atol=1e-7)


def test_hiding_costs_nothing_where_none_is_labelled_or_none_is_typical():
    z = np.array([[[3.0, 4.0], [4.0, 0.5], [1.0, 2.0]]] * 3)
    labels = np.array([[[True], [False], [True]], [[False]] * 3, [[True]] * 3])
    costs, by = hide(z, np.zeros((3, 3, 3)), labels, power=1.0)
    assert costs.tolist() == [0, 0, 0]
    assert not by.any()
    costs, by = hide(np.ones((2, 0, 3)), np.ones((2, 0, 3)), np.ones((2, 0, 1), bool), power=1.0)
    assert costs.tolist() == [0, 0]
    assert by.shape == (2, 0, 3)


def test_a_term_that_cannot_hide_is_refused():
    for reach in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match=rf"^reach must be finite and above 0, got {reach}; "):
            Term("hide", 1, (0.0, 0.0), power=reach, affinities=(1.0,), off_axis=(0.0, 1.0))
    with pytest.raises(ValueError, match=r"^affinities must be given to a term that hides "):
        Term("hide", 1, (0.0, 0.0), off_axis=(0.0, 1.0))
    with pytest.raises(ValueError, match=r"^off_axis must have the vector's 2 coordinates, got 0"):
        Term("hide", 1, (0.0, 0.0), affinities=(1.0,))


def test_a_term_that_cannot_be_tilted_is_refused():
    with pytest.raises(
        ValueError, match=r"^tilt must be finite and at least 0, got -0.1; raise it$"
    ):
        Term("tilted-anchor", 0, (1.0, 0.0), power=-0.1, off_axis=(0.0, 1.0))
    with pytest.raises(
        ValueError, match=r"^off_axis must have the vector's 2 coordinates, got 0; "
    ):
        Term("tilted-anchor", 0, (1.0, 0.0))
