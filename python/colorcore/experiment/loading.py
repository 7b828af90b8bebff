"""Experiments: a folder with settings and a dopesheet, read into typed, frozen values."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar, get_args

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from colorcore import schedule
from colorcore.errors import InputError, unknown
from colorcore.experiment import concepts, labels, palette
from colorcore.experiment import folder as folders
from colorcore.experiment.checks import check, check_axes, near
from colorcore.experiment.concepts import Deletion, Target
from colorcore.experiment.directed import directed
from colorcore.experiment.fields import SEEDS, Settings
from colorcore.experiment.folder import SETTINGS, ExperimentError
from colorcore.experiment.operators import Operator
from colorcore.experiment.palette import Palette
from colorcore.experiment.settings import (
    AngularAnchor,
    EuclideanAnchor,
    ExperimentSettings,
    Regularizer,
)
from colorcore.schedule import Schedule

T = TypeVar("T")


SPHERE = 3  # dimensions of a view
TAGS = {"term": Regularizer, "operator": Operator}  # by what key each kind is told


class Experiment(ExperimentSettings):
    """One experiment: its settings, its folder, whose name it bears, its schedule and colours."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    folder: Path
    schedule: Schedule
    palette: Palette
    deletions: dict[str, Deletion]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def deletion(self) -> Deletion:
        """The first deletion: what the experiment is about where nothing else is said."""
        return next(iter(self.deletions.values()))

    def chosen(self, name: str) -> Deletion:
        """A deletion by its name, or the first.

        Raises: InputError when there is no such deletion.
        """
        if name and name not in self.deletions:
            raise unknown("deletion", name, self.deletions)
        return self.deletions[name] if name else self.deletion

    def seeds(self, count: int) -> range:
        """The seeds of so many runs.

        Raises: ExperimentError when there are not so many from the first on.
        """
        if self.first_seed + count > SEEDS:
            raise ExperimentError(
                f"{self.folder / SETTINGS}: first_seed: wanted at most {SEEDS - count}, which "
                f"leaves {count} seeds below 2^63, got {self.first_seed}; lower it"
            )
        return range(self.first_seed, self.first_seed + count)

    def leaves_sphere(self, deletion: Deletion) -> bool:
        """Whether a deletion takes one axis and leaves dimensions enough for a sphere to show."""
        return len(deletion.dims) == 1 and self.model.latent > SPHERE

    @property
    def anchored(self) -> list[str]:
        """The concepts that a term with a weight draws to their axes."""
        return [name for name, steps in self.anchoring_steps.items() if steps]

    @property
    def anchoring_steps(self) -> dict[str, int]:
        """In how many steps a term with a weight draws each concept to its axis."""
        table, anchors = self.schedule.table, self.regularizers.items()
        weights = {
            name: [
                table[column]
                for column, term in anchors
                if isinstance(term, AngularAnchor | EuclideanAnchor) and name in term.labels
            ]
            for name in self.concepts
        }
        return {name: int(np.count_nonzero(sum(each))) for name, each in weights.items()}

    @property
    def expected_labels(self) -> dict[str, float]:
        """How many samples of a run each concept is expected to label while it is anchored."""
        rates = self._labels_a_step()
        return {name: steps * rates[name] for name, steps in self.anchoring_steps.items()}

    @property
    def seen_labels(self) -> dict[str, float]:
        """How many samples of a run each concept is expected to label in all its steps."""
        return {name: self.schedule.steps * rate for name, rate in self._labels_a_step().items()}

    def _labels_a_step(self) -> dict[str, float]:
        shares = labels.probabilities(
            self.palette, self.concepts.values(), self.targets.values()
        ).mean(axis=0)
        return dict(zip(self.concepts, (self.data.batch_size * shares).tolist(), strict=True))

    @property
    def targets(self) -> dict[str, Target]:
        """Every concept's colour and axis, by its name."""
        return concepts.targets(self.concepts)


