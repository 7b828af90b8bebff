"""Experiments: a folder with settings and a dopesheet, read into typed, frozen values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ConfigDict, ValidationError

from colorcore import schedule
from colorcore.errors import suggest
from colorcore.experiment import folder as folders
from colorcore.experiment.folder import SETTINGS, ExperimentError
from colorcore.experiment.settings import (
    AngularAnchor,
    AngularSeparation,
    AntiAnchor,
    EuclideanAnchor,
    ExperimentSettings,
    KeepSubspace,
    Regularizer,
    RepelSubspace,
    Settings,
)
from colorcore.schedule.dopesheet import Schedule

LEARNING_RATE = "lr"  # the dopesheet column that is no regularizer's weight
RESERVED = ("lr", "loss", "recon", "seed", "step")  # columns of the history, not names of terms


AnySettings = TypeVar("AnySettings", bound=Settings)


class Experiment(ExperimentSettings):
    """One experiment: its settings, its folder, whose name it bears, and its resolved schedule."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    folder: Path
    schedule: Schedule

    @property
    def name(self) -> str:
        return self.folder.name


def load(folder: Path) -> Experiment:
    """Read an experiment and check that its parts fit together.

    Raises: ExperimentError or ScheduleError, one line that names file, place, what was wanted, what
    came and the remedy.
    """
    path = folder / SETTINGS
    settings = _validate(path, folders.content(folder), ExperimentSettings)
    sheet = folders.files(folder).dopesheet
    experiment = Experiment(
        **dict(settings), folder=folder.resolve(), schedule=schedule.read(sheet)
    )
    _check_columns(path, sheet, experiment)
    _check_geometry(path, experiment)
    _check_snapshots(path, experiment)
    return experiment


def read_settings(path: Path, kind: type[AnySettings]) -> AnySettings:
    """Read a YAML file of an experiment's folder into settings of one kind.

    Raises: ExperimentError, one line that names file, place, what was wanted, what came and the
    remedy.
    """
    return _validate(path, folders.read(path), kind)


def _validate(path: Path, content: Any, kind: type[AnySettings]) -> AnySettings:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise ExperimentError(f"{path}: {_explain(error.errors())}") from None


def _explain(errors: list[Any]) -> str:
    """The first of pydantic's errors as place, wanted, came and remedy.

    An unknown key comes first: it may be a missing one, misspelt.
    """
    error = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    place = ".".join(str(part) for part in error["loc"] if part not in _terms())
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        *beside, got = error["loc"]
        missing = [
            str(e["loc"][-1])
            for e in errors
            if e["type"] == "missing" and list(e["loc"][:-1]) == beside
        ]
        near = _near(str(got), missing or _keys())
        return f"{place}: wanted only known keys, got this one; {near}"
    if kind == "missing":
        return f"{place}: wanted a value, got none; add it"
    if kind == "union_tag_not_found":
        return f"{place}.term: wanted one of {', '.join(_terms())}, got none; add it"
    if kind == "union_tag_invalid":
        tag, known = str(context["tag"]), ", ".join(_terms())
        return f"{place}.term: wanted one of {known}, got {tag!r}; {_near(tag, _terms())}"
    wanted = (
        error["msg"].replace("Input should be", "wanted").replace("Input should have", "wanted")
    )
    remedy = "write it with a point, as 1.0e-8" if _is_float(error["input"]) else "change it"
    return f"{place or 'the file'}: {wanted}, got {error['input']!r}; {remedy}"


def _is_float(value: object) -> bool:
    """Whether a text is a number that YAML takes for a text, as it does 1e-8."""
    return isinstance(value, str) and re.fullmatch(r"[+-]?\d+e[+-]?\d+", value) is not None


def _near(got: str, known: list[str]) -> str:
    return suggest(got, known, otherwise="remove or rename it")


def _terms() -> list[str]:
    return [get_args(kind.model_fields["term"].annotation)[0] for kind in get_args(Regularizer)]


def _keys() -> list[str]:
    return sorted({name for kind in _kinds(Settings) for name in kind.model_fields})


def _kinds(base: type[Settings]) -> list[type[Settings]]:
    """All settings there are, Experiment itself, which no file holds, left out."""
    below = [kind for kind in base.__subclasses__() if kind is not Experiment]
    return [*below, *(kind for each in below for kind in _kinds(each))]


def _check_columns(settings: Path, sheet: Path, experiment: Experiment) -> None:
    """Each regularizer has a weight in the dopesheet, and each weight a regularizer."""
    columns, terms = experiment.schedule.properties, list(experiment.regularizers)
    if LEARNING_RATE not in columns:
        raise ExperimentError(f"{sheet}, row 1: wanted a column lr, got {columns}; add it")
    slowest = experiment.schedule.table[LEARNING_RATE].min()
    if slowest < 0:
        raise ExperimentError(
            f"{sheet}, column lr: wanted no rate below 0, got {slowest:g}; raise it"
        )
    for term in terms:
        if term in RESERVED or term.startswith("labelled_"):
            raise ExperimentError(
                f"{settings}: regularizers.{term}: wanted a name that the history does not use "
                f"otherwise, got {term!r}; rename it, reg-{term} say"
            )
    for column in columns:
        if column != LEARNING_RATE and column not in terms:
            raise ExperimentError(
                f"{sheet}, row 1, column {column!r}: wanted lr or a regularizer of {settings}, "
                f"{', '.join(terms)}; {_near(column, terms)}"
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
        for label in term.labels:
            if label not in experiment.labels:
                known = list(experiment.labels)
                raise ExperimentError(
                    f"{place}.labels: wanted labels of this file, {known}, got {label!r}; "
                    f"{_near(label, known)}"
                )
        if isinstance(term, AngularAnchor | EuclideanAnchor | AntiAnchor):
            _check_direction(place, term.direction, latent)
        if isinstance(term, RepelSubspace | KeepSubspace):
            _check_dims(f"{place}.dims", term.dims, latent)
        if isinstance(term, AngularSeparation) and not term.shift and term.power % 1:
            raise ExperimentError(
                f"{place}.power: wanted a whole number when shift is false, since cosines can be "
                f"negative, got {term.power:g}; round it or set shift: true"
            )
    _check_dims(f"{path}: surgery.dims", experiment.surgery.dims, latent)
    if len(experiment.surgery.dims) == latent:
        raise ExperimentError(
            f"{path}: surgery.dims: wanted at least one dimension to be left, got all {latent}; "
            "drop one"
        )


def _check_direction(place: str, direction: tuple[float, ...], latent: int) -> None:
    if len(direction) != latent or not any(direction):
        raise ExperimentError(
            f"{place}.direction: wanted {latent} numbers that are not all 0, as model.latent says, "
            f"got {list(direction)}; change one of them"
        )


def _check_dims(place: str, dims: tuple[int, ...], latent: int) -> None:
    if max(dims) >= latent or len(set(dims)) < len(dims):
        raise ExperimentError(
            f"{place}: wanted different dimensions in 0…{latent - 1}, as model.latent says, "
            f"got {list(dims)}; change one of them"
        )


def _check_snapshots(path: Path, experiment: Experiment) -> None:
    moments, last = experiment.snapshots, experiment.schedule.steps
    if list(moments) != sorted(set(moments)) or moments[-1] != last:
        raise ExperimentError(
            f"{path}: snapshots: wanted increasing steps that end with {last}, after training, "
            f"got {list(moments)}; change them"
        )
