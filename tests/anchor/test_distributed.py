"""What ranks gather and sum, and its gradients: those of the sum of all ranks' losses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from colorcore.anchor import (
    AngularAnchor,
    Labels,
    Regularizer,
    Separation,
    angular_anchor,
    angular_separation,
    average,
)
from colorcore.anchor.distributed import gathered, ranks, sizes, summed
from colorcore.errors import InputError
from ranks import on_ranks

LATENTS = torch.tensor([[1.0, 2.0], [-3.0, 1.0], [0.5, -1.0], [2.0, 0.0]])
LABELS = torch.tensor([[True], [True], [False], [True]])  # two on rank 0, one on rank 1
MASK = torch.tensor([True, False, True, True])


def model() -> nn.Linear:
    made = nn.Linear(2, 2, bias=False)
    nn.init.eye_(made.weight)
    return made


def loss(latents: torch.Tensor, part: slice, gather: Any) -> dict[str, torch.Tensor]:
    """Each kind of mean of the anchor over a part of the samples."""
    terms, labels, mask = angular_anchor(latents, [1, 0]), LABELS[part, 0], MASK[part]
    whole = Regularizer("anchor", "mlp", AngularAnchor([1, 0]), [0.5])
    of_sequences = Regularizer("apart", "mlp", Separation(3.0), None, positions="token")
    return {
        "labelled": average(terms, labels, gather=gather),
        "every": average(terms, None, gather=gather),
        "kept": average(terms, None, mask=mask, gather=gather),
        "regularizer": whole(latents, LABELS[part], gather=gather),
        "separation": average(separated(latents, gather), None, gather=gather),
        "positions": of_sequences(torch.stack([latents, latents.flip(1)], 1), None, gather=gather),
        "kept apart": average(separated(latents, gather, MASK[part]), None, gather=gather),
    }


def separated(latents: torch.Tensor, gather: Any, mask: Any = None) -> torch.Tensor:
    return angular_separation(latents, 3.0, mask=mask, gather=gather)


def trained(rank: int) -> dict[str, Any]:
    """What each mean is, and its gradient, in a model whose gradients DDP averages."""
    found: dict[str, Any] = {}
    part = slice(0, 3) if rank == 0 else slice(3, 4)  # of different sizes
    for name in loss(LATENTS, slice(None), False):
        parallel = DistributedDataParallel(model())
        value = loss(parallel(LATENTS[part]), part, True)[name]
        value.backward()
        found[name] = value.detach(), parallel.module.weight.grad
    return found


def latents(rank: int) -> torch.Tensor:
    """Two samples on rank 0, one on rank 1."""
    rows = [[1.0, 2.0], [3.0, 4.0]] if rank == 0 else [[5.0, 6.0]]
    return torch.tensor(rows, requires_grad=True)


def work(rank: int) -> dict[str, Any]:
    found: dict[str, Any] = {"ranks": ranks(True), "sizes": sizes(latents(rank), True)}
    z = latents(rank)
    everyone = gathered(z, True)
    ((rank + 1) * everyone.square()).sum().backward()
    found |= {"everyone": everyone.detach(), "gradient": z.grad}
    channels = torch.full((1, rank, 2), float(rank))  # rank 0 has no sample at all
    found["empty"] = gathered(channels, dist.group.WORLD, axis=1)
    found["half"] = gathered(latents(rank).bfloat16(), True).detach()
    found["labels"] = gathered(torch.tensor([True] * (rank + 1)), True, axis=0)
    number = torch.tensor(rank + 1.0, requires_grad=True)
    total = summed(number, True)
    (total * (rank + 1)).backward()
    found |= {"total": total.detach(), "slope": number.grad}
    found |= trained(rank)
    found["untold"] = message(lambda: average(torch.ones(2), [1.0, 0.0]))
    found["untold separation"] = message(lambda: angular_separation(torch.ones(2, 2)))
    found["untold slots"] = message(lambda: Labels([0.5, 0.5], seed=0)([0, 1], step=0))
    found["told slots"] = Labels([0.0, 1.0], seed=0)([0, 1], step=0, slots=range(2))
    found["plain"] = average(torch.tensor([1.0, 2.0]), None)
    found["own"] = average(torch.tensor([1.0, 2.0]), [0.0, float(rank)], gather=False)
    found["refused width"] = message(lambda: gathered(torch.ones(2, rank + 1), True))
    found["refused axes"] = message(lambda: gathered(torch.ones(2, *([1] * (rank + 1))), True))
    found["refused type"] = message(
        lambda: summed(torch.ones(2, dtype=(torch.float32, torch.float64)[rank]), True)
    )
    alone = dist.new_group([0])
    found["alone"] = message(lambda: gathered(torch.ones(rank, 2), alone)) if rank else ""
    return found


def message(call: Any) -> str:
    try:
        call()
    except InputError as error:
        return str(error)
    return "nothing was refused"


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> list[dict[str, Any]]:
    return on_ranks(work, tmp_path_factory.mktemp("ranks"))


def test_every_rank_has_the_samples_of_all_in_their_order(found):
    for rank in (0, 1):
        assert found[rank]["everyone"].tolist() == [[1, 2], [3, 4], [5, 6]]
        assert found[rank]["half"].dtype == torch.bfloat16
        assert found[rank]["half"].tolist() == [[1, 2], [3, 4], [5, 6]]
        assert found[rank]["labels"].tolist() == [True, True, True]
        assert found[rank]["sizes"] == [2, 1]
        assert found[rank]["ranks"] == (rank, 2)


def test_gathering_gives_each_rank_the_gradient_of_all_ranks_losses(found):
    # (1 + 2)·z² in all, so 6 z.
    assert found[0]["gradient"].tolist() == [[6, 12], [18, 24]]
    assert found[1]["gradient"].tolist() == [[30, 36]]


def test_a_rank_without_samples_adds_none(found):
    assert found[0]["empty"].tolist() == found[1]["empty"].tolist() == [[[1, 1]]]


def test_a_sum_over_ranks_has_the_gradient_of_all_ranks_losses(found):
    for rank in (0, 1):
        assert found[rank]["total"] == 3
        assert found[rank]["slope"] == 3


def test_what_differs_between_ranks_is_refused_by_all_of_them(found):
    for rank in (0, 1):
        assert found[rank]["refused width"] == (
            "ranks must give one type and one shape but for axis 0, got float32 (2, 1); float32 "
            "(2, 2); give each the same"
        )
        assert found[rank]["refused type"] == (
            "ranks must give one type and one shape, got float32 (2,); float64 (2,); give each the "
            "same"
        )
        assert "got float32 (2, 1); float32 (2, 1, 1); give" in found[rank]["refused axes"]


@pytest.mark.parametrize(
    "name", ["labelled", "every", "kept", "regularizer", "separation", "positions", "kept apart"]
)
def test_a_gathered_mean_trains_as_one_process_would(found, name):
    alone = model()
    want = loss(alone(LATENTS), slice(None), None)[name]
    want.backward()
    values, gradients = zip(*(found[rank][name] for rank in (0, 1)), strict=True)
    torch.testing.assert_close(sum(values) / 2, want.detach())
    for gradient in gradients:
        torch.testing.assert_close(gradient, alone.weight.grad)


def test_a_weighed_mean_must_say_whether_it_is_that_of_all_ranks(found):
    for rank in (0, 1):
        for untold in ("untold", "untold separation"):
            assert found[rank][untold] == (
                "gather must be said where several processes train, got None; pass True for the "
                "samples of all, their group, or False for those of each"
            )
        assert found[rank]["plain"] == 1.5
        assert found[rank]["own"] == 2 * rank


def test_labels_that_all_ranks_would_draw_alike_are_refused(found):
    for rank in (0, 1):
        assert found[rank]["untold slots"] == (
            "slots must be said where several processes train, which would all label alike, got "
            "None; pass batches.slots(step), or range(len(indices)) for one batch of all"
        )
        assert found[rank]["told slots"].tolist() == [False, True]


def test_a_rank_outside_the_group_is_refused(found):
    assert found[1]["alone"] == (
        "group must hold this process, got one without it; call in its ranks only"
    )


@pytest.mark.parametrize("call", [gathered, summed, sizes])
def test_without_a_process_group_nothing_is_gathered(call):
    with pytest.raises(InputError) as caught:
        call(torch.ones(2, 2), True)
    assert str(caught.value) == (
        "group must be a process group that is set up, got True; call "
        "torch.distributed.init_process_group first, or leave it out in one process"
    )
