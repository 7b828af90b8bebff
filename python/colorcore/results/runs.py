"""The table of runs: how each turned out, before and after a deletion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from colorcore.colors.cubes import flat_colors, score_grid, validation_grid
from colorcore.colors.named import NAMES, named_colors
from colorcore.colors.similarity import is_same
from colorcore.experiment.concepts import Deletion, Target
from colorcore.experiment.labels import probabilities
from colorcore.experiment.loading import Experiment
from colorcore.results.files import DELETION
from colorcore.results.measures import harm, neighbors, opposite, score, unlike
from colorcore.results.response import VARIANTS, Array, Response, blocks, respond, variants
from colorcore.training import checkpoint
from colorcore.training.model import Autoencoder

NEAREST = 3  # latents that one is read off


def all_runs(
    experiment: Experiment, model: Autoencoder, *, seeds: list[int], labelled: pd.DataFrame
) -> pd.DataFrame:
    """The table of runs after each deletion, one below the other; its name in the last column."""
    return pd.concat(
        [
            run_table(experiment, one, model, seeds=seeds, labelled=labelled).assign(
                **{DELETION: one.name}
            )
            for one in experiment.deletions.values()
        ],
        ignore_index=True,
    )


def run_table(
    experiment: Experiment,
    deletion: Deletion,
    model: Autoencoder,
    *,
    seeds: list[int],
    labelled: pd.DataFrame,
) -> pd.DataFrame:
    """A row a run: labels seen, errors, score, and the error of each named colour.

    `labelled` counts them, by seed; see `history.labelled`.

    Columns: as in the published runs (`seed` … `ablated white`), with the concepts' names in place
    of red; then `pruned <colour>`, and `cosine <colour>` to the deletion's first axis. Then, in the
    mean over the deletion's targets: `<variant> target`, the errors of their colours; what
    `_remainders` and `_read_off` say; and the expected loss of the anchor. The largest difference
    between ablated and pruned outputs; the largest error of ablation on the score grid among
    colours without similarity to a target, that among named ones too, and that before ablation.
    """
    tables = [
        _table(experiment, deletion, some, labelled.loc[own]) for some, own in blocks(model, seeds)
    ]
    return pd.concat(tables, ignore_index=True)


def _table(
    experiment: Experiment, deletion: Deletion, model: Autoencoder, labelled: pd.DataFrame
) -> pd.DataFrame:
    models = variants(model, experiment, deletion)
    grid, named = flat_colors(score_grid()), named_colors()
    on_grid = {name: respond(models[name], grid) for name in VARIANTS}
    on_named = {name: respond(models[name], named) for name in VARIANTS}
    on_targets = {name: respond(models[name], deletion.colors) for name in VARIANTS}
    every = np.array([target.rgb for target in experiment.targets.values()])
    cosines = respond(model, every).latents  # of unit length

    columns: dict[str, NDArray] = {"seed": labelled.index.to_numpy()}
    columns |= {str(label): labelled[label].to_numpy() for label in labelled}
    columns["samples"] = np.full(
        len(labelled), len(experiment.schedule.table) * experiment.data.batch_size
    )
    columns["val_mse"] = respond(model, flat_colors(validation_grid())).mse.mean(axis=1)
    columns["cube_mse"] = on_grid["baseline"].mse.mean(axis=1)
    for i, (name, target) in enumerate(experiment.targets.items()):
        columns[f"{name}_cosine"] = cosines[:, i, target.axis]
    columns["score_r2"] = score(on_grid["ablated"].mse, grid, deletion)
    for variant in VARIANTS:
        for i, name in enumerate(NAMES):
            columns[f"{variant} {name}"] = on_named[variant].mse[:, i]
    for i, name in enumerate(NAMES):
        columns[f"cosine {name}"] = on_named["baseline"].latents[:, i, deletion.dims[0]]
    for variant in VARIANTS:
        columns[f"{variant} target"] = on_targets[variant].mse.mean(axis=1)
    columns["target_cosine"] = _mean(
        on_targets["baseline"].latents[:, i, target.axis]
        for i, target in enumerate(deletion.targets)
    )
    columns["surgery_gap"] = _largest_gap(on_grid, on_named)
    far = unlike(grid, deletion)
    columns["unlike_max"] = on_grid["ablated"].mse[:, far].max(axis=1)
    for name, variant in (("harm", "ablated"), ("harm_before", "baseline")):
        columns[name] = harm(on_grid[variant].mse, on_named[variant].mse, deletion)
    columns["anchor_loss"] = _anchor_loss(experiment, deletion, model)
    columns |= _remainders(model, deletion)
    columns["read_off"] = _mean(
        _read_off(models["ablated"], experiment, target) for target in deletion.targets
    )
    return pd.DataFrame(columns)


def _mean(columns) -> Array:
    return np.mean(list(columns), axis=0)


def _largest_gap(*sets: dict[str, Response]) -> Array:
    gaps = [np.abs(s["ablated"].recon - s["pruned"].recon).max(axis=(1, 2)) for s in sets]
    return np.max(gaps, axis=0)


def _anchor_loss(experiment: Experiment, deletion: Deletion, model: Autoencoder) -> Array:
    """1 − cosine to a target's axis, weighted as its labels are expected to weigh it."""
    chances = probabilities(
        experiment.palette, experiment.concepts.values(), experiment.targets.values()
    )
    latents = respond(model, experiment.palette.colors).latents
    names = list(experiment.targets)
    return _mean(
        1
        - np.average(
            latents[..., target.axis], axis=1, weights=chances[:, names.index(target.name)]
        )
        for target in deletion.targets
    )


