"""Does the example on mixing train to the same model on a GPU as on a CPU, and how much sooner?

    python examples/mixing_devices.py

Rounding differs between devices, and training makes more of it with every step. How much that is
says the CPU itself: two of its threads sum in another order than one. What came of it lies beside
the dopesheet, in devices.json; it wants a GPU, and a minute.
"""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor

from colorcore.outputs import write_text
from colorcore.provenance import hardware
from mixing_data import draw_lines, every_pair
from mixing_measure import answers
from mixing_runs import CORPUS, LINES
from mixing_train import DOPESHEET, planned, train

DEVICES = DOPESHEET.with_name("devices.json")
STEPS = (20, 60)  # trainings as short as these are compared
TIMED = (20, 70)  # steps: what is between them is timed, so that what a start costs is not
ONE, TWO, GPU = "CPU, one thread", "CPU, two threads", "GPU"


def told(device: str, steps: int, threads: int = 1) -> Tensor:
    """Log-probabilities of the answers to all lines after a training so long, from one seed."""
    torch.set_num_threads(threads)
    lines = draw_lines(LINES, seed=CORPUS)
    model = train(lines, seed=0, plan=planned(steps), device=device)
    torch.set_num_threads(1)
    return answers(model, every_pair())


def apart(steps: int, device: str = "cuda") -> dict[str, float]:
    """By how much answers differ from those of one thread of the CPU: the root of mean squares."""
    one = told("cpu", steps)
    others = {TWO: told("cpu", steps, threads=2), GPU: told(device, steps)}
    return {name: (other - one).square().mean().sqrt().item() for name, other in others.items()}


def seconds(device: str, threads: int = 1) -> float:
    """Seconds a step of training."""
    took = []
    for steps in TIMED:
        began = time.perf_counter()
        told(device, steps, threads)
        took.append(time.perf_counter() - began)
    return (took[1] - took[0]) / (TIMED[1] - TIMED[0])


def compared(device: str = "cuda") -> dict[str, object]:
    """What devices.json says."""
    told(device, min(STEPS))  # what a device does once
    return {
        "apart": {str(steps): apart(steps, device) for steps in STEPS},
        "seconds": {ONE: seconds("cpu"), TWO: seconds("cpu", 2), GPU: seconds(device)},
    }


def main(
    path: Annotated[Path, typer.Option(help="File to write.")] = DEVICES,
) -> None:
    """Train a little on each device; write by how much models differ, and seconds a step."""
    if not torch.cuda.is_available():
        raise SystemExit("wanted a GPU, found none; nothing is compared")
    machine = {**hardware(), "gpu": torch.cuda.get_device_name()}
    report = {"date": date.today().isoformat(), "machine": machine, "torch": torch.__version__}
    text = json.dumps({**report, **compared()}, indent=1, ensure_ascii=False)
    write_text(path, text + "\n")
    print(text)


if __name__ == "__main__":
    typer.run(main)
