"""Work done by several processes that are one group, each a rank."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import distributed as dist
from torch import multiprocessing


def on_ranks(work: Callable[[int], dict[str, Any]], folder: Path, *, ranks: int = 2) -> list[Any]:
    """What `work(rank)` gives on each rank: tensors, numbers and strings by name.

    `work` stands at the top of a module, so that another process finds it.
    """
    multiprocessing.spawn(_one, args=(work, folder, ranks), nprocs=ranks)  # pyright: ignore
    return [torch.load(folder / f"{rank}.pt") for rank in range(ranks)]


def _one(rank: int, work: Callable[[int], dict[str, Any]], folder: Path, ranks: int) -> None:
    torch.set_num_threads(1)
    where = f"file://{folder / 'meeting'}"
    dist.init_process_group("gloo", init_method=where, rank=rank, world_size=ranks)
    torch.save(work(rank), folder / f"{rank}.pt")
    dist.destroy_process_group()
