"""What can be done to trained runs in place of surgery, to be judged as that is: its settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from colorcore.experiment.fields import Count, Positive, Settings

NONE, ABLATED = "none", "ablated"  # the model as it was trained, and after its surgery
REST = "rest"  # readers are given no latents, but the colours without the concept
ALWAYS = (NONE, ABLATED, REST)
"""What every experiment is audited under, beside operators of its own."""


class Labelled(Settings):
    """What all operators have that are made after training, of what labels tell of the bottleneck.

    By the `few` labels that training saw, a run's own; or by `perfect` ones: every colour of the
    data, and how likely it is to be labelled.
    """

    labels: Literal["few", "perfect"]


class Leace(Labelled):
    operator: Literal["leace"]


class MeanDifference(Labelled):
    operator: Literal["mean-difference"]


class NullspaceProjection(Labelled):
    """One direction that tells the concept, and the next, for so many rounds."""

    operator: Literal["inlp"]
    rounds: Count


class MeanSuppression(Labelled):
    """Suppression along the mean of what is labelled, within so many degrees of it."""

    operator: Literal["suppression"]
    angle: Annotated[float, Field(ge=0.1, le=180)]
    power: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class OptimalAblation(Settings):
    """The concepts' axes held where the reconstruction of all colours is best, without labels."""

    operator: Literal["optimal-ablation"]


class Redirection(Settings):
    """What is written to the concepts' axes, before the normalisation, is minus this `amount`.

    So what lies on an axis is sent to its far end, where a fallback may have been taught.
    """

    operator: Literal["redirection"]
    amount: Positive


def hyperparameters(operator: Settings) -> dict[str, float]:
    """What an operator can be set to, by name: all but what it is, and what labels it goes by."""
    return operator.model_dump(exclude={"operator", "labels"})


Operator = (
    Leace | MeanDifference | NullspaceProjection | MeanSuppression | OptimalAblation | Redirection
)
