"""What an experiment's settings are: typed, frozen, closed to unknown keys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Base of all settings: immutable, and closed to keys that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Power = Annotated[float, Field(ge=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Dim = Annotated[int, Field(ge=0)]
Dims = Annotated[tuple[Dim, ...], Field(strict=False, min_length=1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Direction = Annotated[tuple[Finite, ...], Field(strict=False, min_length=1)]


class Cube(Settings):
    """The colours to train on: `points` even levels a channel."""

    space: Literal["rgb"]
    points: Annotated[int, Field(ge=2)]


class Data(Settings):
    cube: Cube
    batch_size: Count


class Concept(Settings):
    """P(label | colour) = rate · affinity(colour)^power, some of it moved to colours at random.

    `noise` is the share of labels that any colour gets, whatever its affinity.
    """

    affinity: Literal["redness", "vibrancy"]
    power: Positive
    rate: Annotated[float, Field(gt=0, le=1)]
    noise: Annotated[float, Field(ge=0, le=1)] = 0.0


class Model(Settings):
    """Width of the hidden layers, how many on each side, width of the bottleneck."""

    hidden: Count
    depth: Count
    latent: Annotated[int, Field(ge=2)]


class Optimizer(Settings):
    """Adam's decay rates and the constant that keeps its division defined."""

    betas: Annotated[
        tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]],
        Field(strict=False),
    ]
    eps: Positive


class Surgery(Settings):
    """The latent dimensions to remove, and where.

    From the encoder's output, before it is normalised, so that what is left of a latent vector is
    stretched to unit length; or from the bottleneck, so that it keeps its size.
    """

    dims: Dims
    layer: Literal["encoder", "bottleneck"] = "encoder"


class Term(Settings):
    """What all regularizers have: where they look, and which labels call for them."""

    layer: Literal["bottleneck", "encoder"] = "bottleneck"
    labels: dict[str, Positive] = {}


class AngularSeparation(Term):
    term: Literal["angular-separation"]
    power: Power
    shift: bool


class AngularAnchor(Term):
    term: Literal["angular-anchor"]
    direction: Direction


class EuclideanAnchor(Term):
    term: Literal["euclidean-anchor"]
    direction: Direction


class AntiAnchor(Term):
    term: Literal["anti-anchor"]
    direction: Direction
    full_sphere: bool = False


class RepelSubspace(Term):
    term: Literal["repel-subspace"]
    dims: Dims


class KeepSubspace(Term):
    term: Literal["keep-subspace"]
    dims: Dims


class Unitarity(Term):
    term: Literal["unitarity"]


Regularizer = (
    AngularSeparation
    | AngularAnchor
    | EuclideanAnchor
    | AntiAnchor
    | RepelSubspace
    | KeepSubspace
    | Unitarity
)


class ExperimentSettings(Settings):
    """What experiment.yaml holds."""

    title: str
    data: Data
    labels: dict[str, Concept]
    model: Model
    optimizer: Optimizer
    regularizers: dict[str, Annotated[Regularizer, Field(discriminator="term")]]
    surgery: Surgery
    representative_seed: Annotated[int, Field(ge=0, lt=2**63)]
    snapshots: Annotated[tuple[Dim, ...], Field(strict=False, min_length=1)]
