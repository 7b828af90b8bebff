"""Terms with all that they take from the rest of an experiment: axes, a layer, a colour."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from colorcore.errors import InputError
from colorcore.experiment import concepts
from colorcore.experiment.checks import check_labels
from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.settings import (
    Aim,
    AngularAnchor,
    EuclideanAnchor,
    ExperimentSettings,
    Fallback,
    Regularizer,
    RepelSubspace,
)


def directed(path: Path, settings: ExperimentSettings) -> dict[str, Regularizer]:
    """The regularizers with the directions and dimensions that they take from the concepts.

    Raises: ExperimentError for one that its labels do not say enough to, or that is not of this
    experiment.
    """
    axes = {name: target.axis for name, target in concepts.targets(settings.concepts).items()}
    found: dict[str, Regularizer] = {}
    for name, term in settings.regularizers.items():
        place = f"{path}: regularizers.{name}"
        if isinstance(term, Aim):
            term = _aimed(place, term, settings, axes)
        elif isinstance(term, Fallback):
            term = _colored(place, term)
        elif isinstance(term, AngularAnchor | EuclideanAnchor):
            axis = _own_axis(place, term, axes)
            direction = tuple(float(k == axis) for k in range(settings.model.latent))
            term = term.model_copy(update={"direction": term.direction or direction})
        elif isinstance(term, RepelSubspace) and term.dims is None:
            term = term.model_copy(update={"dims": tuple(axes.values())})
        found[name] = term
    return found


def _aimed(place: str, term: Aim, settings: ExperimentSettings, axes: Mapping[str, int]) -> Aim:
    """An aim with the layer that surgery cuts, at the axis of the one concept that it names."""
    check_labels(place, term, axes)
    if len(term.labels) != 1:
        raise ExperimentError(
            f"{place}.labels: wanted one concept, to do without its axis, got {list(term.labels)}; "
            "name one, and give each concept a term of its own"
        )
    layer = settings.surgery.layer
    if term.layer not in (None, layer):
        raise ExperimentError(
            f"{place}.layer: wanted {layer}, which surgery.layer says, got {term.layer}; leave it "
            "out"
        )
    return term.model_copy(update={"layer": layer})


def _colored(place: str, term: Fallback) -> Fallback:
    """A fallback with its colour in channels."""
    if term.labels:
        raise ExperimentError(
            f"{place}.labels: wanted none, since a fallback is of no sample, got "
            f"{list(term.labels)}; leave them out"
        )
    try:
        color = concepts.rgb(f"{place}.color", term.color)
    except InputError as error:
        raise ExperimentError(str(error)) from None
    return term.model_copy(update={"color": color})


def _own_axis(
    place: str, term: AngularAnchor | EuclideanAnchor, axes: Mapping[str, int]
) -> int | None:
    """The axis of the one concept that an anchor draws, or of none where it draws all colours.

    No direction is that of several concepts, of which each has an axis of its own.
    """
    check_labels(place, term, axes)
    if len(term.labels) > 1:
        raise ExperimentError(
            f"{place}.labels: wanted one concept, to draw to its axis, got {list(term.labels)}; "
            "give each concept a term of its own"
        )
    if not term.labels and term.direction is None:
        raise ExperimentError(
            f"{place}: wanted a direction, or the label of a concept to take it from, got neither; "
            "add one of them"
        )
    return next((axes[label] for label in term.labels), None)
