"""Time the batches of a step, colours and labels for 60 seeds, beside what torch offers for it.

    python benches/labels.py [--json rows.json]

The peers are a DataLoader for each seed, as the public original draws its batches, and one call of
torch's and of NumPy's generator for all seeds. Only colorcore's batches are a function of (seed,
step): the peers' depend on what was drawn before and beside them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import typer
from numpy.typing import NDArray

from timing import Arrays, Json, Programs, Work, check, print_machine, print_rows, save

BENCH = "labels"
SEEDS, BATCH = 60, 64
RATE, POWER = 0.08, 8.0  # of the experiment's label
LIKELY = (1.0, 1.0)  # rate and power of a label common enough to check on one batch
ENDLESS = 2**40  # samples that a loader is to draw, lazily: it never has to start anew


def palette() -> NDArray[np.float64]:
    """The training cube as a list. Shapes: (1000, 3), RGB in [0, 1]."""
    from colorcore.colors.cubes import flat_colors, regular_rgb

    return flat_colors(regular_rgb(10))


def chances(rate: float, power: float) -> NDArray[np.float64]:
    """P(label | colour) of *red*. Shapes: (1000, 1), in [0, 1]."""
    from colorcore.experiment.concepts import Target
    from colorcore.experiment.labels import probabilities
    from colorcore.experiment.palette import Palette
    from colorcore.experiment.settings import Concept

    red = Concept(affinity="redness", power=power, rate=rate)
    return probabilities(Palette(palette(), {}), [red], [Target("red", (1.0, 0.0, 0.0), axis=0)])


def colorcore(rate: float, power: float) -> Work:
    """The Rust kernel, a step further at each call."""
    from itertools import count

    from colorcore.kernels import draw_batch

    colors, p, steps = palette(), chances(rate, power), count()
    return lambda: draw_batch(colors, p, seeds=range(SEEDS), step=next(steps), batch_size=BATCH)


def torch_at_once(rate: float, power: float) -> Work:
    """Two calls of torch's generator for all seeds."""
    import torch

    p = torch.from_numpy(chances(rate, power)).float()

    def work() -> tuple[Any, ...]:
        indices = torch.randint(len(p), (SEEDS, BATCH))
        return indices, torch.rand(SEEDS, BATCH, 1) < p[indices]

    return work


def numpy_at_once(rate: float, power: float) -> Work:
    """Two calls of NumPy's generator for all seeds."""
    p, generator = chances(rate, power), np.random.default_rng(0)

    def work() -> tuple[Any, ...]:
        indices = generator.integers(len(p), size=(SEEDS, BATCH))
        return indices, generator.random((SEEDS, BATCH, 1)) < p[indices]

    return work


def loaders(rate: float, power: float) -> Work:
    """A DataLoader for each seed, whose collate function draws the labels."""
    import torch
    from torch.utils.data import DataLoader, RandomSampler, TensorDataset

    p = torch.from_numpy(chances(rate, power)).float()
    samples: Any = TensorDataset(torch.arange(len(p)), p)

    def collate(batch: list[tuple[torch.Tensor, torch.Tensor]]) -> tuple[Any, ...]:
        indices, likely = (torch.stack(column) for column in zip(*batch, strict=True))
        return indices, torch.rand(likely.shape) < likely

    def loader(seed: int) -> Any:
        generator = torch.Generator().manual_seed(seed)
        sampler = RandomSampler(samples, True, ENDLESS, generator)
        return iter(DataLoader(samples, BATCH, sampler=sampler, collate_fn=collate))

    running = [loader(seed) for seed in range(SEEDS)]

    def work() -> tuple[Any, ...]:
        indices, labels = zip(*(next(one) for one in running), strict=True)
        return torch.stack(indices), torch.stack(labels)

    return work


def agree(results: dict[str, Arrays]) -> None:
    """Check that every program draws uniformly and labels by the colours' probabilities."""
    p, samples = chances(*LIKELY)[:, 0], SEEDS * BATCH
    for name, (indices, labels) in results.items():
        check(indices.shape == (SEEDS, BATCH), f"{name} drew {indices.shape}")
        check(labels.shape == (SEEDS, BATCH, 1), f"{name} labelled {labels.shape}")
        check(0 <= indices.min() <= indices.max() < len(p), f"{name} drew no such colour")
        off = (indices.mean() - (len(p) - 1) / 2) / np.sqrt(len(p) ** 2 / 12 / samples)
        check(abs(off) < 5, f"{name} draws {off:.1f} standard errors off a uniform draw")
        likely = p[indices]
        off = (labels[..., 0] - likely).sum() / np.sqrt((likely * (1 - likely)).sum())
        check(abs(off) < 5, f"{name} labels {off:.1f} standard errors off its probabilities")


def main(rows_path: Json = None) -> None:
    """Print the time of a step's batch for all seeds."""
    print_machine()
    builds = {
        "colorcore": colorcore,
        "DataLoaders": loaders,
        "torch": torch_at_once,
        "NumPy": numpy_at_once,
    }
    with Programs(builds, threads=1) as programs:
        agree(programs.build(*LIKELY))
        programs.build(RATE, POWER)
        rows = programs.time(BENCH, f"{SEEDS} seeds × {BATCH} samples", repeats=30)
    print_rows(f"{SEEDS} seeds × {BATCH} samples of 1000 colours, one label, threads: 1", rows)
    save(rows_path, rows)


if __name__ == "__main__":
    typer.run(main)
