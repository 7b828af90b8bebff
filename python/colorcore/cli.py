"""The command line: one command a step of the workflow, each of which can be run by hand."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

# What a command needs is imported within it: torch takes seconds to load, and most need none.

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train, evaluate and write up the deletion of a concept from a colour autoencoder.",
)

Folder = Annotated[Path, typer.Argument(help="The experiment: a folder in experiments/.")]
Out = Annotated[Path, typer.Option("--out", help="Where its results lie: build/<experiment>.")]
Published = Annotated[Path, typer.Option(help="CSV of published runs to compare with.")]


@app.command()
def train(
    folder: Folder,
    out: Out,
    seeds: Annotated[int, typer.Option(min=1, help="How many runs, a seed each.")],
    first: Annotated[int, typer.Option(min=0, help="From which seed on they are counted.")] = 0,
    shards: Annotated[int, typer.Option(min=1, help="Into how many jobs they are split.")] = 1,
    shard: Annotated[int, typer.Option(min=0, help="Which of the jobs this is, from 0.")] = 0,
) -> None:
    """Train runs side by side; write their weights, snapshots and history."""
    started = time.perf_counter()
    from colorcore import provenance
    from colorcore.experiment.loading import load
    from colorcore.experiment.origin import origin
    from colorcore.progress import track
    from colorcore.results import files as results
    from colorcore.training import checkpoint
    from colorcore.training.loop import shard_seeds
    from colorcore.training.loop import train as train_runs

    experiment = load(folder)
    share = shard_seeds(seeds, shard=shard, shards=shards, first=first)
    title = f"{experiment.name}, seeds {share[0]} to {share[-1]}"
    training = train_runs(experiment, seeds=share, progress=partial(track, title=title))

    made = origin(experiment, "train")
    place = results.Results(out)
    save = partial(checkpoint.save, seeds=share, provenance=made)
    save(place.weights_path(shard), training.model.state_dict())
    save(place.snapshots_path(shard), training.snapshots)
    results.write_history(place.shard_history_path(shard), training.history)
    elapsed = {"seconds": time.perf_counter() - started, "runs": len(share)}
    machine = {"versions": provenance.versions(), "hardware": provenance.hardware()}
    results.write_record(place.record_path(shard), {**made, **elapsed, **machine})


@app.command()
def evaluate(
    folder: Folder,
    out: Out,
    shards: Annotated[int, typer.Option(min=1, help="How many shards were trained.")],
) -> None:
    """Evaluate every run before and after surgery, and through training; join the histories."""
    import pandas as pd
    import torch

    from colorcore.experiment.loading import load
    from colorcore.results import evaluation as evaluate
    from colorcore.results import files as results
    from colorcore.training import checkpoint

    torch.set_num_threads(1)
    place = results.Results(out)
    experiment = load(folder)
    model, seeds = checkpoint.load(place.weights_paths(shards))
    shares = [results.read_shard_history(place.shard_history_path(i)) for i in range(shards)]
    history = pd.concat(shares).sort_values(["step", "seed"], kind="stable", ignore_index=True)
    results.write_history(place.history_path, history)
    table = evaluate.run_table(experiment, model, seeds=seeds, history=history)
    results.write_runs(place.runs_path, table)
    snapshots, _ = checkpoint.load_snapshots(place.snapshots_paths(shards))
    results.write_runs(place.moments_path, evaluate.moments(snapshots, experiment, seeds=seeds))


@app.command()
def cubes(
    folder: Folder,
    out: Out,
    shards: Annotated[int, typer.Option(min=1, help="How many shards were trained.")],
) -> None:
    """Evaluate the representative run on colour cubes, and through its training; write them."""
    import torch

    from colorcore.colors import cubes as cube
    from colorcore.experiment.loading import load
    from colorcore.experiment.origin import origin
    from colorcore.results import evaluation as evaluate
    from colorcore.results import files as results
    from colorcore.results import outcome
    from colorcore.training import checkpoint

    torch.set_num_threads(1)
    experiment = load(folder)
    place = results.Results(out)
    model, seeds = checkpoint.load(place.weights_paths(shards))
    run = outcome.index_of(experiment.representative_seed, seeds)
    moments = checkpoint.load_moments(
        place.snapshots_paths(shards), seed=experiment.representative_seed
    )

    one = evaluate.single_run(model, run)
    grids = {
        "color_slices": evaluate.damage(one, experiment, cube.color_slices()),
        "loss_cube": evaluate.damage(one, experiment, cube.loss_cube()),
        "latent_cube": evaluate.damage(one, experiment, cube.latent_cube()),
        "score_grid": evaluate.scored_grid(model, experiment, seeds=seeds, run=run),
        "evolution": evaluate.evolution(moments, experiment.snapshots, cube.latent_cube()),
    }
    origin = origin(experiment, "cubes")
    for name, grid in grids.items():
        results.write_grid(place.grid_path(name), grid, origin)


@app.command()
def interventions(
    folder: Folder,
    out: Out,
    shards: Annotated[int, typer.Option(min=1, help="How many shards were trained.")],
) -> None:
    """Suppress and repel the anchored direction in every run; write interventions.csv and .nc."""
    import torch

    from colorcore.experiment.loading import load
    from colorcore.experiment.origin import origin
    from colorcore.results import falloffs
    from colorcore.results import files as results
    from colorcore.training import checkpoint

    torch.set_num_threads(1)
    experiment = load(folder)
    place = results.Results(out)
    model, seeds = checkpoint.load(place.weights_paths(shards))
    grid = falloffs.scored(experiment, model, seeds=seeds)
    origin = origin(experiment, "interventions")
    results.write_grid(place.grid_path("interventions"), grid, origin)
    results.write_runs(place.interventions_path, falloffs.table(experiment, model, seeds=seeds))


@app.command()
def explorer(
    folder: Folder,
    out: Out,
    shards: Annotated[int, typer.Option(min=1, help="How many shards were trained.")],
) -> None:
    """Gather the latents that readers of the page can turn: one run, through training."""
    import torch

    from colorcore.experiment.loading import load
    from colorcore.experiment.origin import origin
    from colorcore.results import explorer
    from colorcore.results import files as results
    from colorcore.training import checkpoint

    torch.set_num_threads(1)
    experiment = load(folder)
    place = results.Results(out)
    moments = checkpoint.load_moments(
        place.snapshots_paths(shards), seed=experiment.representative_seed
    )
    scene = explorer.encode(explorer.explore(moments, experiment))
    origin = origin(experiment, "explorer")
    results.write_scene(place.explorer_path, {**scene, "provenance": origin})


@app.command()
def figure(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="Which figure; an unknown name lists them all.")],
    out: Out,
    published: Published,
) -> None:
    """Draw one figure for light and for dark pages, and write its alt text."""
    from colorcore.experiment.loading import load
    from colorcore.writeup import figures

    figures.render(name, load(folder), out, published)


@app.command()
def table(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="Which table; an unknown name lists them all.")],
    out: Out,
    published: Published,
) -> None:
    """Write one table as Markdown."""
    from colorcore.experiment.loading import load
    from colorcore.writeup import tables

    tables.render(name, load(folder), out, published)


@app.command()
def numbers(
    folders: Annotated[list[Path], typer.Argument(help="The experiments the text is about.")],
    build: Annotated[Path, typer.Option(help="The folder that holds their results.")],
    published: Published,
    check_claims: Annotated[
        bool, typer.Option(help="Fail when the results do not bear out what the text claims.")
    ] = True,
) -> None:
    """Compute every number that the text quotes; check every claim it makes."""
    from colorcore.experiment.loading import load
    from colorcore.writeup import claims, numbers

    experiments = [load(folder) for folder in folders]
    if check_claims:
        claims.check(experiments, build, published)
    numbers.write(experiments, build, published)


@app.command()
def search(folder: Folder, out: Out) -> None:
    """Search for a better dopesheet, as search.yaml says; go on where an earlier search stopped."""
    from colorcore.search.run import run

    run(folder, out, show=partial(print, file=sys.stderr, flush=True))


@app.command()
def report(
    paper: Annotated[Path, typer.Argument(help="The folder of the text.")],
    build: Annotated[Path, typer.Option(help="The folder that holds all results.")],
) -> None:
    """Typeset the text as HTML and PDF: with Quarto when it is on the PATH, else with Pandoc."""
    from colorcore.writeup.report import render

    render(paper, build=build)
