"""Regularizers: which samples, tokens and sequences their labels name, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from colorcore.anchor import (
    AngularAnchor,
    Regularizer,
    RepelSubspace,
    Separation,
    angular_anchor,
    angular_separation,
    anti_anchor,
    euclidean_anchor,
    keep_subspace,
    repel_subspace,
    unitarity,
)
from colorcore.errors import InputError

LATENTS = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
"""Of terms 0, 1 and 2."""


def anchor(affinities=(1.0,), **options) -> Regularizer:
    return Regularizer("anchor", "mlp", AngularAnchor([1, 0]), affinities, **options)


def test_a_regularizer_looks_only_at_the_samples_its_labels_name():
    term = Regularizer(
        name="anchor",
        layer="bottleneck",
        per_sample=lambda z: angular_anchor(z, [1.0, 0.0]),
        affinities=torch.tensor([0.0, 1.0]),
    )
    labels = torch.tensor([[[True, False], [False, True], [True, False]]])
    assert term(LATENTS[None], labels).tolist() == pytest.approx([1.0])


@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
def test_terms_take_any_leading_axes(leading):
    latents = torch.randn(*leading, 4, 5)
    labels = torch.rand(*leading, 4, 2) < 0.5
    for per_sample in (
        lambda z: angular_anchor(z, [1, 0, 0, 0, 0]),
        lambda z: anti_anchor(z, [1, 0, 0, 0, 0]),
        lambda z: euclidean_anchor(z, [1, 0, 0, 0, 0]),
        lambda z: repel_subspace(z, [0]),
        lambda z: keep_subspace(z, [0]),
        unitarity,
        angular_separation,
    ):
        assert per_sample(latents).shape == (*leading, 4)
        for affinities in (None, torch.tensor([1.0, 0.5])):
            term = Regularizer("term", "layer", per_sample, affinities)
            assert term(latents, labels).shape == leading


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("label", [False, True])
def test_half_precision_latents_and_labels_give_a_float32_term(dtype, label):
    latents = LATENTS.to(dtype).requires_grad_()
    labels = torch.tensor([[False], [label], [label]]).to(dtype)
    found = anchor([0.3])(latents, labels)
    found.backward()
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(1.5 * label)
    assert latents.grad is not None
    assert latents.grad.isfinite().all()


def test_affinities_are_not_rounded_under_autocast():
    labels = torch.tensor([[1, 0], [0, 1], [0, 0]])
    with torch.autocast("cpu", torch.bfloat16):
        found = anchor([1.0, 1 / 3])(LATENTS, labels)
    assert found.item() == pytest.approx(1 / 4, rel=1e-6)


@pytest.mark.parametrize("shape", [(3,), (1, 1), (3, 2), (3, 3), (1, 3, 1)])
def test_labels_of_another_shape_are_refused_and_not_spread_out(shape):
    with pytest.raises(InputError) as caught:
        anchor()(LATENTS, torch.ones(shape))
    assert str(caught.value) == (
        f"labels must have a row a sample and a column a concept, (3, 1), got {shape}; "
        "labels[..., None] adds a column"
    )


def test_labels_of_whole_sequences_where_each_token_has_its_own_are_refused_with_a_remedy():
    with pytest.raises(InputError, match=r"got \(2, 1\); for a label a sequence, say positions"):
        anchor()(LATENTS.expand(2, 3, -1), torch.ones(2, 1))


@pytest.mark.parametrize(
    ("labels", "got"),
    [([[0], [2], [1]], "0…2"), ([[0], [-1], [0]], "-1…0"), ([[math.nan], [0], [0]], "nan…nan")],
)
def test_labels_outside_zero_to_one_are_refused(labels, got):
    with pytest.raises(InputError) as caught:
        anchor()(LATENTS, labels)
    assert str(caught.value) == (
        f"labels must lie in [0, 1], got {got}; give how surely each sample has the concept"
    )


@pytest.mark.parametrize("labels", [[[0], [1], [1]], np.array([[0.0], [1.0], [1.0]])])
def test_lists_and_arrays_are_labels_too(labels):
    assert anchor()(LATENTS, labels).item() == 1.5


def test_labels_that_are_missing_are_refused_only_where_they_matter():
    assert anchor(None)(LATENTS, None).item() == 1
    with pytest.raises(InputError, match="labels must be given to anchor, which has affinities"):
        anchor()(LATENTS, None)


def test_a_label_a_token_names_tokens_of_all_sequences_alike():
    sequences = torch.stack([LATENTS, LATENTS.flip(0)])  # terms 0, 1, 2 and 2, 1, 0
    labels = torch.tensor([[[1], [1], [1]], [[1], [0], [0]]])
    term = anchor(positions="token")
    assert term(sequences, labels).item() == 5 / 4
    assert term(sequences, labels, mask=[[1, 1, 0], [1, 1, 1]]).item() == 1
    assert term(sequences[None], labels[None]).shape == (1,)


def test_a_label_a_sequence_is_earned_by_one_position():
    sequences = torch.stack([LATENTS, -LATENTS]).requires_grad_()
    term = anchor(positions="sequence", temperature=1e-6)
    found = term(sequences, [[1], [1]])
    assert found.item() == pytest.approx(0, abs=1e-5)
    # Without the position on the axis, the next one is at 1.
    assert term(sequences, [[1], [0]], mask=[[0, 1, 1], [1, 1, 1]]).item() == pytest.approx(1)


def test_a_sequence_of_padding_alone_does_not_count():
    sequences = torch.stack([LATENTS[1:], torch.full((2, 2), math.nan)]).requires_grad_()
    term = Regularizer(
        "anchor", "mlp", AngularAnchor([1, 0]), [1.0], positions="sequence", temperature=1e6
    )
    found = term(sequences, [[1], [1]], mask=[[1, 1], [0, 0]])
    found.backward()
    assert found.item() == pytest.approx(1.5)
    assert sequences.grad is not None
    assert sequences.grad[1].tolist() == [[0, 0], [0, 0]]
    assert sequences.grad[0].isfinite().all()


@pytest.mark.parametrize("positions", ["token", "sequence"])
def test_labels_of_tokens_are_not_taken_for_those_of_sequences(positions):
    sequences = torch.stack([LATENTS] * 3)  # as many sequences as positions
    wrong = torch.ones(3, 1) if positions == "token" else torch.ones(3, 3, 1)
    options = {"temperature": 0.1} if positions == "sequence" else {}
    with pytest.raises(InputError, match="labels must have a row a sample and a column a concept"):
        anchor(positions=positions, **options)(sequences, wrong)


def test_latents_with_channels_first_are_read_along_their_axis():
    maps = LATENTS.T[None]  # (batch, channel, position)
    assert anchor(None, axis=1, positions="token")(maps, None).item() == 1


def test_what_stands_at_padding_reaches_no_term_of_ones_own():
    term = Regularizer("own", "mlp", lambda z: z.square().sum(dim=-1), None)
    latents = torch.tensor([[1.0, 2.0], [math.nan, math.inf]], requires_grad=True)
    found = term(latents, None, mask=[1, 0])
    found.backward()
    assert found.item() == 5
    assert latents.grad is not None
    assert latents.grad.tolist() == [[2, 4], [0, 0]]


def test_a_separation_is_told_who_takes_part():
    term = Regularizer("separate", "mlp", Separation(1.0), None)
    alone = angular_separation(LATENTS[:2], 1.0).mean()
    assert torch.equal(term(LATENTS, None, mask=[1, 1, 0]), alone)


def test_a_separation_keeps_the_positions_of_a_sequence_apart():
    term = Regularizer("separate", "mlp", Separation(1.0), None, positions="token")
    sequences = torch.stack([LATENTS, LATENTS.flip(-1)])
    assert torch.equal(term(sequences, None), angular_separation(sequences, 1.0).mean())


@pytest.mark.parametrize(
    ("term", "got"),
    [
        (lambda z: z.square().mean(dim=-1, keepdim=True), "(3, 1)"),
        (lambda z: z.square().mean(), "()"),
        (lambda z: 0.5, "float"),
    ],
)
def test_a_term_that_gives_no_number_a_sample_is_refused(term, got):
    with pytest.raises(InputError) as caught:
        Regularizer("own", "mlp", term, None)(torch.ones(3, 2), None)
    assert str(caught.value) == (
        "own must have a term that gives a number a sample, shape (3,) for latents (3, 2), got "
        f"{got}; leave out the last axis alone"
    )


@pytest.mark.parametrize("affinities", [[-1.0], [math.nan], [math.inf], [[1.0]]])
def test_what_are_no_affinities_is_refused(affinities):
    with pytest.raises(InputError) as caught:
        anchor(affinities)
    assert str(caught.value) == (
        "affinities must be finite numbers from 0 on with shape (concepts,), got "
        f"{affinities}; say how much each concept's label counts"
    )


def test_affinities_are_not_learned():
    with pytest.raises(InputError, match="affinities must be numbers that are not learned"):
        anchor(torch.nn.Parameter(torch.ones(1)))


def test_positions_and_temperature_go_together():
    with pytest.raises(InputError, match="positions: wanted one of token, sequence, got 'tokens'"):
        anchor(positions="tokens")
    for options in ({"positions": "sequence"}, {"temperature": 0.1}):
        with pytest.raises(InputError) as caught:
            anchor(**options)
        assert str(caught.value) == (
            "temperature must be given with positions='sequence' and with nothing else, got "
            f"{options.get('temperature')} with positions={options.get('positions')!r}; 0.1 is "
            "near the least of the terms"
        )


def test_a_regularizer_moves_with_the_model_it_is_part_of():
    term = anchor([1.0, 0.5]).to(torch.float64)
    assert [name for name, _ in term.named_buffers()] == ["affinities", "per_sample.direction"]
    assert {buffer.dtype for buffer in term.buffers()} == {torch.float64}
    assert Regularizer("repel", "mlp", RepelSubspace([0]), None)(LATENTS, None).item() == (
        pytest.approx(2 / 3)
    )
