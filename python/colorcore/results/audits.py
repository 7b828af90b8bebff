"""Whether a deletion leaves anything of its concept: what readers find, of every operator."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from colorcore.anchor.audit.closed import read_linear, read_nearest, read_quadratic
from colorcore.anchor.audit.measures import explained, mistaken, separated
from colorcore.anchor.audit.priors import prior_weights
from colorcore.anchor.audit.trained import read_network
from colorcore.colors.cubes import flat_colors, regular_rgb, score_grid
from colorcore.colors.named import NAMES, named_colors
from colorcore.colors.similarity import is_same
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.loading import Experiment
from colorcore.experiment.operators import ALWAYS, REST
from colorcore.results.audited import KIN, LONG, LONG_RATE, RATE, READ
from colorcore.results.measures import ANSWERS, harm, likeness, score, unlike
from colorcore.results.operators import operated
from colorcore.results.response import Array, Response, blocks, respond
from colorcore.training.model import Autoencoder

INITIAL = (0,)  # seeds of readers that are trained, each beside every run of a model


class Latents(NamedTuple):
    """What a reader is given: latents of the data, of the score grid and of the targets.

    Shapes: (runs, points, latent), each.
    """

    data: Array
    grid: Array
    targets: Array


class Seen(NamedTuple):
    """What a model makes of the same colours."""

    data: Response
    grid: Response
    targets: Response

    @property
    def latents(self) -> Latents:
        return Latents(*(response.latents for response in self))


class Points(NamedTuple):
    """Those colours. Shapes: (points, 3), each."""

    data: Array
    grid: Array
    targets: Array

    @classmethod
    def of(cls, experiment: Experiment, deletion: Deletion) -> Self:
        return cls(experiment.palette.colors, flat_colors(score_grid()), deletion.colors)

    @property
    def others(self) -> NDArray[np.bool_]:
        """Which of the data's colours are none of the targets. Shapes: (points,)."""
        return np.array([not is_same(self.targets, color).any() for color in self.data])

    def seen_by(self, model: Autoencoder) -> Seen:
        return Seen(*(respond(model, colors) for colors in self))


def audit_table(experiment: Experiment, model: Autoencoder, *, seeds: list[int]) -> pd.DataFrame:
    """A row an operator and run, of the experiment's first deletion: damage, and what is left.

    Columns: `operator` and `seed`; `score_r2`, `target`, the error of the concept's colours,
    `harm`, the largest of a colour unlike it, and `data_mse`, as decoded. Of readers that have seen
    the latents of the data: `linear`, `quadratic` and `network`, R² of likeness on the score grid;
    `linear auc` and `network auc`, how surely a colour that is the concept's own is ranked above
    another there, by one that has seen as many of both; `nearest`, the error of a target that is
    taken for the mean of the colours nearest to it, itself left out; `decoder`, that by a fresh
    decoder, by one that has seen the concept's own half of the time (`decoder balanced`), or never
    (`decoder without`); that by one that took its time (`long decoder`), which may have learned a
    target among the data by heart, and by one that took as long and saw all of them but the targets
    themselves (`long decoder unseen`).

    Operators: `none`, the ceiling; `ablated`, the deletion; those of the settings by their names,
    which are read by `nearest` and `long decoder` alone; and `rest`, the floor, where readers are
    given each colour with the concept taken out of it: the nearest colour unlike.
    """
    deletion = experiment.deletion
    points = Points.of(experiment, deletion)
    tables = [_table(experiment, points, some, own) for some, own in blocks(model, seeds)]
    of_each = pd.concat(tables).groupby("operator", sort=False)
    floor = _left(_floor(points, deletion), points, deletion, all_readers=True)
    rest = {"operator": REST, "seed": seeds, **{name: one.item() for name, one in floor.items()}}
    return pd.concat([*(rows for _, rows in of_each), pd.DataFrame(rest)], ignore_index=True)


def _table(
    experiment: Experiment, points: Points, model: Autoencoder, seeds: list[int]
) -> pd.DataFrame:
    deletion, tables = experiment.deletion, []
    for name, one in operated(experiment, deletion, model, seeds=seeds).items():
        seen = points.seen_by(one)
        left = _left(seen.latents, points, deletion, all_readers=name in ALWAYS)
        row = {"operator": name, "seed": seeds, **damage(one, seen, points, deletion), **left}
        tables.append(pd.DataFrame(row))
    return pd.concat(tables)


