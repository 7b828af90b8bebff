"""What is tried of an experiment: settings of its operators, and of the training before them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Annotated, TypeVar

from pydantic import Field

from colorcore.errors import unknown
from colorcore.experiment.fields import Dim, NotNegative, Settings
from colorcore.experiment.folder import GRID, ExperimentError
from colorcore.experiment.loading import Experiment, read_settings, validate
from colorcore.experiment.operators import ABLATED, Operator, hyperparameters
from colorcore.experiment.settings import Routing
from colorcore.search.settings import Seeds

T = TypeVar("T")
Tries = Annotated[tuple[T, ...], Field(strict=False, min_length=1)]
Values = dict[str, float | str]

AS_IT_IS = "as it is"  # what nothing is varied of


class Trained(Settings):
    """What is varied in training, where every combination is trained.

    `weights` are factors of columns of the dopesheet, `phases` the steps at which those begin that
    it names, `routing` values of its keys. That training is best under which the operator `by`, at
    its best setting, scores best.
    """

    by: str = ABLATED
    weights: dict[str, Tries[NotNegative]] = Field(default_factory=dict)
    phases: dict[str, Tries[Dim]] = Field(default_factory=dict)
    routing: dict[str, Tries[str]] = Field(default_factory=dict)


class Grid(Settings):
    """What grid.yaml holds: of each operator, what is tried of all that it can be set to."""

    seeds: Seeds
    training: Trained = Trained()
    operators: dict[str, dict[str, Tries[int | float]]] = Field(default_factory=dict)

    @property
    def axes(self) -> dict[str, tuple[float | str, ...]]:
        """What is tried of each thing that is varied in training, by `kind.name`."""
        kinds = self.training.model_dump(exclude={"by"})
        return {f"{kind}.{name}": each for kind, of in kinds.items() for name, each in of.items()}

    @property
    def trainings(self) -> list[Values]:
        """Every combination of these."""
        return combinations(self.axes)

    @property
    def settings(self) -> dict[str, list[Values]]:
        """Every combination of each operator's settings."""
        return {name: combinations(axes) for name, axes in self.operators.items()}


def combinations(axes: dict[str, tuple]) -> list[Values]:
    """Every combination, the last axis varied first.

    Example:

        >>> combinations({"angle": (60, 90), "power": (1, 2)})[:2]
        [{'angle': 60, 'power': 1}, {'angle': 60, 'power': 2}]
    """
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def spelled(values: Values) -> str:
    """A combination, as tables call it.

    Example:

        >>> spelled({"angle": 60.0, "routing.layer": "encoder"})
        'angle 60, routing.layer encoder'
    """
    each = (f"{k} {v if isinstance(v, str) else format(v, 'g')}" for k, v in values.items())
    return ", ".join(each) or AS_IT_IS


def read(experiment: Experiment) -> Grid:
    """The grid of an experiment, whose operators, columns and phases it names.

    Raises: ExperimentError, one line that names file, place, what was wanted, what came and the
    remedy.
    """
    path = experiment.folder / GRID
    grid = read_settings(path, Grid)
    for name in grid.operators:
        _check_operator(f"{path}: operators", name, grid, experiment)
    place, trained = f"{path}: training", grid.training
    _check_known(f"{place}.by", trained.by, [ABLATED, *experiment.operators])
    for column in trained.weights:
        _check_known(f"{place}.weights", column, experiment.regularizers)
    phases = experiment.schedule.phases["phase"]
    for phase in trained.phases:
        _check_known(f"{place}.phases", phase, phases[~phases.duplicated(keep=False)])
    _check_routing(f"{place}.routing", grid, experiment)
    return grid


def _check_known(place: str, name: str, known: Iterable[str]) -> None:
    if name not in list(known):
        raise ExperimentError(str(unknown(place, name, known)))


def _check_operator(place: str, name: str, grid: Grid, experiment: Experiment) -> None:
    """Its operator is tried with all that it can be set to, and can be set to that."""
    _check_known(place, name, experiment.operators)
    wanted, axes = hyperparameters(experiment.operators[name]), grid.operators[name]
    if set(axes) != set(wanted):
        raise ExperimentError(
            f"{place}.{name}: wanted values to try of {', '.join(wanted) or 'nothing'}, got "
            f"{', '.join(axes) or 'none'}; name those, each with its values"
        )
    for values in grid.settings[name]:
        operator_with(f"{place}.{name}", experiment.operators[name], values)


def _check_routing(place: str, grid: Grid, experiment: Experiment) -> None:
    varied = grid.training.routing
    if varied and experiment.routing is None:
        raise ExperimentError(
            f"{place}: wanted an experiment that routes gradients, got {experiment.name}, which "
            "does not; leave it out"
        )
    for values in combinations(dict(varied)):
        routed_with(place, experiment.routing, values)


def operator_with(place: str, operator: Operator, values: Values) -> Operator:
    """An operator with other settings; errors call them by `place`."""
    return validate(place, {**operator.model_dump(), **values}, type(operator))


def routed_with(place: str, routing: Routing | None, values: Values) -> Routing | None:
    """Routing with other settings, where there is some; errors call them by `place`."""
    if routing is None:
        return None
    return validate(place, {**routing.model_dump(), **values}, Routing)
