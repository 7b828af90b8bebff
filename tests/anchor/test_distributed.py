"""What ranks gather and sum, and its gradients: those of the sum of all ranks' losses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import distributed as dist

from colorcore.anchor.distributed import gathered, ranks, sizes, summed
from colorcore.errors import InputError
from ranks import on_ranks


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
