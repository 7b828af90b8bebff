"""Evaluation: how well each run reproduces each colour, before and after surgery."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial import KDTree
from scipy.stats import pearsonr

from colorcore.anchor.surgery import ablate, prune
from colorcore.colors.cubes import flat_colors, grid_axes, regular_rgb, score_grid, validation_grid
from colorcore.colors.named import NAMES, named_colors, named_rgb
from colorcore.colors.similarity import similarity
from colorcore.experiment.loading import Experiment
from colorcore.results.outcome import SCORE_POWER
from colorcore.training.checkpoint import assemble
from colorcore.training.labels import probabilities
from colorcore.training.model import Autoencoder

VARIANTS = ("baseline", "ablated", "pruned")
NEIGHBORS = ("orange", "pink")  # of red, next to it on the wheel
NEAREST = 3  # latents that one is read off

Array = NDArray[np.float64]


class Response(NamedTuple):
    """What a model makes of a list of colours.

    Shapes: `recon` (runs, points, 3), RGB in [0, 1]; `latents` (runs, points, latent);
    `mse` (runs, points), mean squared error over the channels.
    """

    recon: Array
    latents: Array
    mse: Array


def respond(model: Autoencoder, colors: Array) -> Response:
    """Every run's reconstruction of every colour, in double precision.

    Where surgery leaves little of a colour's latents, normalising what is left magnifies rounding.

    Shapes: `colors` (points, 3), RGB in [0, 1].
    """
    with torch.no_grad():
        shared = torch.from_numpy(colors).expand(model.runs, -1, -1)
        activations = copy.deepcopy(model).double().eval()(shared)
    recon = activations.recon.numpy()
    mse = np.square(recon - colors).mean(axis=-1)
    return Response(recon, activations.bottleneck.numpy(), mse)


def variants(model: Autoencoder, experiment: Experiment) -> dict[str, Autoencoder]:
    """The model as trained, with the experiment's dimensions ablated, and with them pruned."""
    dims, (layer, reader) = experiment.surgery.dims, model.around_bottleneck
    after = "bottleneck" if experiment.surgery.layer == "bottleneck" else None
    return {
        "baseline": model,
        "ablated": ablate(model, dims, layer=layer, reader=reader, after=after),
        "pruned": prune(model, dims, layer=layer, reader=reader, after=after),
    }


def single_run(model: Autoencoder, run: int) -> Autoencoder:
    """One run of a model, as a model of its own."""
    return assemble({name: value[run : run + 1] for name, value in model.state_dict().items()})


def score(mse: Array, colors: Array) -> Array:
    """R² of damage with redness of the colour: 1 means that the damage is red-shaped.

    Squared Pearson correlation of similarity to red, cubed, with the error of each colour.

    Shapes: `mse` (runs, points); `colors` (points, 3), RGB in [0, 1] → (runs,), in [0, 1].

    Source: Experiment 2.10.1.
    """
    expected = similarity(colors, named_rgb("red")) ** SCORE_POWER
    return np.asarray(pearsonr(np.broadcast_to(expected, mse.shape), mse, axis=-1).statistic) ** 2


