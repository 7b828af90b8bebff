"""The objective of each run: the twin's terms and gradients, and none where no sample counts."""

from __future__ import annotations

import numpy as np
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
    ]
    affinities = (None, tuple(0.5 + c for c in range(concepts)))
    return [
        Term(kind, layer, vector, power=power, flag=flag, affinities=some)
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
