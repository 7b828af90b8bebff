"""What an experiment's settings are: typed, frozen, closed to unknown keys."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from colorcore.experiment.fields import (
    MOST_COLORS,
    MOST_SAMPLES,
    MOST_UNITS,
    SEEDS,
    Count,
    Dim,
    Dims,
    Direction,
    NotNegative,
    Positive,
    Power,
    Settings,
)
from colorcore.experiment.operators import Operator


def _three(points: object) -> object:
    """Three numbers of levels, or one that stands for all three axes."""
    each = list(points) if isinstance(points, list | tuple) else [points] * 3
    counts = [count for count in each if isinstance(count, int) and count >= 2]
    if len(each) != 3 or len(counts) != 3:
        raise ValueError("wanted a whole number of levels from 2 on, or three of them")
    if math.prod(counts) > MOST_COLORS:
        raise ValueError(f"wanted levels that make {MOST_COLORS} colours at most")
    return tuple(counts)


def _color(color: object) -> object:
    """A colour as text, or as three channels in [0, 1]."""
    if color is None or isinstance(color, str):
        return color
    if isinstance(color, list | tuple) and len(color) == 3 and all(map(_is_unit, color)):
        return tuple(map(float, color))
    raise ValueError("wanted a named colour, #rrggbb or three channels in [0, 1]")


def _is_unit(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


Unit = Annotated[float, Field(ge=0, le=1)]


class Cube(Settings):
    """Colours on a grid: `points` even levels along each axis, or one number of them for all.

    Levels run from 0 to 1, but those of hue, which would meet red again at its end, stop before.
    """

    space: Literal["rgb", "hsv"]
    points: Annotated[tuple[int, int, int], Field(strict=False), BeforeValidator(_three)]


class Data(Settings):
    """The colours to train on: a cube, or a file of one's own in the experiment's folder.

    The CSV has columns r, g and b in [0, 1], and may have others in [0, 1] for concepts to use.
    """

    cube: Cube | None = None
    csv: str | None = None
    batch_size: Annotated[int, Field(ge=1, le=MOST_SAMPLES)]

    @model_validator(mode="after")
    def _check(self) -> Data:
        if (self.cube is None) == (self.csv is None):
            raise ValueError("wanted either a cube or a csv")
        return self


class Concept(Settings):
    """What is anchored, so that it can be deleted, and how likely a colour is to be labelled so.

    P(label | colour) = rate · affinity(colour)^power, of which the share `noise` goes to any colour
    whatever its affinity. The affinity is redness or vibrancy, similarity to the concept's `color`,
    or a `column` of the data.

    `color` is what stands for the concept when its deletion is judged: a named colour, #rrggbb or
    three channels in [0, 1]; without it, the named colour that the concept is called by. `axis` is
    the latent dimension that the concept is anchored to: without it, its place among the concepts.
    """

    color: Annotated[str | tuple[float, float, float] | None, BeforeValidator(_color)] = None
    affinity: Literal["redness", "vibrancy", "similarity", "column"]
    column: str | None = None
    power: Positive
    rate: Annotated[float, Field(gt=0, le=1)]
    noise: Unit = 0.0
    axis: Dim | None = None

    @model_validator(mode="after")
    def _check(self) -> Concept:
        if (self.column is None) != (self.affinity != "column"):
            raise ValueError("wanted a column with affinity: column, and with no other")
        return self


class Model(Settings):
    """Width of the hidden layers, how many on each side, width of the bottleneck."""

    hidden: Count
    depth: Count
    latent: Annotated[int, Field(ge=2, le=MOST_UNITS)]


class Optimizer(Settings):
    """Adam's decay rates and the constant that keeps its division defined."""

    betas: Annotated[
        tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]],
        Field(strict=False),
    ]
    eps: Positive


class Surgery(Settings):
    """Which concepts' axes are removed, and where.

    From the encoder's output, before it is normalised, so that what is left of a latent vector is
    stretched to unit length; or from the bottleneck, so that it keeps its size. `deletions` are
    called by names and list concepts; without them, each concept is deleted alone, and, where there
    are several, all together.
    """

    layer: Literal["encoder", "bottleneck"] = "encoder"
    deletions: dict[str, Annotated[tuple[str, ...], Field(strict=False, min_length=1)]] = Field(
        default_factory=dict
    )


class Term(Settings):
    """What all regularizers have: where they look, and which labels call for them."""

    layer: Literal["bottleneck", "encoder"] = "bottleneck"
    labels: dict[str, Positive] = Field(default_factory=dict)