def load(folder: Path) -> Experiment:
    """Read an experiment and check that its parts fit together.

    Raises: ExperimentError or ScheduleError, one line that names file, place, what was wanted, what
    came and the remedy.
    """
    path, files = folder / SETTINGS, folders.files(folder)
    settings = validate(path, folders.content(folder), ExperimentSettings)
    try:
        deletions = concepts.deletions(settings)
    except InputError as error:
        raise ExperimentError(f"{path}: {error}") from None
    check_axes(path, settings)
    experiment = Experiment(
        **{**dict(settings), "regularizers": directed(path, settings)},
        folder=folder.resolve(),
        schedule=schedule.read(files.dopesheet),
        palette=_palette(path, settings, files.data),
        deletions=deletions,
    )
    check(path, files.dopesheet, experiment)
    return experiment


def _palette(path: Path, settings: ExperimentSettings, data: Path | None) -> Palette:
    columns = {name: c.column for name, c in settings.concepts.items() if c.column is not None}
    if data is not None:
        return palette.read(data, uses=list(columns.values()))
    for name, column in columns.items():
        raise ExperimentError(
            f"{path}: concepts.{name}.column: wanted a file with that column as data.csv, got a "
            f"cube, which has no {column!r}; name a file or choose another affinity"
        )
    assert settings.data.cube is not None
    return palette.of_cube(settings.data.cube)


def read_settings(path: Path, kind: type[T]) -> T:
    """Read a YAML file of an experiment's folder into settings of one kind.

    Raises: ExperimentError, one line that names file, place, what was wanted, what came and the
    remedy.
    """
    return validate(path, folders.read(path), kind)


def validate(place: Path | str, content: Any, kind: type[T]) -> T:
    """What a file says, as settings or a value of one kind; errors call it by `place`.

    Raises: ExperimentError as `read_settings` does.
    """
    try:
        return TypeAdapter(kind).validate_python(content)
    except ValidationError as error:
        raise ExperimentError(f"{place}: {_explain(error.errors())}") from None


def _explain(errors: list[Any]) -> str:
    """The first of pydantic's errors as place, wanted, came and remedy.

    An unknown key comes first: it may be a missing one, misspelt.
    """
    error = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    place = ".".join(str(part) for part in error["loc"] if part not in _tags())
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        *beside, got = error["loc"]
        missing = [
            str(e["loc"][-1])
            for e in errors
            if e["type"] == "missing" and list(e["loc"][:-1]) == beside
        ]
        known = missing or [key for key in _keys() if key != got]
        return f"{place}: wanted only known keys, got this one; {near(str(got), known)}"
    if kind == "missing":
        return f"{place}: wanted a value, got none; add it"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        by = context["discriminator"].strip("'")
        place, known = f"{place}.{by}", _tags(by)
        wanted = f"{place}: wanted one of {', '.join(known)}"
        if kind == "union_tag_not_found":
            return f"{wanted}, got none; add it"
        return f"{wanted}, got {context['tag']!r}; {near(str(context['tag']), known)}"
    if kind == "too_short":
        return f"{place}: wanted at least {context['min_length']}, got {error['input']!r}; add one"
    if kind == "value_error":
        said = str(context["error"])
        got = "" if ", got" in said else f", got {error['input']!r}"
        return f"{place}: {said}{got}; change it"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        wanted = "wanted keys and their values"
    else:
        said = error["msg"].replace("Input should be", "wanted")
        wanted = said.replace("Input should have", "wanted")
    return f"{place}: {wanted}, got {error['input']!r}; change it".removeprefix(": ")


def _tags(*by: str) -> list[str]:
    """What tells the kinds of settings that stand at one place: of terms, or of operators."""
    return [
        get_args(kind.model_fields[name].annotation)[0]
        for name, kinds in TAGS.items()
        if name in (by or TAGS)
        for kind in get_args(kinds)
    ]


def _keys() -> list[str]:
    return sorted({name for kind in _kinds(Settings) for name in kind.model_fields})


def _kinds(base: type[Settings]) -> list[type[Settings]]:
    """All settings there are, Experiment itself, which no file holds, left out."""
    below = [kind for kind in base.__subclasses__() if kind is not Experiment]
    return [*below, *(kind for each in below for kind in _kinds(each))]
