"""Batch samplers and labels for a dataset of one's own: functions of (seed, step)."""

from __future__ import annotations

import pickle
from itertools import chain
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from colorcore import draw_batch
from colorcore.anchor import Draw, EpochBatches, Labelled, Labels, RandomBatches, class_weights
from colorcore.errors import InputError

CHANCES = np.linspace(0, 1, 10)


def numbers(batches: Any) -> list[list[int]]:
    return [[int(index) for index in batch] for batch in batches]


def test_an_epoch_has_every_sample_once_and_each_epoch_its_own_order():
    batches = EpochBatches(12, 4, seed=5)
    epochs = [numbers(batches) for _ in range(3)]
    for epoch in epochs:
        assert sorted(chain(*epoch)) == list(range(12))
    assert epochs[0] != epochs[1] != epochs[2]
    assert numbers(EpochBatches(12, 4, seed=5)) == epochs[0]
    assert numbers(EpochBatches(12, 4, seed=6)) != epochs[0]


def test_every_order_of_an_epoch_is_drawn_about_as_often():
    batches = EpochBatches(3, 3, seed=0)
    orders = [tuple(batches.batch(step).tolist()) for step in range(6000)]
    counts = [orders.count(order) for order in sorted(set(orders))]
    assert len(counts) == 6
    # Binomial with mean 1000 and standard deviation 29.
    assert max(abs(count - 1000) for count in counts) < 5 * 29


def test_what_is_left_over_is_dropped_or_a_smaller_batch():
    assert [len(batch) for batch in EpochBatches(10, 4, seed=0)] == [4, 4]
    batches = EpochBatches(10, 4, seed=0, drop_last=False)
    assert len(batches) == 3
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert [len(batch) for batch in batches] == [4, 4, 2]


def test_training_resumes_from_the_number_of_a_step():
    whole = EpochBatches(12, 4, seed=5)
    steps = [batch for _ in range(3) for batch in numbers(whole)]
    for step in range(9):
        resumed = EpochBatches(12, 4, seed=5, step=step)
        assert len(resumed) == 3 - step % 3
        assert numbers(resumed) == steps[step:][: 3 - step % 3]
        assert len(numbers(resumed)) == 3


def test_random_batches_are_those_of_draw_batch():
    batches = RandomBatches(10, 8, seed=3, steps=2, step=5)
    for step in (5, 6):
        (indices,), _ = draw_batch(
            CHANCES[:, None], CHANCES[:, None], seeds=[3], step=step, batch_size=8
        )
        assert next(iter(RandomBatches(10, 8, seed=3, steps=1, step=step))) == indices.tolist()
    steps = [batch[0].step for _ in range(2) for batch in batches]
    assert steps == [5, 6, 7, 8]


def test_samples_are_drawn_as_often_as_their_weights_say():
    batches = RandomBatches(4, 1000, seed=0, steps=10, weights=[0, 3, 1, 0])
    counts = np.bincount(np.concatenate([batches.batch(step) for step in range(10)]), minlength=4)
    assert counts[[0, 3]].tolist() == [0, 0]
    # Binomial with mean 7500 and standard deviation 43.
    assert abs(counts[1] - 7500) < 5 * 43


def test_weights_near_the_largest_number_do_not_overflow():
    batches = RandomBatches(2, 1000, seed=0, steps=1, weights=[1e308, 1e308])
    assert abs(batches.batch(0).sum() - 500) < 5 * 16


def test_classes_are_drawn_in_their_shares():
    classes = [0, 2, 0, 0]
    assert class_weights(classes).tolist() == pytest.approx([1 / 6, 1 / 2, 1 / 6, 1 / 6])
    assert class_weights(classes, [3, 0, 1]).tolist() == pytest.approx([0.25] * 4)
    for shares in ([1, 1], [1, 1, 1], [-1, 0, 2], [0, 0, 0], [np.nan, 0, 1]):
        with pytest.raises(InputError, match="shares must be numbers from 0 on, one for each of 3"):
            class_weights(classes, shares)
    for wrong in ([0.5], [-1], [[0]], []):
        with pytest.raises(InputError, match="classes must be whole numbers from 0 on with shape"):
            class_weights(wrong)


