"""Each term's value and gradient: in every type, along any axis, and with padding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from colorcore.anchor import Regularizer, average
from colorcore.anchor.samples import vectors
from colorcore.anchor.terms import per_sample as terms
from colorcore.anchor.terms.modules import AngularAnchor, RepelSubspace
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


EACH = {
    "cosine": lambda z, **o: terms.cosine(z, [1.0, 2.0, -1.0], **o),
    "angular_anchor": lambda z, **o: terms.angular_anchor(z, [1.0, 2.0, -1.0], **o),
    "euclidean_anchor": lambda z, **o: terms.euclidean_anchor(z, [1.0, 2.0, -1.0], **o),
    "anti_anchor": lambda z, **o: terms.anti_anchor(z, [1.0, 2.0, -1.0], full_sphere=True, **o),
    "repel_subspace": lambda z, **o: terms.repel_subspace(z, [0, 2], **o),
    "repel_one_side": lambda z, **o: terms.repel_subspace(z, [0, 2], side="negative", **o),
    "keep_subspace": lambda z, **o: terms.keep_subspace(z, [0, 2], **o),
    "unitarity": lambda z, **o: terms.unitarity(z, **o),
}
"""Every term of latents with three coordinates."""
HALF = [torch.float16, torch.bfloat16]


def draw(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("name", EACH)
def test_half_precision_latents_give_the_float32_terms_of_their_numbers(name, dtype):
    latents = (100 * draw(5, 3)).to(dtype).requires_grad_()  # squares beyond float16
    got, want = EACH[name](latents), EACH[name](latents.detach().float())
    assert torch.equal(got, want)
    got.mean().mul(1e-3).backward()
    assert latents.grad is not None
    assert latents.grad.dtype == dtype
    assert latents.grad.isfinite().all()


@pytest.mark.parametrize("name", EACH)
def test_autocast_makes_no_term_less_precise(name):
    latents = draw(50, 3)
    with torch.autocast("cpu", torch.bfloat16):
        got = EACH[name](latents)
    assert torch.equal(got, EACH[name](latents))


@pytest.mark.parametrize("dtype", [*HALF, torch.float32, torch.float64])
@pytest.mark.parametrize("name", EACH)
def test_zero_vectors_give_finite_terms_and_gradients(name, dtype):
    latents = torch.zeros(2, 3, dtype=dtype, requires_grad=True)
    found = EACH[name](latents)
    found.sum().backward()
    assert found.isfinite().all()
    assert latents.grad is not None
    assert latents.grad.isfinite().all()


def test_one_side_of_a_subspace_costs_the_square_of_what_is_below_zero():
    latents = torch.tensor([[3.0, -1.0, 2.0], [-3.0, -4.0, -9.0], [0.0, 0.0, -1.0]])
    latents.requires_grad_()
    found = terms.repel_subspace(latents, [0, 1], side="negative")
    assert found.tolist() == [1, 25, 0]
    found.sum().backward()
    assert latents.grad is not None
    assert latents.grad.tolist() == [[0, -2, 0], [-6, -8, 0], [0, 0, 0]]


@pytest.mark.parametrize("make", [lambda **o: terms.repel_subspace(torch.ones(1, 2), [0], **o),
                                  lambda **o: RepelSubspace([0], **o)])  # fmt: skip
def test_a_side_that_there_is_not_is_refused(make):
    with pytest.raises(InputError) as caught:
        make(side="negativ")
    assert str(caught.value) == (
        "side: wanted one of both, negative, got 'negativ'; did you mean negative?"
    )


@pytest.mark.parametrize(("dtype", "huge"), [(torch.float32, 1e30), (torch.float64, 1e200)])
def test_a_cosine_does_not_depend_on_a_length_whose_square_overflows(dtype, huge):
    latents = torch.tensor([[3 * huge, 4 * huge]], dtype=dtype, requires_grad=True)
    found = terms.cosine(latents, [0.0, 1.0])
    assert found.item() == pytest.approx(0.8)
    found.sum().backward()
    assert latents.grad is not None
    assert latents.grad.isfinite().all()


@pytest.mark.parametrize("outside", [1e30, torch.inf, torch.nan])
def test_what_stands_outside_a_subspace_does_not_count(outside):
    latents = torch.tensor([[3.0, outside, 4.0]], requires_grad=True)
    found = terms.repel_subspace(latents, [0, 2])
    found.sum().backward()
    assert found.tolist() == [25]
    assert latents.grad is not None
    assert latents.grad.tolist() == [[6, 0, 8]]
    assert terms.keep_subspace(latents, [1]).tolist() == [25]


@pytest.mark.parametrize("name", EACH)
def test_the_coordinates_of_a_vector_may_lie_along_any_axis(name):
    maps = draw(2, 3, 4, 5)  # channels first
    want = EACH[name](maps.permute(0, 2, 3, 1))
    assert want.shape == (2, 4, 5)
    for axis in (1, -3):
        torch.testing.assert_close(EACH[name](maps, axis=axis), want)


@pytest.mark.parametrize("axis", [2, -3])
def test_an_axis_that_there_is_not_is_refused(axis):
    with pytest.raises(InputError) as caught:
        terms.unitarity(torch.ones(2, 3), axis=axis)
    assert str(caught.value) == (
        f"axis must be a whole number in -2…1, for shape (2, 3), got {axis}; choose that of the "
        "latent dimension"
    )


def test_latents_without_coordinates_are_refused():
    with pytest.raises(InputError) as caught:
        terms.unitarity(torch.ones(0, 3), axis=0)
    assert str(caught.value) == (
        "latents must have at least one coordinate on axis 0, got shape (0, 3); name the axis of "
        "the latent dimension"
    )


@pytest.mark.parametrize("name", EACH)
def test_what_stands_at_padding_gets_no_gradient_and_spoils_none(name):
    latents = draw(2, 3)
    sequence = torch.cat([latents, torch.full((1, 3), torch.nan)]).requires_grad_()
    found = EACH[name](sequence, mask=[1, 1, 0])
    found.sum().backward()
    assert torch.equal(found[:2], EACH[name](latents))
    assert sequence.grad is not None
    assert sequence.grad[2].tolist() == [0, 0, 0]
    alone = latents.clone().requires_grad_()
    EACH[name](alone).sum().backward()
    assert alone.grad is not None
    assert torch.equal(sequence.grad[:2], alone.grad)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        ([True], "mask must have the shape of the samples' terms, (2,), got (1,); give one number "
         "a sample, true where a sample counts"),
        ([0.0, -1e9], "mask must be booleans, or whole numbers 0 and 1, got float64; give what is "
         "true where a sample counts, mask.bool() say, not what is added to scores"),
        ([0, 2], "mask must lie in [0, 1], got 0…2; give 1 where a sample counts"),
    ],
)  # fmt: skip
def test_what_is_no_mask_is_refused(mask, message):
    with pytest.raises(InputError) as caught:
        terms.unitarity(torch.ones(2, 3), mask=mask)
    assert str(caught.value) == message


@pytest.mark.parametrize("kind", ["int64", "complex64", "float8_e4m3fn"])
def test_latents_in_which_nothing_is_computed_are_refused(kind):
    with pytest.raises(InputError) as caught:
        vectors(torch.ones(2, 3).to(getattr(torch, kind)), -1, None)
    assert str(caught.value) == (
        f"latents must be float32, float64, float16 or bfloat16, got {kind} (2, 3); cast with "
        "latents.float()"
    )


def test_a_direction_that_is_a_parameter_is_learned():
    direction = torch.nn.Parameter(torch.tensor([1.0, 1.0]))
    terms.angular_anchor(torch.tensor([[1.0, 0.0]]), direction).sum().backward()
    # −d cos/dv, of cos = v₀/‖v‖: −v₁²/‖v‖³ and v₀v₁/‖v‖³.
    assert direction.grad is not None
    assert direction.grad.tolist() == pytest.approx([-(8**-0.5), 8**-0.5])


@pytest.mark.parametrize("shapes", [[(4, 3), (6, 3)], [(2, 6, 3), (3, 4, 3)]])
@pytest.mark.parametrize("name", EACH)
def test_a_traced_term_computes_from_the_latents_it_is_given_later(name, shapes):
    first, later = (draw(*shape) for shape in shapes)
    for mode in ("symbolic", "real"):
        traced = make_fx(EACH[name], tracing_mode=mode)(first)
        torch.testing.assert_close(traced(later), EACH[name](later))


def test_terms_compile_whole(compiling):
    term = Regularizer(
        "a", "mlp", AngularAnchor([1, 2, 0]), [1.0], positions="sequence", temperature=1
    )

    def loss(z, labels, mask):
        anchored = average(terms.angular_anchor(z, [1, 2, 0], mask=mask), labels, mask=mask)
        empty = average(terms.repel_subspace(z, [0]), None, mask=mask)
        return anchored + empty + term(z[None], labels.any()[None, None], mask=mask[None])

    z = draw(4, 3).requires_grad_()
    given = z, torch.tensor([False, True, False, True]), torch.tensor([True, True, True, False])
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")(*given)
    torch.testing.assert_close(compiled, loss(*given))
    got, want = (torch.autograd.grad(value, z) for value in (compiled, loss(*given)))
    torch.testing.assert_close(got, want)
