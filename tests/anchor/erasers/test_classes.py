"""Differences of class means go, and labelled means are directions to suppress."""

from __future__ import annotations

import pytest
import torch

from colorcore.anchor.erasers.classes import labelled_mean, mean_difference
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.kinds import Suppression
from colorcore.errors import InputError

SQUARE = torch.tensor([[1.0, 1.0], [1.0, 3.0], [5.0, 1.0], [5.0, 3.0]], dtype=torch.float64)
RIGHT = [False, False, True, True]


def drawn(seed, samples=60, width=4):
    generator = torch.Generator().manual_seed(seed)
    latents = torch.randn(samples, width, generator=generator, dtype=torch.float64) + 2
    return latents, torch.rand(samples, generator=generator).double()


def test_the_difference_is_projected_out_through_the_overall_mean():
    erased = mean_difference(SQUARE, RIGHT)
    torch.testing.assert_close(erased.matrix, torch.tensor([[0.0, 0], [0, 1]]).double())
    torch.testing.assert_close(erased.shift, torch.tensor([3.0, 0.0]).double())


@pytest.mark.parametrize("seed", range(5))
def test_afterwards_the_class_means_are_equal_and_the_overall_mean_is_what_it_was(seed):
    latents, shares = drawn(seed)
    erased = mean_difference(latents, shares)(latents)
    having = shares @ erased / shares.sum()
    torch.testing.assert_close(
        having, (1 - shares) @ erased / (1 - shares).sum(), rtol=1e-12, atol=0
    )
    torch.testing.assert_close(erased.mean(dim=0), latents.mean(dim=0))
    moved = torch.linalg.svdvals(latents - erased)
    assert (moved > 1e-9).sum() == 1  # along one direction


def test_labels_count_by_their_weight():
    latents, shares = drawn(0, samples=5)
    weights = torch.tensor([2.0, 0.0, 1.0, 3.0, 1.0])
    times = weights.long()
    found = mean_difference(latents, shares, weights)
    wanted = mean_difference(
        latents.repeat_interleave(times, 0), shares.repeat_interleave(times, 0)
    )
    torch.testing.assert_close(found.matrix, wanted.matrix)
    torch.testing.assert_close(found.shift, wanted.shift)


def test_differences_of_several_concepts_go_at_once_also_where_some_make_up_others():
    latents, _ = drawn(0)
    kinds = torch.nn.functional.one_hot(torch.arange(60) % 3)
    erased = mean_difference(latents, kinds)
    means = (kinds.double().T @ erased(latents)) / 20
    torch.testing.assert_close(means[0], means[1])
    torch.testing.assert_close(means[0], means[2])
    assert torch.linalg.matrix_rank(erased.matrix) == 2


def test_each_run_has_an_eraser_and_a_mean_of_its_own():
    runs = [drawn(seed) for seed in range(3)]
    latents, shares = (torch.stack(one) for one in zip(*runs, strict=True))
    erased, means = mean_difference(latents, shares), labelled_mean(latents, shares)
    assert means.shape == (3, 4)
    for run, (own, known) in enumerate(runs):
        assert torch.equal(erased.matrix[run], mean_difference(own, known).matrix)
        assert torch.equal(means[run], labelled_mean(own, known))


def test_the_labelled_mean_is_weighed_by_labels_and_weights():
    found = labelled_mean(SQUARE, [0, 0.5, 1, 0], [1, 2, 1, 7])
    torch.testing.assert_close(found, torch.tensor([3.0, 2.0]).double())


def test_several_concepts_have_a_mean_each():
    found = labelled_mean(SQUARE, [[1, 0], [1, 0], [0, 1], [0, 1]])
    torch.testing.assert_close(found, torch.tensor([[1.0, 2.0], [5.0, 2.0]]).double())
    assert labelled_mean(SQUARE.expand(3, 4, 2), torch.eye(4)[:, :2].expand(3, 4, 2)).shape == (
        3, 2, 2,
    )  # fmt: skip


def test_labelled_means_of_many_runs_are_directions_to_suppress():
    latents = torch.tensor([[[2.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 3.0]]])
    means = labelled_mean(latents, [[1, 0], [0, 1]])
    suppressed = Suppression(means, Falloff(angle=90, power=1))(latents)
    assert suppressed.tolist() == [[[0.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 0.0]]]


@pytest.mark.parametrize("fit", [mean_difference, labelled_mean])
@pytest.mark.parametrize(
    ("labels", "weights", "wanted"),
    [
        ([0, 0, 0, 0], None, "labels must differ between the samples that count, got 0 for all in"),
        ([1, 1, 1, 1], None, "labels must differ between the samples that count, got 1 for all in"),
        ([1, 0, 0, 0], [0, 1, 1, 1], "labels must differ between the samples that count, got 0 f"),
        ([1, 0, 0, 2], None, r"labels must lie in \[0, 1\], got 0…2; give how surely each sample"),
        ([1, 0, 0, torch.nan], None, "labels must be finite numbers, got NaN or ∞"),
        ([1, 0], None, r"labels must have one number a sample, \(4,\), or a column a concept"),
    ],
)  # fmt: skip
def test_labels_that_tell_no_classes_are_refused(fit, labels, weights, wanted):
    with pytest.raises(InputError, match=wanted):
        fit(SQUARE, labels, weights)


def test_a_labelled_mean_without_length_is_refused():
    latents = torch.tensor([[0.1, 0.2], [-0.1, -0.2], [1.0, 0.0]])
    with pytest.raises(InputError, match="labels must be of samples whose mean has a direction"):
        labelled_mean(latents, [1, 1, 0])


def test_classes_with_equal_means_are_left_as_they_are():
    erased = mean_difference(SQUARE, [True, False, False, True])
    assert torch.equal(erased.matrix, torch.eye(2, dtype=torch.float64))
