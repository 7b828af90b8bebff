"""What the explorer in the HTML shows: latents of one run, through training and after surgery."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from colorcore.colors.cubes import flat_colors, score_grid
from colorcore.colors.named import NAMES, hex_code, named_colors
from colorcore.errors import InputError
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.loading import SPHERE, Experiment
from colorcore.results.response import respond, variants
from colorcore.training.model import Autoencoder

COORDINATE_SCALE = 32767  # coordinates in [-1, 1] as 16-bit whole numbers
ERROR_SCALE = 10_000  # errors to four decimals

Array = NDArray[np.float64]


class Cloud(NamedTuple):
    """What one variant makes of every colour at every moment.

    Shapes: `axes` name the coordinates; `coordinates` (steps, points, axes), of unit length;
    `recon` (steps, points, 3), RGB in [0, 1]; `mse` (steps, points).
    """

    axes: tuple[str, ...]
    coordinates: Array
    recon: Array
    mse: Array


class Scene(NamedTuple):
    """All that the explorer shows of one run.

    Shapes: `colors` (points, 3), RGB in [0, 1], the first of them named by `names`; `steps` of the
    training, increasing; `spread` (axes - 1), the share of the variance off the anchored axis that
    lies along each principal direction; `clouds` by variant. `start` is the place of the colour
    most like what is deleted.
    """

    seed: int
    start: int
    names: tuple[str, ...]
    colors: Array
    steps: tuple[int, ...]
    spread: Array
    clouds: dict[str, Cloud]


def explore(moments: Autoencoder, experiment: Experiment, deletion: Deletion) -> Scene:
    """The latents of one run, from `moments` that stand where a model has its runs.

    The first coordinate is along the anchored axis, which pruning takes away. The others are along
    the principal directions of the remaining dimensions, those of the trained baseline for every
    variant and moment, so that whatever moves has moved in latent space.

    Raises: InputError unless the surgery removes one dimension and leaves at least three.
    """
    anchored, kept = _split(experiment, deletion)
    colors = explored_colors()
    responses = {
        name: respond(changed, colors)
        for name, changed in variants(moments, experiment, deletion).items()
    }
    directions, spread = principal(responses["baseline"].latents[-1][:, kept])
    names = tuple(f"p{i + 1}" for i in range(len(kept)))
    clouds = {}
    for name, (recon, latents, mse) in responses.items():
        if latents.shape[-1] == len(kept):
            clouds[name] = Cloud(names, latents @ directions, recon, mse)
        else:
            parts = latents[..., [anchored]], latents[..., kept] @ directions
            clouds[name] = Cloud((f"z{anchored}", *names), np.concatenate(parts, -1), recon, mse)
    start = int(np.abs(colors - deletion.colors[0]).sum(axis=1).argmin())
    seed, steps = experiment.representative_seed, experiment.snapshots
    return Scene(seed, start, NAMES, colors, steps, spread, clouds)


def _split(experiment: Experiment, deletion: Deletion) -> tuple[int, list[int]]:
    """The dimension that surgery removes, and those that it leaves."""
    latent, removed = experiment.model.latent, deletion.dims
    kept = [dim for dim in range(latent) if dim not in removed]
    if not experiment.leaves_sphere(deletion):
        raise InputError(
            f"explorer: wanted surgery on one dimension that leaves at least {SPHERE}, got dims "
            f"{list(removed)} of {latent}; leave the explorer out for this experiment"
        )
    return removed[0], kept


def explored_colors() -> Array:
    """The named colours, then those of the score grid that have no name.

    Shapes: (points, 3), RGB in [0, 1].
    """
    named, grid = named_colors(), flat_colors(score_grid())
    known = (np.abs(grid[:, None] - named) < 1e-9).all(axis=-1).any(axis=-1)
    return np.concatenate([named, grid[~known]])


def principal(points: Array) -> tuple[Array, Array]:
    """Principal directions of a cloud as columns, and the share of its variance along each.

    A direction points to where its largest component is positive.

    Shapes: `points` (points, dims) → (dims, dims), orthonormal; (dims,), decreasing, summing to 1.
    """
    variances, directions = np.linalg.eigh(np.cov(points, rowvar=False))
    directions, variances = directions[:, ::-1], np.maximum(variances[::-1], 0)
    largest = np.abs(directions).argmax(axis=0)
    signs = np.sign(directions[largest, np.arange(len(largest))])
    return directions * signs, variances / variances.sum()


def encode(scene: Scene) -> dict[str, Any]:
    """A scene as compact JSON: arrays in base64 of little-endian whole numbers.

    Coordinates are rounded to 1/32767, reconstructed channels to 1/255 and errors to 1/10000; the
    scales stand beside them.
    """
    return {
        "seed": scene.seed,
        "start": scene.start,
        "names": list(scene.names),
        "colors": [hex_code(color) for color in scene.colors],
        "steps": list(scene.steps),
        "spread": scene.spread.round(4).tolist(),
        "scales": {"coordinates": COORDINATE_SCALE, "recon": 255, "mse": ERROR_SCALE},
        "variants": {name: _encode_cloud(cloud) for name, cloud in scene.clouds.items()},
    }


def _encode_cloud(cloud: Cloud) -> dict[str, Any]:
    return {
        "axes": list(cloud.axes),
        "coordinates": _pack(cloud.coordinates, COORDINATE_SCALE, "<i2"),
        "recon": _pack(cloud.recon, 255, "u1"),
        "mse": _pack(cloud.mse, ERROR_SCALE, "<u2"),
    }


def _pack(values: Array, scale: int, kind: str) -> str:
    return base64.b64encode(np.rint(values * scale).astype(kind).tobytes()).decode("ascii")
