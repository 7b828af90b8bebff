"""Training: one straight loop over steps, all runs of a shard side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from colorcore.errors import InputError
from colorcore.experiment.loading import Experiment
from colorcore.training.batches import sampler
from colorcore.training.model import Autoencoder, fill, initialize, row
from colorcore.training.objective import objective
from colorcore.training.optimizer import Adam
from colorcore.training.routing import passing

OFTEN = 100  # steps after which it is seen whether a run has diverged

Progress = Callable[[range], Iterable[int]]


@dataclass(frozen=True)
class Training:
    """What training leaves behind.

    Shapes: `snapshots` maps a weight's name to (moments, runs, …), before each step listed in the
    experiment's snapshots; `history` has a row a step and seed.
    """

    model: Autoencoder
    snapshots: dict[str, Tensor]
    history: pd.DataFrame


def shard_seeds(count: int, *, shard: int, shards: int, first: int = 0) -> range:
    """The seeds of one shard, when `count` of them from `first` on are split as evenly as can be.

    Raises: InputError when there is no such shard, or it would be empty.
    """
    if not 0 <= shard < shards <= count:
        raise InputError(
            f"shard: wanted 0 ≤ shard < shards ≤ seeds, got shard {shard} of {shards} for {count} "
            "seeds; use at most one shard a seed, counted from 0"
        )
    return range(first + count * shard // shards, first + count * (shard + 1) // shards)


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold torch to one thread, and let it have its own again.

    With more, it splits the matrix products of a single run and rounds its sums otherwise than
    among others; and at this size they gain nothing.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@one_thread()
def train(experiment: Experiment, *, seeds: Sequence[int], progress: Progress = iter) -> Training:
    """Train one run a seed.

    A run depends on its seed alone: neither the other runs nor the number of threads change a bit
    of it. `progress` wraps the range of steps, to show how far training is.

    Raises: InputError when a run diverges.
    """
    draw = sampler(experiment, seeds=seeds).draw
    model = initialize(seeds, **experiment.model.model_dump())
    passes, costs = passing(experiment).layers, objective(experiment).costs
    values = row(model).requires_grad_()
    optimizer = Adam(values, **experiment.optimizer.model_dump())
    rates = experiment.schedule.table["lr"].tolist()
    weights = _weights(experiment)[..., None].expand(-1, -1, len(seeds)).contiguous()
    losses = torch.empty_like(weights)  # (steps, terms, runs)
    labelled = torch.empty(len(rates), len(seeds), len(experiment.concepts), dtype=torch.int32)
    snapshots = [_state(model, values)] if 0 in experiment.snapshots else []

    for step in progress(range(len(rates))):
        batch = draw(step)
        # Runs share no parameter, so the gradient of their sum keeps them apart. With grad_outputs
        # in place of a sum, torch would load sympy: a fifth of a second.
        total, found = costs(values, passes(values, batch), batch, weights[step])
        (gradient,) = torch.autograd.grad(total, values)
        optimizer.step(gradient, rates[step])
        losses[step] = found
        if step % OFTEN == 0 and not found.isfinite().all():
            _check_finite(losses[: step + 1], values, seeds)
        labelled[step] = batch.labels.sum(dim=1)
        if step + 1 in experiment.snapshots:
            snapshots.append(_state(model, values))

    fill(model, values)
    _check_finite(losses, values, seeds)
    return Training(
        model=model.eval(),
        snapshots={name: torch.stack([s[name] for s in snapshots]) for name in snapshots[0]},
        history=_history(experiment, seeds, losses, (losses * weights).sum(dim=1), labelled),
    )


def _weights(experiment: Experiment) -> Tensor:
    """The weight of each term at each step, 1 for the reconstruction. Shapes: (steps, terms)."""
    table = experiment.schedule.table.assign(recon=1.0)
    names = ["recon", *experiment.regularizers]
    return torch.tensor(table[names].to_numpy(), dtype=torch.float32)


def _state(model: Autoencoder, values: Tensor) -> dict[str, Tensor]:
    fill(model, values)
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def _check_finite(losses: Tensor, values: Tensor, seeds: Sequence[int]) -> None:
    remedy = "lower the learning rate or the weights in the dopesheet before it"
    bad = (~losses.isfinite()).nonzero()
    if len(bad):
        step, term, run = bad[0].tolist()
        got = losses[step, term, run].item()
        raise InputError(
            f"seed {seeds[run]}: wanted finite losses, got {got} at step {step}; {remedy}"
        )
    bad = (~values.isfinite()).nonzero()  # which the last step alone may have made
    if len(bad):
        run, place = bad[0].tolist()
        raise InputError(
            f"seed {seeds[run]}: wanted finite weights, got {values[run, place].item()} after step "
            f"{len(losses) - 1}; {remedy}"
        )


def _history(
    experiment: Experiment, seeds: Sequence[int], losses: Tensor, loss: Tensor, labelled: Tensor
) -> pd.DataFrame:
    """A row a step and seed: labelled samples, the loss and its unweighted terms, the schedule.

    Shapes: `losses` (steps, terms, runs), `loss` (steps, runs), `labelled` (steps, runs, labels).
    """
    schedule = experiment.schedule.table
    steps = np.repeat(np.arange(len(schedule), dtype=np.int32), len(seeds))
    columns: dict[str, np.ndarray] = {
        "step": steps,
        "seed": np.tile(np.asarray(seeds, dtype=np.int64), len(schedule)),
    }
    for i, label in enumerate(experiment.concepts):
        columns[f"labelled_{label}"] = labelled[..., i].flatten().numpy()
    columns["loss"] = loss.flatten().numpy()
    for i, name in enumerate(["recon", *experiment.regularizers]):
        columns[name] = losses[:, i].flatten().numpy()
    for name in schedule.columns:
        key = name if name == "lr" else f"weight {name}"
        columns[key] = schedule[name].to_numpy(dtype=np.float32)[steps]
    return pd.DataFrame(columns)
