"""Whether the parts of an experiment fit together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from colorcore.errors import InputError, suggest
from colorcore.experiment.concepts import NAME, NAMED, targets, tell_apart
from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.operators import ALWAYS, Labelled
from colorcore.experiment.settings import (
    AngularAnchor,
    AngularSeparation,
    AntiAnchor,
    EuclideanAnchor,
    ExperimentSettings,
    Fallback,
    Hide,
    KeepSubspace,
    Regularizer,
    RepelSubspace,
)

if TYPE_CHECKING:
    from colorcore.experiment.loading import Experiment

LEARNING_RATE = "lr"  # the dopesheet column that is no regularizer's weight
LEAST_FITTED = 20.0  # labels that an eraser is fitted to: no run in 10⁸ has none
LEAST_LABELS = 1.0  # of a concept, expected in a run: of fewer, over a third of runs have none
RESERVED = ("lr", "loss", "recon", "seed", "step")  # columns of the history, not names of terms


def check(path: Path, sheet: Path, experiment: Experiment) -> None:
    """Check that settings, read from `path`, and the dopesheet fit together.

    Raises: ExperimentError, one line that names file, place, what was wanted, what came and the
    remedy.
    """
    if not experiment.title.strip():
        raise ExperimentError(
            f"{path}: title: wanted one that says something, got {experiment.title!r}; write one"
        )
    _check_columns(path, sheet, experiment)
    _check_labelled(path, experiment)
    _check_geometry(path, experiment)
    _check_snapshots(path, experiment)
    _check_operators(path, experiment)


def near(got: str, known: Collection[str]) -> str:
    """The remedy for a name that is not known: the nearest one, where one is near."""
    return suggest(got, known, otherwise="remove or rename it")


def _check_labelled(path: Path, experiment: Experiment) -> None:
    """Of each concept there are colours to be labelled with it, and what is anchored will be."""
    try:
        expected = experiment.expected_labels
    except InputError as error:
        raise ExperimentError(f"{path}: {error}") from None
    for name in experiment.anchored:
        if expected[name] < LEAST_LABELS:
            raise ExperimentError(
                f"{path}: concepts.{name}: wanted at least {LEAST_LABELS:g} label expected in the "
                f"{experiment.anchoring_steps[name]} steps of a run that anchor it, got "
                f"{expected[name]:.2g}; raise its rate or its affinities, or train longer"
            )


def _check_operators(path: Path, experiment: Experiment) -> None:
    """Operators are told apart, and those that go by few labels will have some."""
    tell_apart(f"{path}: operators", [*ALWAYS, *experiment.operators])
    for name in experiment.operators:
        if name in ALWAYS or not NAME.fullmatch(name):
            raise ExperimentError(
                f"{path}: operators.{name}: wanted {NAMED}, and none of {', '.join(ALWAYS)}, which "
                f"there always are, got {name!r}; rename it"
            )
    by_few = [
        name
        for name, operator in experiment.operators.items()
        if isinstance(operator, Labelled) and operator.labels == "few"
    ]
    if by_few:
        _check_few(f"{path}: operators.{by_few[0]}.labels", experiment)


def _check_few(place: str, experiment: Experiment) -> None:
    seen = experiment.seen_labels
    for target in experiment.deletion.targets:
        if seen[target.name] < LEAST_FITTED:
            raise ExperimentError(
                f"{place}: wanted at least {LEAST_FITTED:g} labels of {target.name} expected in a "
                f"run, to be fitted to, got {seen[target.name]:.2g}; raise its rate, or go by "
                "perfect ones"
            )


def _check_columns(settings: Path, sheet: Path, experiment: Experiment) -> None:
    """Each regularizer has a weight in the dopesheet, and each weight a regularizer."""
    columns, terms = experiment.schedule.properties, list(experiment.regularizers)
    if LEARNING_RATE not in columns:
        raise ExperimentError(f"{sheet}, row 1: wanted a column lr, got {columns}; add it")
    tell_apart(f"{settings}: regularizers", terms)
    for term in terms:
        if not NAME.fullmatch(term):
            raise ExperimentError(
                f"{settings}: regularizers.{' '.join(term.split())}: wanted {NAMED}, got {term!r}; "
                "rename it"
            )
        if term in RESERVED or term.startswith("labelled_"):
            raise ExperimentError(
                f"{settings}: regularizers.{term}: wanted a name that the history does not use "
                f"otherwise, got {term!r}; rename it, reg-{term} say"
            )
    lowest = experiment.schedule.table[columns].min()
    for column in columns:
        if lowest[column] < 0:
            raise ExperimentError(
                f"{sheet}, column {column}: wanted nothing below 0, got {lowest[column]:g}; raise "
                "it"
            )
        if column != LEARNING_RATE and column not in terms:
            raise ExperimentError(
                f"{sheet}, row 1, column {column!r}: wanted lr or a regularizer of {settings}, "
                f"{', '.join(terms)}; {near(column, terms)}"
            )
    for term in terms:
        if term not in columns:
            raise ExperimentError(
                f"{settings}: regularizers.{term}: wanted a column of that name in {sheet}, "
                f"got {columns}; add it"
            )


def _check_geometry(path: Path, experiment: Experiment) -> None:
    """Directions and dimensions fit the bottleneck, and labels exist."""
    latent = experiment.model.latent
    for name, term in experiment.regularizers.items():
        place = f"{path}: regularizers.{name}"
        check_labels(place, term, experiment.concepts)
        if isinstance(term, AntiAnchor | Fallback):
            _check_direction(place, term.direction, latent)
        if isinstance(term, AngularAnchor | EuclideanAnchor) and term.direction:
            _check_direction(place, term.direction, latent)
            _check_anchored(place, term, experiment)
        if isinstance(term, AngularAnchor):
            _check_tilt(place, term, experiment)
        if isinstance(term, Hide) and not _has_rest(experiment):
            raise ExperimentError(
                f"{place}: wanted a dimension of the {latent} that is the axis of no concept, to "
                "hide along, got none; raise model.latent or leave this term out"
            )
        if isinstance(term, RepelSubspace | KeepSubspace) and term.dims:
            _check_dims(f"{place}.dims", term.dims, latent)
        if isinstance(term, AngularSeparation) and not term.shift and term.power % 1:
            raise ExperimentError(
                f"{place}.power: wanted a whole number when shift is false, since cosines can be "
                f"negative, got {term.power:g}; round it or set shift: true"
            )
    if experiment.routing is not None:
        _check_routed(f"{path}: routing", experiment.routing.labels, experiment.concepts)
    for name, deletion in experiment.deletions.items():
        if len(deletion.dims) == latent:
            raise ExperimentError(
                f"{path}: surgery.deletions.{name}: wanted at least one dimension to be left, got "
                f"all {latent}; delete fewer concepts or raise model.latent"
            )


def check_axes(path: Path, settings: ExperimentSettings) -> None:
    """Check that the concepts' axes are dimensions of the bottleneck.

    Raises: ExperimentError naming one that is not.
    """
    for name, target in targets(settings.concepts).items():
        _check_dims(f"{path}: concepts.{name}.axis", (target.axis,), settings.model.latent)


def check_labels(place: str, term: Regularizer, known: Collection[str]) -> None:
    """Check that a term's labels are concepts.

    Raises: ExperimentError naming one that is not.
    """
    _check_known(place, term.labels, known)


def _check_known(place: str, labels: Iterable[str], known: Collection[str]) -> None:
    for label in labels:
        if label not in known:
            raise ExperimentError(
                f"{place}.labels: wanted concepts of this file, {list(known)}, got {label!r}; "
                f"{near(label, known)}"
            )


def _check_routed(place: str, labels: tuple[str, ...], known: Collection[str]) -> None:
    """Labels along whose axes gradients pass are concepts, each named once."""
    _check_known(place, labels, known)
    if len(set(labels)) < len(labels):
        raise ExperimentError(
            f"{place}.labels: wanted each concept once, got {list(labels)}; leave one out"
        )


def _check_direction(place: str, direction: tuple[float, ...], latent: int) -> None:
    if len(direction) != latent or not any(direction):
        raise ExperimentError(
            f"{place}.direction: wanted {latent} numbers that are not all 0, as model.latent says, "
            f"got {list(direction)}; change one of them"
        )


def _check_anchored(
    place: str, term: AngularAnchor | EuclideanAnchor, experiment: Experiment
) -> None:
    """What has a label is drawn to its own axis, which surgery removes."""
    direction = term.direction
    assert direction
    axes = {label: experiment.targets[label].axis for label in term.labels}
    for label, axis in axes.items():
        other = [value for at, value in enumerate(direction) if at != axis]
        if direction[axis] <= 0 or any(other):
            raise ExperimentError(
                f"{place}.direction: wanted one along axis {axis} alone, that of {label}, which "
                f"surgery removes, got {list(direction)}; leave it out or change concepts' axes"
            )


def _check_tilt(place: str, term: AngularAnchor, experiment: Experiment) -> None:
    """There is somewhere to tilt to, and, toward the nearest, someone who is sought by others."""
    if term.tilt and not _has_rest(experiment):
        raise ExperimentError(
            f"{place}.tilt: wanted a dimension of the {experiment.model.latent} that is the axis "
            "of no concept, to tilt to, got none; raise model.latent or leave tilt out"
        )
    if term.toward == "nearest" and not term.tilt:
        raise ExperimentError(
            f"{place}.toward: wanted a tilt above 0 with nearest, got 0; say how far, tilt: 0.3 say"
        )
    if term.toward == "nearest" and not term.labels:
        raise ExperimentError(
            f"{place}.toward: wanted labels with nearest, which is sought for labelled samples "
            "among the others, got none; add labels or leave toward out"
        )


def _has_rest(experiment: Experiment) -> bool:
    """Whether some dimension is the axis of no concept."""
    axes = {target.axis for target in experiment.targets.values()}
    return len(axes) < experiment.model.latent


def _check_dims(place: str, dims: tuple[int, ...], latent: int) -> None:
    if max(dims) >= latent or len(set(dims)) < len(dims):
        raise ExperimentError(
            f"{place}: wanted different dimensions in 0…{latent - 1}, as model.latent says, "
            f"got {list(dims)}; change one of them"
        )


def _check_snapshots(path: Path, experiment: Experiment) -> None:
    moments, last = experiment.snapshots, experiment.schedule.steps
    if list(moments) != sorted(set(moments)) or moments[-1:] != (last,):
        raise ExperimentError(
            f"{path}: snapshots: wanted increasing steps that end with {last}, after training, "
            f"got {list(moments)}; change them"
        )