def run_table(
    experiment: Experiment, model: Autoencoder, *, seeds: list[int], history: pd.DataFrame
) -> pd.DataFrame:
    """A row a run: labels seen, errors, score, and the error of each named colour.

    Columns: as in the published runs (`seed` … `ablated white`), then `pruned <colour>`,
    `cosine <colour>` to the first axis, the largest difference between ablated and pruned outputs,
    the size of the damage far from red, the expected loss of the anchor, what length surgery leaves
    of red, where that remainder points, as its cosine to the remainders of cyan and of red's
    neighbours, the error of orange as a share of red's, and red's read off its ablated latents.
    """
    models = variants(model, experiment)
    grid, named = flat_colors(score_grid()), named_colors()
    on_grid = {name: respond(models[name], grid) for name in VARIANTS}
    on_named = {name: respond(models[name], named) for name in VARIANTS}
    cosines = _cosines(on_named["baseline"], experiment)

    labels = [f"labelled_{label}" for label in experiment.labels]
    counts = history.groupby("seed")[labels].sum().loc[seeds]
    columns: dict[str, NDArray] = {"seed": np.asarray(seeds)}
    columns |= {label: counts[label].to_numpy() for label in labels}
    columns["samples"] = np.full(
        len(seeds), len(experiment.schedule.table) * experiment.data.batch_size
    )
    columns["val_mse"] = respond(model, flat_colors(validation_grid())).mse.mean(axis=1)
    columns["cube_mse"] = on_grid["baseline"].mse.mean(axis=1)
    columns["red_cosine"] = cosines[:, NAMES.index("red")]
    columns["score_r2"] = score(on_grid["ablated"].mse, grid)
    for variant in VARIANTS:
        for i, name in enumerate(NAMES):
            columns[f"{variant} {name}"] = on_named[variant].mse[:, i]
    for i, name in enumerate(NAMES):
        columns[f"cosine {name}"] = cosines[:, i]
    columns["surgery_gap"] = _largest_gap(on_grid, on_named)
    columns["unlike_red_max"] = on_grid["ablated"].mse[:, unlike_red(grid)].max(axis=1)
    columns["anchor_loss"] = _anchor_loss(experiment, model)
    remainders = _remainders(on_named["baseline"], experiment)
    columns["remainder"] = np.linalg.norm(remainders[:, NAMES.index("red")], axis=-1)
    columns["remainder_cyan"] = _alignment(remainders, "cyan")
    columns["remainder_neighbors"] = _alignment(remainders, *NEIGHBORS)
    columns["orange_share"] = columns["ablated orange"] / columns["ablated red"]
    columns["red_read_off"] = _read_off(models["ablated"], experiment)
    return pd.DataFrame(columns)


def _anchor_loss(experiment: Experiment, model: Autoencoder) -> Array:
    """1 − cosine to the first axis of what surgery removes, as labels are expected to weigh it."""
    colors = flat_colors(regular_rgb(experiment.data.cube.points))
    chances = probabilities(colors, experiment.labels.values())[:, 0]
    return 1 - np.average(_cosines(respond(model, colors), experiment), axis=1, weights=chances)


def _cosines(response: Response, experiment: Experiment) -> Array:
    """Cosine of each colour's latents to the axis that surgery removes first."""
    return response.latents[..., experiment.surgery.dims[0]]  # latents have unit length


def _remainders(response: Response, experiment: Experiment) -> Array:
    """What surgery leaves of each colour's latents."""
    remainders = response.latents.copy()
    remainders[..., list(experiment.surgery.dims)] = 0
    return remainders


def _alignment(remainders: Array, *names: str) -> Array:
    """Cosine of the remainder of red to the mean direction of others. Shapes: → (runs,)."""
    directions = remainders / np.linalg.norm(remainders, axis=-1, keepdims=True)
    others = directions[:, [NAMES.index(name) for name in names]].mean(axis=1)
    cosines = (directions[:, NAMES.index("red")] * others).sum(axis=-1)
    return cosines / np.linalg.norm(others, axis=-1)


def _read_off(ablated: Autoencoder, experiment: Experiment) -> Array:
    """Error of red taken for the mean of the training colours whose latents are nearest to its own.

    Says whether ablated latents still tell red from other colours, whatever the decoder makes of
    them. Shapes: → (runs,).
    """
    red, colors = named_rgb("red"), flat_colors(regular_rgb(experiment.data.cube.points))
    others = colors[(colors != red).any(axis=-1)]
    places, own = respond(ablated, others).latents, respond(ablated, red[None]).latents[:, 0]
    nearest = [KDTree(run).query(one, k=NEAREST)[1] for run, one in zip(places, own, strict=True)]
    return np.square(others[np.array(nearest)].mean(axis=1) - red).mean(axis=-1)


