"""Anchors that are tilted off their axis: where to, whom they concern, and what they refuse."""

from __future__ import annotations

import pytest
import torch

from colorcore.anchor import Regularizer, TiltedAnchor, angular_anchor, average, tilted_anchor
from colorcore.errors import InputError

AXIS = [1.0, 0.0, 0.0]


def draw(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_a_tilted_anchor_is_one_to_the_direction_beside_the_axis():
    latents = draw(6, 3).requires_grad_()
    away = latents.detach() * torch.tensor([0, 1, 1])
    mean = torch.nn.functional.normalize(away, dim=-1).sum(dim=0)
    target = torch.tensor(AXIS) + 0.3 * mean / mean.norm()
    got = tilted_anchor(latents, AXIS, tilt=0.3, dims=[0])
    torch.testing.assert_close(got, angular_anchor(latents, target), rtol=0, atol=1e-7)
    (by,) = torch.autograd.grad(got.sum(), latents, retain_graph=True)
    (want,) = torch.autograd.grad(angular_anchor(latents, target).sum(), latents)
    torch.testing.assert_close(by, want, rtol=0, atol=1e-7)


def test_without_a_tilt_it_is_the_plain_anchor():
    latents = draw(4, 3)
    got = tilted_anchor(latents, [2.0, 1.0, 0.0], tilt=0, dims=0)
    torch.testing.assert_close(got, angular_anchor(latents, [2.0, 1.0, 0.0]), rtol=0, atol=1e-7)


def test_the_nearest_is_sought_among_those_without_a_label_that_count():
    latents = torch.tensor([[1.0, 3.0, 1.0], [5.0, 0.0, 1.0], [0.0, 1.0, 0.0], [2.0, 0.0, 0.0]])
    labelled, mask = [True, False, False, False], [True, True, False, True]
    options = {"tilt": 1.0, "dims": [0], "toward": "nearest", "labelled": labelled}
    for left_out, target in ((None, [1.0, 1.0, 0.0]), (mask, [1.0, 0.0, 1.0])):
        got = tilted_anchor(latents, AXIS, **options, mask=left_out)[0]
        torch.testing.assert_close(got, angular_anchor(latents, target)[0], rtol=0, atol=1e-6)
    everyone = {**options, "labelled": [1.0, 0.5, 2.0, 1.0]}
    got = tilted_anchor(latents, AXIS, **everyone)
    torch.testing.assert_close(got, angular_anchor(latents, AXIS), rtol=0, atol=1e-6)


@pytest.mark.parametrize("toward", ["mean", "nearest"])
def test_each_run_has_a_batch_of_its_own(toward):
    latents, labelled = draw(3, 6, 4), draw(3, 6) > 0
    options = {"tilt": 0.4, "dims": [0, 2], "toward": toward}
    got = tilted_anchor(latents, [1, 0, 0, 0], labelled=labelled, **options)
    for run in range(3):
        own = tilted_anchor(latents[run], [1, 0, 0, 0], labelled=labelled[run], **options)
        torch.testing.assert_close(got[run], own)


@pytest.mark.parametrize("toward", ["mean", "nearest"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_zero_vectors_and_any_type_give_finite_terms_and_gradients(dtype, toward):
    latents = torch.zeros(3, 3, dtype=dtype)
    latents[2] = 1
    latents.requires_grad_()
    labelled = [True, False, False]
    got = tilted_anchor(latents, AXIS, tilt=0.3, dims=0, toward=toward, labelled=labelled)
    got.sum().backward()
    assert got.isfinite().all()
    assert latents.grad is not None
    assert latents.grad.dtype == dtype
    assert latents.grad[2].isfinite().all()


@pytest.mark.parametrize("positions", [None, "token", "sequence"])
def test_a_regularizer_tells_who_is_labelled_among_all_positions(positions):
    latents, labels = draw(4, 5, 3), draw(4, 5, 2) > 0
    term = TiltedAnchor(AXIS, tilt=0.5, dims=[0], toward="nearest")
    temperature = 0.1 if positions == "sequence" else None
    labels = labels[:, 0] if positions == "sequence" else labels
    one = Regularizer("a", "mlp", term, [0.0, 2.0], positions=positions, temperature=temperature)
    got = one(latents, labels)
    if positions is None:
        each = [one(z, own).item() for z, own in zip(latents, labels, strict=True)]
        assert got.tolist() == pytest.approx(each)
        return
    own = labels[..., 1] if positions == "token" else labels[:, None, 1].expand(4, 5)
    terms = term(latents.flatten(0, 1), labelled=own.flatten()).view(4, 5)
    if positions == "token":
        torch.testing.assert_close(got, average(terms, own * 2.0, dim=(-2, -1)))
    else:
        plain = Regularizer("b", "mlp", lambda _: terms, [0.0, 2.0], positions="sequence",
                            temperature=0.1)  # fmt: skip
        torch.testing.assert_close(got, plain(latents, labels))


def test_what_makes_no_tilted_anchor_is_refused():
    latents = torch.ones(2, 3)
    for options, message in (
        ({"tilt": -0.1}, "tilt must be finite and at least 0, got -0.1; 0.3 is a little"),
        ({"tilt": torch.nan}, "tilt must be finite and at least 0, got nan; 0.3 is a little"),
        (
            {"tilt": 0.3, "toward": "near"},
            "toward: wanted one of mean, nearest, got 'near'; did you mean nearest?",
        ),
    ):
        for make in (lambda **o: tilted_anchor(latents, AXIS, dims=0, **o),
                     lambda **o: TiltedAnchor(AXIS, dims=0, **o)):  # fmt: skip
            with pytest.raises(InputError) as caught:
                make(**options)
            assert str(caught.value) == message
    with pytest.raises(InputError) as caught:
        tilted_anchor(latents, AXIS, tilt=0.3, dims=0, toward="nearest")
    assert str(caught.value) == (
        "labelled must be given with toward='nearest', which is sought among samples that are not, "
        "got None; give what is true where a sample is"
    )
    with pytest.raises(InputError) as caught:
        tilted_anchor(latents[0], AXIS, tilt=0.3, dims=0)
    assert str(caught.value) == (
        "latents must have a batch before their coordinates, to tilt by, got shape (3,); give "
        "(batch, latent)"
    )
