"""Probes find a concept again and again, until the directions that tell it are gone."""

from __future__ import annotations

import sys

import pytest
import torch
from sklearn.linear_model import LogisticRegression

from colorcore.anchor.erasers.classes import mean_difference
from colorcore.anchor.erasers.nullspaces import inlp
from colorcore.errors import InputError


def drawn(seed=0, samples=200, width=5):
    """Latents in which the first two directions tell a label."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.rand(samples, generator=generator) < 0.3
    latents = torch.randn(samples, width, generator=generator, dtype=torch.float64) + 1
    latents[:, 0] += 3 * labels
    latents[:, 1] += labels
    return latents, labels


def test_one_round_projects_out_the_weights_of_the_probe_through_the_mean():
    latents, labels = drawn()
    deviation = (latents - latents.mean(dim=0)).square().mean().sqrt()
    probe = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000)
    probe.fit(((latents - latents.mean(dim=0)) / deviation).numpy(), labels.numpy())
    weights = torch.from_numpy(probe.coef_[0])
    erased = inlp(latents, labels, rounds=1, penalty=2.0)
    projection = torch.eye(5) - torch.outer(weights, weights) / weights.square().sum()
    torch.testing.assert_close(erased.matrix, projection, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(erased(latents).mean(dim=0), latents.mean(dim=0))


@pytest.mark.parametrize("probe", ["logistic", "ridge"])
def test_each_round_takes_a_direction_at_right_angles_to_those_before(probe):
    latents, labels = drawn()
    for rounds in (1, 2, 3):
        matrix = inlp(latents, labels, rounds=rounds, probe=probe).matrix
        torch.testing.assert_close(matrix @ matrix, matrix)
        torch.testing.assert_close(matrix.trace(), torch.tensor(5.0 - rounds).double())
    before = inlp(latents, labels, rounds=1, probe=probe).matrix
    torch.testing.assert_close(matrix @ before, matrix)  # what the first took stays away


def test_rounds_end_where_a_probe_finds_nothing():
    latents = torch.tensor([[0.0, 1, 0], [0, -1, 0], [2, 1, 0], [2, -1, 0]], dtype=torch.float64)
    erased = inlp(latents, [0, 0, 1, 1], rounds=2)
    torch.testing.assert_close(erased.matrix, torch.diag(torch.tensor([0.0, 1, 1])).double())


@pytest.mark.parametrize("probe", ["logistic", "ridge"])
def test_a_sample_of_weight_two_is_two_samples(probe):
    latents, labels = drawn(samples=30)
    weights = torch.arange(30) % 3  # which sum to 30, as the penalty goes by the sum
    found = inlp(latents, labels, weights, rounds=2, probe=probe)
    rows = torch.arange(30).repeat_interleave(weights)
    more = inlp(latents[rows], labels[rows], rounds=2, probe=probe)
    torch.testing.assert_close(found.matrix, more.matrix, rtol=1e-4, atol=1e-5)


def test_a_label_of_a_third_is_a_third_of_a_sample_with_and_two_thirds_without():
    latents, labels = drawn(samples=20)
    surely = inlp(latents, torch.where(labels, 1.0, 1 / 3), rounds=1)
    rows = latents.repeat(3, 1)
    split = torch.cat([torch.ones(20).bool(), labels, labels])
    torch.testing.assert_close(
        surely.matrix, inlp(rows, split, rounds=1, penalty=3.0).matrix, rtol=1e-4, atol=1e-5
    )


def test_ridge_regression_takes_any_numbers_and_finds_their_direction():
    generator = torch.Generator().manual_seed(0)
    latents = torch.randn(100, 3, generator=generator, dtype=torch.float64)
    erased = inlp(latents, 1000 + 5 * latents[:, 2], rounds=1, probe="ridge", penalty=1e-9)
    torch.testing.assert_close(erased.matrix, torch.diag(torch.tensor([1.0, 1, 0])).double())


def test_of_two_classes_in_a_column_each_a_round_takes_one_direction():
    latents, labels = drawn()
    columns = torch.stack([labels, ~labels], dim=1)
    both = inlp(latents, columns, rounds=1).matrix
    torch.testing.assert_close(both, inlp(latents, labels, rounds=1).matrix, rtol=0, atol=1e-5)


@pytest.mark.parametrize("size", [1e-5, 1e5])
def test_latents_of_another_size_are_erased_alike(size):
    latents, labels = drawn()
    found = inlp(size * latents, labels, rounds=2).matrix
    torch.testing.assert_close(found, inlp(latents, labels, rounds=2).matrix, rtol=0, atol=1e-5)


def test_each_run_is_erased_as_it_is_alone():
    runs = [drawn(seed) for seed in range(2)]
    latents, labels = (torch.stack(one) for one in zip(*runs, strict=True))
    erased = inlp(latents, labels, rounds=2)
    for run, (own, known) in enumerate(runs):
        assert torch.equal(erased.matrix[run], inlp(own, known, rounds=2).matrix)


def test_round_classes_are_erased_as_by_their_mean_difference():
    latents = torch.tensor([[1.0, 1], [1, -1], [-1, 1], [-1, -1]], dtype=torch.float64)
    latents = torch.cat([latents, latents + torch.tensor([3.0, 0.0])])
    labels = torch.arange(8) > 3
    found = inlp(latents, labels, rounds=1)
    torch.testing.assert_close(found.matrix, mean_difference(latents, labels).matrix)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"rounds": 0}, "rounds must be a whole number, at least 1, got 0; give one"),
        ({"rounds": 1.5}, "rounds must be a whole number, at least 1, got 1.5; give one"),
        ({"rounds": 5}, "rounds must leave a dimension of 5, got 5, which leave none; give fewer"),
        ({"rounds": 1, "penalty": 0.0}, "penalty must be a finite number above 0, got 0.0"),
        ({"rounds": 1, "probe": "tree"}, "probe: wanted one of logistic, ridge, got 'tree'"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes, wanted):
    with pytest.raises(InputError, match=wanted):
        inlp(*drawn(), **changes)


def test_labels_of_one_class_are_refused():
    with pytest.raises(InputError, match="labels must differ between the samples that count, got"):
        inlp(torch.ones(3, 2), [1, 1, 1], rounds=1)


def test_where_scikit_learn_is_missing_that_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(InputError, match="inlp: wanted scikit-learn, which fits its probes, got n"):
        inlp(*drawn(), rounds=1)
