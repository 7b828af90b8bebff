"""Train the models of the example on mixing, take red out of each, and note what became of it.

    python examples/mixing_runs.py --out build/transformer

An hour of two cores. What was interrupted goes on where it stopped: weights, and what was measured
of each run, lie in the folder. The tables of all runs are written beside the dopesheet.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import torch
import typer
from torch import nn

import mixing_batches
import mixing_data
import mixing_model
from colorcore.anchor import Audit
from colorcore.errors import InputError
from colorcore.outputs import write_text
from colorcore.provenance import digest_of
from mixing_audit import audited
from mixing_checkpoint import Checkpoint
from mixing_damage import curve, damage, instead, summary
from mixing_data import draw_lines, every_pair, held_out
from mixing_deletion import WAYS
from mixing_measure import exact, graded, placement
from mixing_model import Mixer
from mixing_train import DOPESHEET, planned, train

LINES = 100_000
CORPUS = 0  # the seed of lines and of held-out pairs: the same for all runs
MODELS = ("anchored", "control")
AUDITED = ("projected", "weights", "leace")
TABLES = ("runs", "graded", "groups", "curve", "instead", "readings", "relearning")


class Size(NamedTuple):
    """How long runs are, and audits of them; `audits` runs of each model are audited."""

    steps: int | None = None  # as the dopesheet has it
    lines: int = LINES
    audits: int = 3
    readers: int = 1000
    relearn: int = 500


Tables = dict[str, pd.DataFrame]


def study(
    model: str,
    seed: int,
    *,
    size: Size,
    checkpoint: Checkpoint | None = None,
    device: str = "cpu",
) -> Tables:
    """One run: trained, measured, and each way of deletion measured. A table by its name."""
    mixer = train(
        draw_lines(size.lines, seed=CORPUS),
        seed=seed,
        plan=planned(size.steps),
        anchored=model == "anchored",
        checkpoint=checkpoint,
        device=device,
    )
    run = {"model": model, "seed": seed}
    edited = {way: act(mixer) for way, act in WAYS.items()}
    lines = {way: damage(one) for way, one in edited.items()}
    audits = {way: _audit(mixer, edited[way], size) for way in AUDITED if seed < size.audits}
    return {
        "runs": pd.DataFrame([{**run, **learned(mixer), **placement(mixer)._asdict()}]),
        "graded": graded(mixer).assign(**run),
        "groups": _joined(run, {way: summary(one) for way, one in lines.items()}),
        "curve": _joined(run, {way: curve(one) for way, one in lines.items()}),
        "instead": _joined(run, {way: instead(one) for way, one in edited.items()}),
        "readings": _joined(run, {way: one.table.reset_index() for way, one in audits.items()}),
        "relearning": _joined(run, {way: one.relearning for way, one in audits.items()}),
    }


def learned(model: nn.Module) -> dict[str, float]:
    """How many lines are completed right, of pairs that were shown and of those that were not."""
    pairs = every_pair()
    held, right = held_out(pairs, seed=CORPUS), exact(model, pairs).double()
    return {"held out": right[held].mean().item(), "shown": right[~held].mean().item()}


def _audit(model: Mixer, edited: nn.Module, size: Size) -> Audit:
    return audited(model, edited, seeds=1, steps=size.readers, relearn=size.relearn)


def _joined(run: dict[str, str | int], tables: Tables) -> pd.DataFrame:
    rows = [one.assign(**run, way=way) for way, one in tables.items()]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


# Files: a table of each run, and of all.


def head() -> str:
    """The first line of a table, which says of what settings the runs are."""
    settings = {
        f"{module.__name__}.{name}": getattr(module, name)
        for module, names in {
            mixing_data: ("LEVELS", "HELD_OUT"),
            mixing_batches: ("BATCH", "BLOCK", "POWER", "RATE"),
            mixing_model: ("WIDTH", "BLOCKS", "HEADS", "WAVELENGTH"),
        }.items()
        for name in names
    }
    plan = planned().table.round(12).to_csv()
    return f"# settings {digest_of([settings, plan, LINES, CORPUS])}"


def write(path: Path, table: pd.DataFrame) -> None:
    rows = table.to_csv(index=False, float_format="%.5g", lineterminator="\n")
    write_text(path, f"{head()}\n{rows}")


def read(name: str, folder: Path = DOPESHEET.parent) -> pd.DataFrame:
    """A table of all runs.

    Raises: InputError when there is none, or it is of other settings.
    """
    path = folder / f"{name}.csv"
    if not path.exists():
        raise InputError(f"{path}: no such table; make transformer")
    first, _, rows = path.read_text(encoding="utf-8").partition("\n")
    if first != head():
        raise InputError(
            f"{path}: wanted runs as the settings are, got those of others; make transformer"
        )
    return pd.read_csv(io.StringIO(rows)) if rows.strip() else pd.DataFrame()


def gather(out: Path, runs: list[tuple[str, int]], folder: Path) -> None:
    """The tables of all runs, in the order of models and seeds."""
    for name in TABLES:
        tables = [read(name, out / f"{model}-{seed}") for model, seed in runs]
        write(folder / f"{name}.csv", pd.concat(tables, ignore_index=True))


def perform(
    out: Path,
    model: str,
    seed: int,
    *,
    size: Size,
    device: str = "cpu",
    show: Callable[[str], None],
) -> None:
    """One run, unless it is there already."""
    folder = out / f"{model}-{seed}"
    if (folder / f"{TABLES[0]}.csv").exists():
        return
    checkpoint = Checkpoint(folder / "weights.safetensors", f"{model} {seed}, {head()}")
    tables = study(model, seed, size=size, checkpoint=checkpoint, device=device)
    for name in reversed(TABLES):  # the first says that all are there
        write(folder / f"{name}.csv", tables[name])
    show(f"{model} {seed}: {tables['runs']['held out'][0]:.1%} of held-out lines are right")


def main(
    out: Annotated[Path, typer.Option(help="Folder of weights and runs.")] = Path(
        "build/transformer"
    ),
    folder: Annotated[Path, typer.Option(help="Folder of the tables.")] = DOPESHEET.parent,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each model.")] = 9,
    device: Annotated[str, typer.Option(help="Where to train: cpu, or cuda.")] = "cpu",
    only: Annotated[str, typer.Option(help="One run alone, as anchored-0, and no tables.")] = "",
) -> None:
    """Train, delete, measure and audit; write the tables of all runs."""
    torch.set_num_threads(1)  # a run is as long on two, which another run can use
    runs = [(model, seed) for seed in range(seeds) for model in MODELS]
    chosen = [run for run in runs if not only or f"{run[0]}-{run[1]}" == only]
    for model, seed in chosen:
        perform(out, model, seed, size=Size(), device=device, show=typer.echo)
    if not only:
        gather(out, runs, folder)


if __name__ == "__main__":
    try:
        typer.run(main)
    except InputError as error:
        raise SystemExit(str(error)) from None