def _floor(points: Points, deletion: Deletion) -> Latents:
    """In place of latents, the colours with the concept taken out. Shapes: (1, points, 3), each."""
    return Latents(*(without(colors, deletion)[None] for colors in points))


def without(colors: Array, deletion: Deletion) -> Array:
    """Each colour with the concept taken out of it: the nearest colour that is unlike it.

    What is unlike it already stays. Shapes: (points, 3) → (points, 3).
    """
    answers = flat_colors(regular_rgb(ANSWERS))
    allowed = answers[unlike(answers, deletion)]
    nearby = allowed[KDTree(allowed).query(colors)[1]]
    return np.where(unlike(colors, deletion)[:, None], colors, nearby)


def damage(model: Autoencoder, seen: Seen, points: Points, deletion: Deletion) -> dict[str, Array]:
    """What the model itself makes of colours. Shapes: → (runs,), each."""
    return {
        "score_r2": score(seen.grid.mse, points.grid, deletion),
        "target": seen.targets.mse.mean(axis=1),
        "harm": harm(seen.grid.mse, respond(model, named_colors()).mse, deletion),
        "data_mse": seen.data.mse.mean(axis=1),
    }


def worst(model: Autoencoder, deletion: Deletion) -> list[str]:
    """The named colour that each run harms most, of those unlike every target.

    Of the score grid's colours, by the named one that is nearest to it in RGB.
    """
    every = np.concatenate([flat_colors(score_grid()), named_colors()])
    far = every[unlike(every, deletion)]
    harmed = far[respond(model, far).mse.argmax(axis=1)]
    places = np.atleast_1d(KDTree(named_colors()).query(harmed)[1])
    return [NAMES[i] for i in places]


def nearest(latents: Latents, points: Points) -> Array:
    """Error of targets that are taken for the colours nearest to them. Shapes: → (runs,)."""
    found = read_nearest(latents.data, points.data, latents.targets, weights=points.others)
    return mistaken(found, points.targets).mean(axis=-1)


def decoded(latents: Latents, points: Points, weights: ArrayLike | None = None) -> Array:
    """Error of targets by a fresh decoder of the data's latents. Shapes: → (runs,)."""
    return _decoded(latents, points, weights, steps=READ, rate=RATE)


def decoded_long(latents: Latents, points: Points, weights: ArrayLike | None = None) -> Array:
    """The same by one that took its time. Shapes: → (runs,)."""
    return _decoded(latents, points, weights, steps=LONG, rate=LONG_RATE)


def _decoded(
    latents: Latents, points: Points, weights: ArrayLike | None, *, steps: int, rate: float
) -> Array:
    given = (latents.data, points.data, latents.targets)
    (found,) = read_network(*given, seeds=INITIAL, weights=weights, steps=steps, rate=rate)
    return mistaken(found, points.targets).mean(axis=-1)


def _left(
    latents: Latents, points: Points, deletion: Deletion, *, all_readers: bool
) -> dict[str, Array]:
    """What readers find: the two that are the hardest to hide from, or all. Shapes: → (runs,)."""
    hardest = {
        "nearest": nearest(latents, points),
        "long decoder": decoded_long(latents, points),
    }
    return {**_all_left(latents, points, deletion), **hardest} if all_readers else hardest


def _all_left(latents: Latents, points: Points, deletion: Deletion) -> dict[str, Array]:
    """What the other readers find. Shapes: → (runs,), each."""
    alike, on_grid = likeness(points.data, deletion), likeness(points.grid, deletion)
    own, asked = alike >= KIN, on_grid >= KIN
    balanced, excluding = prior_weights(own, "balanced"), prior_weights(own, "without")
    kind = own.astype(float)
    ask = (latents.data, alike, latents.grid)
    tell = (latents.data, kind, latents.grid)
    (network,) = read_network(*ask, seeds=INITIAL, steps=READ)
    (classes,) = read_network(*tell, seeds=INITIAL, weights=balanced, steps=READ)
    return {
        "linear": explained(read_linear(*ask), on_grid),
        "quadratic": explained(read_quadratic(*ask), on_grid),
        "network": explained(network, on_grid),
        "linear auc": separated(read_linear(*tell, weights=balanced), asked),
        "network auc": separated(classes, asked),
        "decoder": decoded(latents, points),
        "decoder balanced": decoded(latents, points, balanced),
        "decoder without": decoded(latents, points, excluding),
        "long decoder unseen": decoded_long(latents, points, points.others),
    }