@pytest.mark.parametrize(
    "make",
    [
        lambda **ranks: EpochBatches(12, 4, seed=5, **ranks),
        lambda **ranks: RandomBatches(12, 4, seed=5, steps=3, **ranks),
    ],
)
def test_ranks_share_the_batches_of_one_process(make):
    alone = list(make())
    ranks = [list(make(rank=rank, world_size=2)) for rank in (0, 1)]
    for whole, first, second in zip(alone, *ranks, strict=True):
        assert [*first, *second] == whole
        assert [draw.slot for draw in (*first, *second)] == [0, 1, 2, 3]
    assert make(rank=1, world_size=2).indices(1).tolist() == alone[1][2:]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: EpochBatches(0, 1, seed=0),
            "samples and batch_size must be at least 1, got 0 and 1; give whole numbers from 1 on",
        ),
        (
            lambda: EpochBatches(3, 4, seed=0),
            "batch_size must be at most the 3 samples, got 4; lower it, or pass drop_last=False",
        ),
        (
            lambda: EpochBatches(9, 3, seed=0, world_size=2),
            "rank must lie in 0…world_size − 1, and world_size divide the batch_size of all ranks "
            "together, got rank 0 of 2 and batch_size 3; choose a multiple",
        ),
        (
            lambda: EpochBatches(9, 4, seed=0, rank=2, world_size=2),
            "rank must lie in 0…world_size − 1, and world_size divide the batch_size of all ranks "
            "together, got rank 2 of 2 and batch_size 4; choose a multiple",
        ),
        (
            lambda: EpochBatches(9, 4, seed=0, world_size=2, drop_last=False),
            "drop_last must be True with several ranks, of which one might get none, unless "
            "batch_size divides the samples, got 9 and 4; drop the last",
        ),
        (lambda: EpochBatches(9, 4, seed=-1), "seed must lie in 0…2**63 − 1, got -1…-1; choose "
         "others"),
        (lambda: EpochBatches(9, 4, seed=0, step=-1), "step must lie in 0…2**63 − 1, got -1; count "
         "steps from 0"),
        (
            lambda: RandomBatches(9, 4, seed=0, steps=0),
            "steps must be at least 1, got 0; say how many a pass has",
        ),
        (
            lambda: RandomBatches(2, 1, seed=0, steps=1, weights=[1.0]),
            "weights must be finite numbers from 0 on, not all 0, with shape (2,), got float64 "
            "(1,); give one a sample",
        ),
    ],
)  # fmt: skip
def test_what_makes_no_batches_is_refused(make, message):
    with pytest.raises((InputError, ValueError)) as caught:
        make()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "batches", [EpochBatches(9, 4, seed=0), RandomBatches(9, 4, seed=0, steps=2)]
)
def test_a_step_before_the_first_is_refused(batches):
    for ask in (batches.indices, batches.slots, batches.batch):
        with pytest.raises(
            ValueError, match=r"step must lie in 0…2\*\*63 − 1, got -1; count steps"
        ):
            ask(-1)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [-1.0, 2.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_weights_out_of_range_are_refused(weights):
    with pytest.raises(InputError, match="weights must be finite numbers from 0 on, not all 0"):
        RandomBatches(2, 1, seed=0, steps=1, weights=weights)


def test_a_draw_keeps_its_address_when_it_is_sent_to_another_process():
    sent = pickle.loads(pickle.dumps(Draw(3, step=2, slot=1)))
    assert (sent, sent.step, sent.slot) == (3, 2, 1)


def test_labels_are_those_of_draw_batch():
    table = torch.from_numpy(np.stack([CHANCES, CHANCES[::-1]], axis=1)).float()
    (indices,), (labels,) = draw_batch(table, table, seeds=[3], step=5, batch_size=8)
    found = Labels(table, seed=3)(torch.from_numpy(indices), step=5)
    assert found.tolist() == labels.tolist()
    later = Labels(table, seed=3)(indices[4:], step=5, slots=range(4, 8), device="cpu")
    assert later.tolist() == labels[4:].tolist()


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("dataset", [torch.arange(10), TensorDataset(torch.arange(10))])
def test_workers_bring_the_labels_that_one_process_draws(workers, dataset):
    labels = Labels(CHANCES, seed=7)
    batches = EpochBatches(10, 3, seed=7, step=3)
    loader = DataLoader(Labelled(dataset, labels), batch_sampler=batches, num_workers=workers)
    assert len(loader) == 3
    found = [*loader, *loader]
    assert len(found) == 6
    for step, (samples, drawn) in enumerate(found, start=3):
        got = samples if torch.is_tensor(samples) else samples[0]
        assert torch.equal(got, batches.indices(step))
        assert torch.equal(drawn, labels(got, step=step))


def test_ranks_bring_the_labels_that_one_process_draws():
    def brought(rank: int = 0, world_size: int = 1) -> list[list[Any]]:
        batches = EpochBatches(10, 4, seed=7, rank=rank, world_size=world_size)
        loader = DataLoader(Labelled(range(10), Labels(CHANCES, seed=7)), batch_sampler=batches)
        return [[*zip(*map(torch.Tensor.tolist, pair), strict=True)] for pair in loader]

    first, second = (brought(rank=rank, world_size=2) for rank in (0, 1))
    assert [one + other for one, other in zip(first, second, strict=True)] == brought()


def test_an_index_without_an_address_gets_no_label():
    dataset = Labelled(range(10), Labels(CHANCES, seed=0))
    with pytest.raises(InputError) as caught:
        next(iter(DataLoader(dataset, batch_size=2)))
    assert str(caught.value) == (
        "index must be a Draw, as EpochBatches and RandomBatches have it, got int 0; give one of "
        "them to the loader as its batch_sampler"
    )


def test_a_batch_of_two_steps_gets_no_labels():
    dataset = Labelled(range(10), Labels(CHANCES, seed=0))
    with pytest.raises(InputError, match=r"indices must be of one step, got \[0, 1\]; ask for e"):
        dataset.__getitems__([Draw(0, step=1, slot=0), Draw(1, step=0, slot=1)])


def test_labels_for_other_samples_than_there_are_are_refused():
    with pytest.raises(InputError) as caught:
        Labelled(range(9), Labels(CHANCES, seed=0))
    assert str(caught.value) == (
        "labels must have a probability for each of 9 samples, got 10; give each sample a row"
    )
