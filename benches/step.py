"""Time one step of training, part by part: drawing, the networks, the objective, Adam.

Beside it stands the same step in plain torch: the model's modules, the regularizers, and an
optimizer of torch's. One process, one thread, blocks of steps in turn; the least of several.

    python benches/step.py [--experiment experiments/ex-2.10.1] [--runs 30]
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from torch import Tensor, nn

from colorcore.anchor.ensemble.networks import formula, passes
from colorcore.anchor.ensemble.objective import weighted
from colorcore.experiment.loading import Experiment, load
from colorcore.training.batches import sampler
from colorcore.training.model import initialize, network, row
from colorcore.training.objective import build, terms
from colorcore.training.optimizer import Adam
from timing import print_machine

BLOCK, ROUNDS = 25, 12
RATE = 1e-3

Step = Callable[[int], object]


def steps(experiment: Experiment, runs: int) -> dict[str, Step]:
    """A step, and each of its parts on what came before it."""
    seeds, settings = range(runs), experiment.model.model_dump()
    draw = sampler(experiment, seeds=seeds).draw
    layers, costs = network(**settings), terms(experiment)
    values = row(initialize(seeds, **settings)).requires_grad_()
    adam = Adam(values, **experiment.optimizer.model_dump())
    weights = torch.full((1 + len(costs), runs), 0.1)
    colors, labels = draw(0)

    def loss() -> Tensor:
        outputs = passes(layers, values, colors)
        return weighted(costs, *outputs, wanted=colors, labels=labels, weights=weights)[0]

    def whole(step: int) -> None:
        colors, labels = draw(step)
        outputs = passes(layers, values, colors)
        total, _ = weighted(costs, *outputs, wanted=colors, labels=labels, weights=weights)
        (gradient,) = torch.autograd.grad(total, values)
        adam.step(gradient, RATE)

    (gradient,) = torch.autograd.grad(loss(), values)
    return {
        "a step": whole,
        "  draw": draw,
        "  networks, forward": lambda _: passes(layers, values, colors),
        "  and objective, forward": lambda _: loss(),
        "  and back": lambda _: torch.autograd.grad(loss(), values),
        "  Adam": lambda _: adam.step(gradient, RATE),
    }


def plain(experiment: Experiment, runs: int) -> Step:
    """The same step in plain torch."""
    seeds, settings = range(runs), experiment.model.model_dump()
    draw = sampler(experiment, seeds=seeds).draw
    layers, regularizers = network(**settings), build(experiment)
    values = row(initialize(seeds, **settings)).requires_grad_()
    optimizer = torch.optim.Adam([values], lr=RATE)
    weights = torch.full((1 + len(regularizers), runs), 0.1)

    def step(number: int) -> None:
        colors, labels = draw(number)
        encoder, bottleneck, recon = formula(layers, values, colors)
        place = {"encoder": encoder, "bottleneck": bottleneck}
        error = nn.functional.mse_loss(recon, colors, reduction="none").mean(dim=(1, 2))
        found = torch.stack([error, *(r(place[r.layer], labels) for r in regularizers)])
        (values.grad,) = torch.autograd.grad(found, values, grad_outputs=weights)
        optimizer.step()

    return step


def main(
    experiment: Annotated[Path, typer.Option()] = Path("experiments/ex-2.10.1"),
    runs: Annotated[int, typer.Option()] = 30,
) -> None:
    torch.set_num_threads(1)
    print_machine()
    loaded = load(experiment)
    timed = {**steps(loaded, runs), "in plain torch": plain(loaded, runs)}
    found: dict[str, list[float]] = {name: [] for name in timed}
    for start in range(0, BLOCK * ROUNDS, BLOCK):
        for name, step in timed.items():
            began = time.perf_counter()
            for number in range(start, start + BLOCK):
                step(number)
            found[name].append((time.perf_counter() - began) / BLOCK * 1e6)
    print(f"µs a step of {runs} runs of {experiment.name}: least, median")
    for name, times in found.items():
        print(f"{name:26s} {min(times):8.0f} {np.median(times):8.0f}")


if __name__ == "__main__":
    typer.run(main)
