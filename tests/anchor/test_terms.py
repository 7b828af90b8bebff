"""Each term's value and gradient: in every type, along any axis, and with padding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from colorcore.anchor import terms
from colorcore.errors import InputError

GOLDEN = json.loads((Path("tests/data/numerics.json")).read_text())["regularizers"]


def opposite(direction: list[float]) -> list[float]:
    return [-x for x in direction]


TERMS = {
    "angular_anchor": lambda z, a: terms.angular_anchor(z, a),
    "euclidean_anchor": lambda z, a: terms.euclidean_anchor(z, a),
    "anti_anchor_hemi": lambda z, a: terms.anti_anchor(z, opposite(a)),
    "anti_anchor_full": lambda z, a: terms.anti_anchor(z, opposite(a), full_sphere=True),
    "unitarity": lambda z, a: terms.unitarity(z),
    "subspace_keep01": lambda z, a: terms.keep_subspace(z, [0, 1]),
    "subspace_repel0": lambda z, a: terms.repel_subspace(z, [0]),
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


@pytest.mark.parametrize(
    ("term", "name"),
    [
        (lambda z: terms.angular_anchor(z, [1.0, 0.0]), "direction"),
        (lambda z: terms.anti_anchor(z, [1.0, 0.0]), "direction"),
        (lambda z: terms.euclidean_anchor(z, [1.0, 0.0]), "point"),
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
        terms.cosine(torch.ones(4, 2), [0.0, 0.0])


@pytest.mark.parametrize("term", [terms.repel_subspace, terms.keep_subspace])
def test_dimensions_that_the_latents_lack_are_refused(term):
    with pytest.raises(InputError) as caught:
        term(torch.ones(4, 3), [0, 3, -1])
    assert str(caught.value) == (
        "dims must lie in 0…2, the dimensions there are, got [3, -1]; count from 0"
    )