def _remainders(model: Autoencoder, deletion: Deletion) -> dict[str, Array]:
    """What surgery leaves of the targets' latents: how long it is, and where it points.

    That is its cosine to what is left of the opposite colour, and to the mean direction of what is
    left of the neighbours.
    """
    found = [_remainder(model, deletion, target) for target in deletion.targets]
    return {name: _mean(one[name] for one in found) for name in found[0]}


def _remainder(model: Autoencoder, deletion: Deletion, target: Target) -> dict[str, Array]:
    beside = [NAMES.index(name) for name in neighbors(target.rgb)]
    colors = np.array([target.rgb, opposite(target.rgb), *named_colors()[beside]])
    remainders = respond(model, colors).latents.copy()
    remainders[..., deletion.dims] = 0
    lengths = np.linalg.norm(remainders, axis=-1, keepdims=True)
    own, far, *near = np.moveaxis(remainders / lengths, 1, 0)
    return {
        "remainder": lengths[:, 0, 0],
        "remainder_opposite": _cosine(own, far),
        "remainder_neighbors": _cosine(own, np.mean(near, axis=0)),
    }


def _cosine(unit: Array, other: Array) -> Array:
    """Shapes: (runs, latent), the first of unit length → (runs,)."""
    return (unit * other).sum(axis=-1) / np.linalg.norm(other, axis=-1)


def _read_off(ablated: Autoencoder, experiment: Experiment, target: Target) -> Array:
    """Error of a target taken for the mean of the colours whose ablated latents are nearest to its.

    Says whether ablated latents still tell it from other training colours, whatever the decoder
    makes of them. Shapes: → (runs,).
    """
    own, colors = np.array(target.rgb), experiment.palette.colors
    others = np.unique(colors[~is_same(colors, own)], axis=0)
    places, at = respond(ablated, others).latents, respond(ablated, own[None]).latents[:, 0]
    count = min(NEAREST, len(others))
    nearest = [
        KDTree(run).query(one, k=[*range(1, count + 1)])[1]
        for run, one in zip(places, at, strict=True)
    ]
    return np.square(others[np.array(nearest)].mean(axis=1) - own).mean(axis=-1)


def moments(snapshots: Sequence[Path], experiment: Experiment) -> pd.DataFrame:
    """A row a snapshot and seed: the `step` before which it was taken, and `<concept>_cosine`.

    That is the cosine of a concept's colour to its axis. `snapshots` are the files of the shards.
    """
    shares = [_moments(*checkpoint.load_snapshots([path]), experiment) for path in snapshots]
    return pd.concat(shares).sort_values(["step", "seed"], ignore_index=True)


def _moments(snapshots: Autoencoder, seeds: list[int], experiment: Experiment) -> pd.DataFrame:
    colors = np.array([target.rgb for target in experiment.targets.values()])
    latents = respond(snapshots, colors).latents
    steps = experiment.snapshots
    columns = {"step": np.repeat(steps, len(seeds)), "seed": np.tile(seeds, len(steps))}
    for i, (name, target) in enumerate(experiment.targets.items()):
        columns[f"{name}_cosine"] = latents[:, i, target.axis]
    return pd.DataFrame(columns)
