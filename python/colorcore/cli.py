"""The command line: one command a step of the workflow, each of which can be run by hand."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from colorcore.results.files import Results
    from colorcore.training.model import Autoencoder

# What a command needs is imported within it: torch takes seconds to load, and most need none.

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train, evaluate and write up the deletion of a concept from a colour autoencoder.",
)

Folder = Annotated[Path, typer.Argument(help="The experiment: a folder in experiments/.")]
Out = Annotated[Path, typer.Option("--out", help="Where its results lie: build/<experiment>.")]
Kept = Annotated[Path, typer.Option("--out", help="The file to write, or to go on with.")]
Count = Annotated[int, typer.Option("--seeds", min=1, help="How many runs.")]
Shards = Annotated[int, typer.Option(min=1, help="How many shards were trained.")]
Which = Annotated[str, typer.Option("--deletion", help="Of which deletion, if not the first.")]
Text = Annotated[Path, typer.Argument(help="The document: its folder, or an experiment's.")]
Name = Annotated[str, typer.Argument(help="Which one; an unknown name lists them all.")]
Build = Annotated[Path, typer.Option(help="The folder that holds all results.")]
Experiments = Annotated[Path, typer.Option(help="The folder that holds the experiments.")]


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="The folder to write, in experiments/.")],
    like: Annotated[str, typer.Option(help="The experiment beside it that it is to be like.")],
    concept: Annotated[
        list[str], typer.Option(help="What to delete: a name, or name=colour. Can be repeated.")
    ],
    data: Annotated[Path | None, typer.Option(help="A CSV of colours to train on.")] = None,
    based: Annotated[
        bool, typer.Option("--based", help="Say only what differs, and compare the two.")
    ] = False,
) -> None:
    """Write the folder of a new experiment, which trains as it is."""
    from colorcore.experiment.new import create, shortfalls

    experiment = create(folder, like, concept, data=data, based=based)
    typer.echo(f"{folder}: {experiment.title}, {experiment.model.latent} latent dimensions")
    for name, target in experiment.targets.items():
        color, how = ", ".join(f"{c:.3g}" for c in target.rgb), experiment.concepts[name].affinity
        typer.echo(f"  {name}: RGB ({color}) on axis {target.axis}, labelled by {how}")
    for line in shortfalls(experiment, like):
        typer.echo(line)
    typer.echo(f"train and report it: make report EXPERIMENT={folder}")


@app.command()
def train(
    folder: Folder,
    out: Out,
    seeds: Annotated[int, typer.Option(min=1, help="How many runs, a seed each.")],
    shards: Annotated[int, typer.Option(min=1, help="Into how many jobs they are split.")] = 1,
    shard: Annotated[int, typer.Option(min=0, help="Which of the jobs this is, from 0.")] = 0,
) -> None:
    """Train runs side by side; write their weights, snapshots and history."""
    started = time.perf_counter()
    from colorcore.experiment.loading import load
    from colorcore.progress import track
    from colorcore.results import files
    from colorcore.results import history as histories
    from colorcore.training import checkpoint
    from colorcore.training.loop import shard_seeds
    from colorcore.training.loop import train as train_runs

    experiment = load(folder)
    share = shard_seeds(seeds, shard=shard, shards=shards, first=experiment.seeds(seeds).start)
    title = f"{experiment.name}, seeds {share[0]} to {share[-1]}"
    training = train_runs(experiment, seeds=share, progress=partial(track, title=title))

    place = files.Results(out, experiment)
    weights, snapshots = place.weights_path(shard), place.snapshots_path(shard)
    history = place.shard_history_path(shard)
    save = partial(checkpoint.save, seeds=share, provenance=place.origin("train"))
    save(weights, training.model.state_dict())
    save(snapshots, training.snapshots)
    histories.write(history, training.history)
    more = {"seeds": list(share), "shards": shards, "seconds": time.perf_counter() - started}
    place.note("train", made=[weights, snapshots, history], more=more)


def _trained(
    folder: Path, out: Path, shards: int, deletion: str = ""
) -> tuple[Results, list[Path], Autoencoder, list[int]]:
    """Where a deletion's results lie; the weights' files, the runs in them, and their seeds."""
    import torch

    from colorcore.experiment.loading import load
    from colorcore.results import files
    from colorcore.training import checkpoint

    torch.set_num_threads(1)
    place = files.Results.of(out, load(folder), deletion)
    weights = place.weights_paths(shards)
    return place, weights, *checkpoint.load(weights)


@app.command()
def evaluate(folder: Folder, out: Out, shards: Shards) -> None:
    """Evaluate every run before and after surgery, and through training; gather the histories."""
    from colorcore.results import files, runs
    from colorcore.results import history as histories

    place, weights, model, seeds = _trained(folder, out, shards)
    snapshots, shares = place.snapshots_paths(shards), place.shard_history_paths(shards)
    experiment = place.experiment
    history = histories.gather(shares, experiment, seeds=seeds)
    files.write_parquet(place.curves_path, history.curves)
    files.write_parquet(place.history_path, history.sample)
    every = runs.all_runs(experiment, model, seeds=seeds, labelled=history.labelled)
    files.write_runs(place.runs_path, every)
    files.write_runs(place.moments_path, runs.moments(snapshots, experiment))
    made = [place.runs_path, place.moments_path, place.curves_path, place.history_path]
    place.note("evaluate", made=made, of=[*weights, *snapshots, *shares])


@app.command()
def cubes(folder: Folder, out: Out, shards: Shards, deletion: Which = "") -> None:
    """Evaluate the representative run on colour cubes, and through its training; write them."""
    from colorcore.colors import cubes
    from colorcore.experiment.folder import SETTINGS
    from colorcore.results import files, grids, measures, response
    from colorcore.training import checkpoint

    place, weights, model, seeds = _trained(folder, out, shards, deletion)
    experiment, chosen = place.experiment, place.experiment.chosen(deletion)
    snapshots, settings = place.snapshots_paths(shards), experiment.folder / SETTINGS
    run = measures.index_of(experiment.representative_seed, seeds, place=settings)
    moments = checkpoint.load_moments(snapshots, seed=experiment.representative_seed)

    one = response.single_run(model, run)
    made = {
        "color_slices": grids.damage(one, experiment, chosen, cubes.color_slices()),
        "loss_cube": grids.damage(one, experiment, chosen, cubes.loss_cube()),
        "latent_cube": grids.damage(one, experiment, chosen, cubes.latent_cube()),
        "score_grid": grids.scored_grid(model, experiment, chosen, seeds=seeds, run=run),
        "evolution": grids.evolution(moments, experiment.snapshots, cubes.latent_cube()),
    }
    provenance = place.origin("cubes")
    for name, grid in made.items():
        files.write_grid(place.grid_path(name), grid, provenance)
    place.note("cubes", made=[*map(place.grid_path, made)], of=[*weights, *snapshots])


@app.command()
def interventions(folder: Folder, out: Out, shards: Shards, deletion: Which = "") -> None:
    """Suppress and repel the anchored direction in every run; write interventions.csv and .nc."""
    from colorcore.results import falloffs, files

    place, weights, model, seeds = _trained(folder, out, shards, deletion)
    path, chosen = place.grid_path("interventions"), place.experiment.chosen(deletion)
    every, grid = falloffs.evaluate(place.experiment, chosen, model, seeds=seeds)
    files.write_grid(path, grid, place.origin("interventions"))
    files.write_runs(place.interventions_path, every)
    place.note("interventions", made=[path, place.interventions_path], of=weights)


@app.command()
def audit(folder: Folder, out: Out, shards: Shards) -> None:
    """Look for what the deletion, and each other operator, has left; write audit.csv."""
    from colorcore.results import audits, files

    place, weights, model, seeds = _trained(folder, out, shards)
    files.write_runs(place.audit_path, audits.audit_table(place.experiment, model, seeds=seeds))
    place.note("audit", made=[place.audit_path], of=weights)


@app.command()
def recover(folder: Folder, out: Out, shards: Shards) -> None:
    """Train runs on after their deletion, to see whether the concept comes back."""
    from colorcore.results import files, recovery

    place, weights, model, seeds = _trained(folder, out, shards)
    table = recovery.recovery_table(place.experiment, model, seeds=seeds)
    files.write_runs(place.recovery_path, table)
    place.note("recover", made=[place.recovery_path], of=weights)


@app.command()
def tail(folder: Folder, out: Kept, seeds: Count) -> None:
    """Train many more runs, to see how seldom the deletion fails; keep a row of each."""
    from colorcore.experiment.loading import load
    from colorcore.results import tails

    tails.extend(load(folder), out, seeds=seeds, show=partial(print, file=sys.stderr, flush=True))


@app.command()
def tune(folder: Folder, out: Kept) -> None:
    """Try other settings, as grid.yaml says, on seeds apart; keep how each combination does."""
    from colorcore.experiment.loading import load
    from colorcore.search import tuning

    tuning.tune(load(folder), out, show=partial(print, file=sys.stderr, flush=True))


@app.command()
def explorer(folder: Folder, out: Out, shards: Shards) -> None:
    """Gather the latents that readers of the page can turn: one run, through training."""
    import torch

    from colorcore.experiment.loading import load
    from colorcore.results import explorer, files
    from colorcore.training import checkpoint

    torch.set_num_threads(1)
    experiment = load(folder)
    place = files.Results(out, experiment)
    snapshots = place.snapshots_paths(shards)
    moments = checkpoint.load_moments(snapshots, seed=experiment.representative_seed)
    scene = explorer.explore(moments, experiment, experiment.deletion)
    made = {**explorer.encode(scene), "provenance": place.origin("explorer")}
    files.write_scene(place.explorer_path, made)
    place.note("explorer", made=[place.explorer_path], of=snapshots)


@app.command()
def verify(
    build: Annotated[Path, typer.Argument(help="The folder that holds all results: build.")],
    experiments: Experiments = Path("experiments"),
) -> None:
    """Check all that a build made against what its steps noted; say what made it."""
    from colorcore.errors import InputError
    from colorcore.writeup.verification import verify as check

    found = check(build, experiments)
    for line in found.made:
        typer.echo(line)
    for line in found.wrong:
        typer.echo(line, err=True)
    if found.wrong:
        raise InputError(f"{build}: {len(found.wrong)} results are not what they should be")


@app.command()
def figure(document: Text, name: Name, build: Build, deletion: Which = "") -> None:
    """Draw one figure for light and for dark pages, and write its alt text."""
    from colorcore.writeup import drawing, opening
    from colorcore.writeup.subject import subject

    drawing.draw(subject(opening.read(document), build, deletion=deletion), name)


@app.command()
def table(document: Text, name: Name, build: Build, deletion: Which = "") -> None:
    """Write one table as Markdown."""
    from colorcore.writeup import opening, tabulating
    from colorcore.writeup.subject import subject

    tabulating.tabulate(subject(opening.read(document), build, deletion=deletion), name)


@app.command()
def numbers(
    document: Text,
    build: Build,
    check_claims: Annotated[
        bool, typer.Option(help="Fail when the results do not bear out what the text claims.")
    ] = True,
) -> None:
    """Compute every number that the text quotes; check every claim it makes."""
    from colorcore.writeup import opening

    opened = opening.read(document)
    if check_claims:
        opening.check_claims(opened, build)
    opening.write_numbers(opened, build)


@app.command()
def search(folder: Folder, out: Out) -> None:
    """Search for a better dopesheet, as search.yaml says; go on where an earlier search stopped."""
    from colorcore.search.run import run

    run(folder, out, show=partial(print, file=sys.stderr, flush=True))


@app.command()
def report(document: Text, build: Build) -> None:
    """Typeset a document as HTML and PDF: with Quarto when it is on the PATH, else with Pandoc."""
    from colorcore.writeup import opening
    from colorcore.writeup.report import render

    render(opening.read(document), build=build)
