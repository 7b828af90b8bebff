"""What a deletion should do to a run, and what it did."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from colorcore.colors.cubes import flat_colors, regular_rgb, score_grid
from colorcore.colors.named import NAMES, named_colors
from colorcore.colors.similarity import is_same, similarity
from colorcore.errors import InputError
from colorcore.experiment.concepts import Deletion
from colorcore.experiment.folder import SETTINGS

SCORE_POWER = 3  # of the likeness, so that damage in the concept's shape falls off faster than it
LEAST = 0.05  # of the score grid is unlike any target; of a vivid one, a little more
ROUNDING = 1e-9  # of a similarity: hues 90° apart have one of 2e-16
HARMED = 0.01  # an error of a colour unlike every target above which a run counts as harmed
NEIGHBORS = 2  # named colours next to a target
ANSWERS = 61  # levels a channel, among them ½ and ⅓, of the answers that bounds are sought among

Array = NDArray[np.float64]


def likeness(colors: Array, deletion: Deletion) -> Array:
    """Similarity to that of a deletion's targets which a colour is most like.

    Shapes: (…, 3) RGB in [0, 1] → (…) in [0, 1].
    """
    return np.max([similarity(colors, target.rgb) for target in deletion.targets], axis=0)


def unlike(colors: Array, deletion: Deletion) -> NDArray[np.bool_]:
    """Colours without similarity to any target: those that the deletion must not touch.

    Pale targets have some similarity to nearly all colours: then as many as the least alike of the
    score grid.
    """
    least = np.quantile(likeness(flat_colors(score_grid()), deletion), LEAST)
    return likeness(colors, deletion) <= least + ROUNDING


def unlike_names(deletion: Deletion) -> list[str]:
    """The named colours among those."""
    apart = unlike(named_colors(), deletion)
    return [name for name, is_apart in zip(NAMES, apart, strict=True) if is_apart]


def neighbors(rgb: tuple[float, float, float]) -> list[str]:
    """The named colours most similar to a colour, but for that colour itself.

    Example:

        >>> neighbors((1.0, 0.0, 0.0))
        ['orange', 'pink']
    """
    alike = np.where(is_same(named_colors(), rgb), -1, similarity(named_colors(), rgb))
    return [NAMES[i] for i in np.argsort(-alike, kind="stable")[:NEIGHBORS]]


def opposite(rgb: tuple[float, float, float]) -> tuple[float, float, float]:
    """The complement of a colour: cyan, of red.

    Example:

        >>> opposite((1.0, 0.0, 0.0))
        (0.0, 1.0, 1.0)
    """
    red, green, blue = rgb
    return 1 - red, 1 - green, 1 - blue


def harm(on_grid: Array, on_named: Array, deletion: Deletion) -> Array:
    """The largest error of a colour unlike every target, of the score grid or named.

    Shapes: errors (runs, points) of the score grid's colours, and of the named ones → (runs,).
    """
    far = unlike(flat_colors(score_grid()), deletion)
    apart = [NAMES.index(name) for name in unlike_names(deletion)]
    return np.maximum(on_grid[:, far].max(axis=1), on_named[:, apart].max(axis=1, initial=0))


def score(mse: Array, colors: Array, deletion: Deletion) -> Array:
    """R² of damage with likeness: 1 means that the damage has the concept's shape.

    Squared Pearson correlation of similarity to the target, cubed, with the error of each colour.

    Shapes: `mse` (runs, points); `colors` (points, 3), RGB in [0, 1] → (runs,), in [0, 1].

    Source: Experiment 2.10.1.
    """
    from scipy.stats import pearsonr  # takes half a second to load, and most need none

    expected = likeness(colors, deletion) ** SCORE_POWER
    return np.asarray(pearsonr(np.broadcast_to(expected, mse.shape), mse, axis=-1).statistic) ** 2


class Bounds(NamedTuple):
    """Errors of a target for one who cannot tell it from other colours, mean over the targets.

    `unlike` takes it for the nearest colour without similarity to it; `gray` answers mid-grey,
    `black` black; `even` answers a colour drawn evenly from all.
    """

    unlike: float
    gray: float
    black: float
    even: float


def bounds(deletion: Deletion) -> Bounds:
    """What errors of its targets say that they are deleted.

    Example:

        >>> from colorcore.experiment.concepts import Deletion, Target
        >>> found = bounds(Deletion("red", (Target("red", (1.0, 0.0, 0.0), axis=0),)))
        >>> [round(error, 6) for error in found]
        [0.222222, 0.25, 0.333333, 0.333333]
    """
    answers = flat_colors(regular_rgb(ANSWERS))
    allowed = answers[unlike(answers, deletion)]
    each = [_bounds(rgb, allowed) for rgb in deletion.colors]
    return Bounds(*(float(mean) for mean in np.mean(each, axis=0)))


def _bounds(rgb: Array, allowed: Array) -> Bounds:
    def mistaken(answer: Array) -> float:
        return float(np.square(answer - rgb).mean(axis=-1).min())

    even = float(((1 - rgb) ** 3 + rgb**3).mean() / 3)  # ∫ (x − t)² dx over [0, 1]
    return Bounds(mistaken(allowed), mistaken(np.full(3, 0.5)), mistaken(np.zeros(3)), even)


def representative(runs: pd.DataFrame, seed: int) -> pd.Series:
    """The run that stands for the others.

    Raises: InputError when it was not trained.
    """
    return runs.iloc[index_of(seed, runs["seed"].tolist())]


def index_of(seed: int, seeds: list[int], *, place: Path = Path(SETTINGS)) -> int:
    """Where the representative seed stands among the trained ones; `place` is the file it is of.

    Raises: InputError when it was not trained.
    """
    if seed not in seeds:
        raise InputError(
            f"{place}: representative_seed: wanted one of the trained seeds "
            f"{seeds[0]}…{seeds[-1]}, got {seed}; train more seeds or change it"
        )
    return seeds.index(seed)


def before(runs: pd.DataFrame) -> pd.Series:
    """The largest error of a named colour before surgery, in each run."""
    return runs[[f"baseline {name}" for name in NAMES]].max(axis=1)