def moments(snapshots: Autoencoder, experiment: Experiment, *, seeds: list[int]) -> pd.DataFrame:
    """A row a snapshot and seed: the `step` before which it was taken, and the cosine of red.

    `snapshots` is what `checkpoint.load_snapshots` gives.
    """
    cosines = _cosines(respond(snapshots, named_rgb("red")[None]), experiment)[:, 0]
    steps = experiment.snapshots
    return pd.DataFrame(
        {
            "step": np.repeat(steps, len(seeds)),
            "seed": np.tile(seeds, len(steps)),
            "red_cosine": cosines,
        }
    )


def _largest_gap(*sets: dict[str, Response]) -> Array:
    gaps = [np.abs(s["ablated"].recon - s["pruned"].recon).max(axis=(1, 2)) for s in sets]
    return np.max(gaps, axis=0)


def unlike_red(colors: Array) -> NDArray[np.bool_]:
    """Vibrant colours more than 90° from red: those that deletion of red must not touch."""
    return similarity(colors, named_rgb("red")) == 0


def damage(model: Autoencoder, experiment: Experiment, cube: xr.Dataset) -> xr.Dataset:
    """A cube with what each variant of a run makes of it. `model` has that one run.

    Adds `recon` (variant, …, channel), RGB in [0, 1]; `mse` (variant, …); `latents` (variant, …,
    latent), NaN in a dimension that a variant no longer has.
    """
    responses = {
        name: respond(changed, flat_colors(cube))
        for name, changed in variants(model, experiment).items()
    }
    latent = experiment.model.latent
    keep = [dim for dim in range(latent) if dim not in experiment.surgery.dims]
    full = {name: _widen(r.latents[0], latent, keep) for name, r in responses.items()}
    return _assign(
        cube,
        "variant",
        list(VARIANTS),
        recon=[responses[v].recon[0] for v in VARIANTS],
        mse=[responses[v].mse[0] for v in VARIANTS],
        latents=[full[v] for v in VARIANTS],
    )


def _widen(latents: Array, latent: int, keep: list[int]) -> Array:
    if latents.shape[-1] == latent:
        return latents
    full = np.full((*latents.shape[:-1], latent), np.nan)
    full[..., keep] = latents
    return full


def evolution(moments: Autoencoder, steps: tuple[int, ...], cube: xr.Dataset) -> xr.Dataset:
    """A cube with what a run made of it at moments of its training.

    `moments` has the moments of one run where a model has its runs. Adds `recon` (step, …,
    channel), `mse` (step, …) and `latents` (step, …, latent).
    """
    response = respond(moments, flat_colors(cube))
    return _assign(cube, "step", list(steps), **response._asdict())


def _assign(cube: xr.Dataset, axis: str, coordinate: list, **values) -> xr.Dataset:
    """Variables shaped (axis, points, …) laid out on the axes of the cube."""
    axes, sizes = grid_axes(cube), cube["color"].shape[:-1]
    last = {"recon": ("channel",), "latents": ("latent",), "mse": ()}
    result = cube.assign_coords({axis: coordinate})
    for name, value in values.items():
        array = np.asarray(value)
        shaped = array.reshape(len(coordinate), *sizes, *array.shape[2:])
        result[name] = ((axis, *axes, *last[name]), shaped.astype(np.float32))
    return result.assign_coords(latent=np.arange(result.sizes["latent"]))


def scored_grid(
    model: Autoencoder, experiment: Experiment, *, seeds: list[int], run: int
) -> xr.Dataset:
    """The score grid with the `damage` of one run, and every run's error.

    Adds to `damage`: `similarity` to red (red, green, blue), in [0, 1], and `mse_runs` (seed,
    variant, red, green, blue).
    """
    grid = score_grid()
    colors, sizes = flat_colors(grid), grid["color"].shape[:-1]
    result = damage(single_run(model, run), experiment, grid).assign_coords(seed=seeds)
    axes = grid_axes(grid)
    result["similarity"] = (axes, similarity(colors, named_rgb("red")).reshape(sizes))
    errors = [respond(m, colors).mse for m in variants(model, experiment).values()]
    shaped = np.stack(errors, axis=1).reshape(len(seeds), len(VARIANTS), *sizes)
    result["mse_runs"] = (("seed", "variant", *axes), shaped.astype(np.float32))
    return result
