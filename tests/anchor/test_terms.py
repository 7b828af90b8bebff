"""Regularizers: each term's value, and the average over labelled samples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from colorcore.anchor import terms as regularizers
from colorcore.anchor.separation import angular_separation
from colorcore.errors import InputError

GOLDEN = json.loads((Path("tests/data/numerics.json")).read_text())["regularizers"]


def opposite(direction: list[float]) -> list[float]:
    return [-x for x in direction]


TERMS = {
    "angular_anchor": lambda z, a: regularizers.angular_anchor(z, a),
    "euclidean_anchor": lambda z, a: regularizers.euclidean_anchor(z, a),
    "anti_anchor_hemi": lambda z, a: regularizers.anti_anchor(z, opposite(a)),
    "anti_anchor_full": lambda z, a: regularizers.anti_anchor(z, opposite(a), full_sphere=True),
    "unitarity": lambda z, a: regularizers.unitarity(z),
    "subspace_keep01": lambda z, a: regularizers.keep_subspace(z, [0, 1]),
    "subspace_repel0": lambda z, a: regularizers.repel_subspace(z, [0]),
}


@pytest.mark.parametrize("case", GOLDEN)
@pytest.mark.parametrize("term", TERMS)
def test_terms_agree_with_published_values(term, case):
    latents = torch.tensor(case["latents"], dtype=torch.float64)
    got = TERMS[term](latents, case["anchor"])
    want = torch.tensor(case[term], dtype=torch.float64)
    # The absolute part is one rounding of 1 − cos, for latents that lie on the anchor.
    torch.testing.assert_close(got, want, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("term", TERMS)
def test_terms_have_correct_gradients(term):
    latents = torch.randn(2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    anchor = [0.5, -1.0, 0.0, 2.0]
    assert torch.autograd.gradcheck(lambda z: TERMS[term](z, anchor), latents.requires_grad_())


def test_the_average_weighs_samples_by_affinity():
    per_sample = torch.tensor([[1.0, 2.0, 6.0]])
    affinity = torch.tensor([[0.0, 1.0, 3.0]])
    assert regularizers.average(per_sample, affinity).item() == pytest.approx(5.0)
    assert regularizers.average(per_sample, None).item() == pytest.approx(3.0)


@pytest.mark.parametrize("shape", [(1,), (4, 1), (4, 4), (1, 4), ()])
def test_affinities_of_another_shape_are_refused_and_not_spread_out(shape):
    with pytest.raises(InputError) as caught:
        regularizers.average(torch.ones(4), torch.ones(shape))
    assert str(caught.value) == (
        f"affinity must have the shape of the samples' terms, (4,), got {shape}; give one number a "
        "sample, labels[..., 0] say"
    )


def test_the_average_of_no_labelled_sample_is_zero_with_zero_gradient():
    per_sample = torch.tensor([[1.0, 2.0]], requires_grad=True)
    mean = regularizers.average(per_sample, torch.zeros(1, 2))
    mean.sum().backward()
    assert mean.item() == 0
    assert per_sample.grad is not None
    assert per_sample.grad.tolist() == [[0, 0]]


def test_a_regularizer_looks_only_at_the_samples_its_labels_name():
    term = regularizers.Regularizer(
        name="anchor",
        layer="bottleneck",
        per_sample=lambda z: regularizers.angular_anchor(z, [1.0, 0.0]),
        affinities=torch.tensor([0.0, 1.0]),
    )
    latents = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]])
    labels = torch.tensor([[[True, False], [False, True], [True, False]]])
    assert term(latents, labels).tolist() == pytest.approx([1.0])


@pytest.mark.parametrize(
    ("term", "name"),
    [
        (lambda z: regularizers.angular_anchor(z, [1.0, 0.0]), "direction"),
        (lambda z: regularizers.anti_anchor(z, [1.0, 0.0]), "direction"),
        (lambda z: regularizers.euclidean_anchor(z, [1.0, 0.0]), "point"),
    ],
)
def test_a_direction_or_point_of_another_width_is_refused(term, name):
    with pytest.raises(InputError) as caught:
        term(torch.ones(4, 3))
    assert str(caught.value) == (
        f"{name} must have the latents' 3 coordinates, got shape (2,); give one number a coordinate"
    )


def test_a_direction_without_length_is_refused():
    with pytest.raises(InputError, match=r"direction must have a length above 0, got 0\.0; give"):
        regularizers.cosine(torch.ones(4, 2), [0.0, 0.0])


@pytest.mark.parametrize("term", [regularizers.repel_subspace, regularizers.keep_subspace])
def test_dimensions_that_the_latents_lack_are_refused(term):
    with pytest.raises(InputError) as caught:
        term(torch.ones(4, 3), [0, 3, -1])
    assert str(caught.value) == (
        "dims must lie in 0…2, the dimensions there are, got [3, -1]; count from 0"
    )


@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
def test_terms_take_any_leading_axes(leading):
    latents = torch.randn(*leading, 4, 5)
    labels = torch.rand(*leading, 4, 2) < 0.5
    for per_sample in (
        lambda z: regularizers.angular_anchor(z, [1, 0, 0, 0, 0]),
        lambda z: regularizers.anti_anchor(z, [1, 0, 0, 0, 0]),
        lambda z: regularizers.euclidean_anchor(z, [1, 0, 0, 0, 0]),
        lambda z: regularizers.repel_subspace(z, [0]),
        lambda z: regularizers.keep_subspace(z, [0]),
        regularizers.unitarity,
        angular_separation,
    ):
        assert per_sample(latents).shape == (*leading, 4)
        for affinities in (None, torch.tensor([1.0, 0.5])):
            term = regularizers.Regularizer("term", "layer", per_sample, affinities)
            assert term(latents, labels).shape == leading