class AngularSeparation(Term):
    term: Literal["angular-separation"]
    power: Power
    shift: bool


class AngularAnchor(Term):
    """Without a `direction`, along the axis of the one concept among its labels.

    With a `tilt` it draws to unit(e + tilt · m), where m is held constant and lies off the axes of
    all concepts. With uᵢ the direction of sample i once these are zero, m is unit(Σ uᵢ) over the
    batch; or toward the nearest, for each labelled sample, the nearest to its own of those that
    this term does not ask for.
    """

    term: Literal["angular-anchor"]
    direction: Direction | None = None
    tilt: NotNegative = 0.0
    toward: Literal["mean", "nearest"] = "mean"


class EuclideanAnchor(Term):
    """Without a `direction`, to the end of the axis of the one concept among its labels."""

    term: Literal["euclidean-anchor"]
    direction: Direction | None = None


class AntiAnchor(Term):
    term: Literal["anti-anchor"]
    direction: Direction
    full_sphere: bool = False


class RepelSubspace(Term):
    """Without `dims`, the axes of all concepts.

    With `side: negative`, only from what is below 0 there: the ends that nothing is anchored to.
    """

    term: Literal["repel-subspace"]
    dims: Dims | None = None
    side: Literal["both", "negative"] = "both"


class KeepSubspace(Term):
    term: Literal["keep-subspace"]
    dims: Dims


class Unitarity(Term):
    term: Literal["unitarity"]


class Hide(Term):
    """What is left of labelled samples without all concepts' axes points where typical ones lie.

    With uᵢ what is left of zᵢ, it is 1 − cos(uᵢ, m), where m is held constant: unit(Σ wⱼ unit(uⱼ))
    over the samples j of the batch that this term does not ask for and whose coordinates along the
    axes are all under half their length. wⱼ = max(0, 1 − |cⱼ − c̄|²/reach²)³ weighs the distance of
    their colour from the batch's mean colour.
    """

    term: Literal["hide"]
    layer: Literal["bottleneck"] = "bottleneck"  # pyright: ignore[reportIncompatibleVariableOverride]
    labels: dict[str, Positive] = Field(default_factory=dict, min_length=1, validate_default=True)
    reach: Positive


class Aim(Settings):
    """What the decoder makes of labelled samples without their concept's axis is its batch's mean.

    The decoder is held constant. The axis goes where surgery cuts; `layer` may say so again.
    """

    term: Literal["aim"]
    labels: dict[str, Positive] = Field(default_factory=dict)
    layer: Literal["bottleneck", "encoder"] | None = None


class Fallback(Settings):
    """What the decoder makes of a `direction` is a `color`, a named one, #rrggbb or three channels.

    It teaches the decoder alone, and asks for no sample.
    """

    term: Literal["fallback"]
    direction: Direction
    color: Annotated[str | tuple[float, float, float], BeforeValidator(_color)]
    labels: dict[str, Positive] = Field(default_factory=dict)  # there may be none


Regularizer = (
    AngularSeparation
    | AngularAnchor
    | EuclideanAnchor
    | AntiAnchor
    | RepelSubspace
    | KeepSubspace
    | Unitarity
    | Hide
    | Aim
    | Fallback
)


class Routing(Settings):
    """Along which coordinates the gradient of the reconstruction passes back to the encoder.

    Of a sample that has one of the `labels`, along the axes of its own; of others along all, or
    along the rest, all that are the axis of none of these labels. It is cut before or behind the
    normalisation.
    """

    labels: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    unlabelled: Literal["all", "rest"] = "all"
    layer: Literal["bottleneck", "encoder"] = "bottleneck"


class ExperimentSettings(Settings):
    """What experiment.yaml holds.

    `operators` act on the trained runs, each by itself and in place of surgery, and are judged as
    that is.
    """

    title: str
    data: Data
    concepts: Annotated[dict[str, Concept], Field(min_length=1)]
    model: Model
    optimizer: Optimizer
    regularizers: dict[str, Annotated[Regularizer, Field(discriminator="term")]]
    routing: Routing | None = None
    surgery: Surgery = Surgery()
    operators: dict[str, Annotated[Operator, Field(discriminator="operator")]] = Field(
        default_factory=dict
    )
    first_seed: Annotated[int, Field(ge=0, lt=SEEDS)] = 0  # from which its runs are counted
    representative_seed: Annotated[int, Field(ge=0, lt=SEEDS)]
    snapshots: Annotated[tuple[Dim, ...], Field(strict=False)]
