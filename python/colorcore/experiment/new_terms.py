"""The terms of a new experiment, of those of the one that it is like."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from colorcore.errors import InputError
from colorcore.experiment import folder as folders
from colorcore.experiment.loading import Experiment
from colorcore.schedule.sheet import rows_of, text_of


def terms(
    model: Experiment, axes: dict[str, int], sheet: str, latent: int
) -> tuple[dict[str, Any], str]:
    """The regularizers, those of one concept once for each, and the dopesheet to go with them.

    A term is of the concepts whose labels it asks for or, without labels, of that along whose axis
    it points. It serves those that take their places, and one of the first also all further ones.
    """
    found: dict[str, Any] = {}
    called: dict[str, list[str]] = {}  # what the terms that come of one are called
    known = list(model.concepts)
    for name, term in folders.content(model.folder)["regularizers"].items():
        places = _places(term, model)
        if places is None:
            found[name] = _widened(name, term, latent)
            continue
        served = _served(places, len(known), axes)
        called[name] = []
        for concept, place in served.items():
            own = _renamed(name, known[place], concept, alone=len(served) == 1)
            called[name].append(own)
            moved = _moved(name, term, model.targets[known[place]].axis, axes[concept], latent)
            found[own] = {
                **moved,
                **({"labels": {concept: places[place]}} if places[place] else {}),
            }
    return found, _resheeted(sheet, called)


def routed(routing: dict[str, Any], model: Experiment, axes: dict[str, int]) -> list[str]:
    """Whose gradients are routed: those in the places of the model's that are, as terms have it."""
    known = list(model.concepts)
    places = {known.index(label) for label in routing["labels"]}
    return list(_served(places, len(known), axes))


def _served(places: Collection[int], known: int, names: Iterable[str]) -> dict[str, int]:
    """The new concepts of what was of those in some places, and the place that each is served by.

    Those that take their places, and, of what was of the first, also all further ones.
    """
    return {
        concept: place if place in places else 0
        for place, concept in enumerate(names)
        if place in places or (place >= known and 0 in places)
    }


def _places(term: dict[str, Any], model: Experiment) -> dict[int, float] | None:
    """Whose term it is, by place among the concepts, and how much each label counts; or nobody's.

    A term of all concepts' axes is one of nobody: it has those of the new ones, too.
    """
    labels, own = term.get("labels"), [target.axis for target in model.targets.values()]
    if labels:
        known = list(model.concepts)
        return {known.index(label): weight for label, weight in labels.items()}
    direction = [axis for axis, value in enumerate(term.get("direction", ())) if value]
    (axis, *others) = [*direction, *term.get("dims", ())] or [None]
    return {own.index(axis): 0.0} if axis in own and not others else None


def _renamed(name: str, old: str, new: str, *, alone: bool) -> str:
    """What a term is called that is of another concept, or of one of several."""
    word = re.compile(rf"(?<![^\W_]){re.escape(old)}(?![^\W_])")
    if word.search(name):
        return word.sub(new, name)
    return name if alone else f"{name}-{new}"


def _resheeted(sheet: str, called: dict[str, list[str]]) -> str:
    """A dopesheet with the columns of some terms as often as there are terms of them."""
    header, *rows = rows_of(sheet)
    places = []  # of the old cells, and what their columns are called
    for place, cell in enumerate(header):
        name, *rest = cell.split(":")
        places += [(place, ":".join([own, *rest])) for own in called.get(name, [name])]
    return text_of([[cell for _, cell in places], *([row[i] for i, _ in places] for row in rows)])


def _widened(name: str, term: dict[str, Any], latent: int) -> dict[str, Any]:
    """A term of no concept in a bottleneck of so many dimensions."""
    if "direction" not in term:
        return term
    direction = [*term["direction"], *[0] * latent]
    if any(direction[latent:]):
        raise _fixed(name, "direction", term)
    return {**term, "direction": direction[:latent]}


def _moved(name: str, term: dict[str, Any], axis: int, own: int, latent: int) -> dict[str, Any]:
    """A term that points along one axis, pointing along a concept's own."""
    moved = dict(term)
    if "direction" in term:
        along = term["direction"][axis]
        if [k for k, value in enumerate(term["direction"]) if value] != [axis]:
            raise _fixed(name, "direction", term)
        moved["direction"] = [along if k == own else 0 for k in range(latent)]
    if "dims" in term:
        if list(term["dims"]) != [axis]:
            raise _fixed(name, "dims", term)
        moved["dims"] = [own]
    return moved


def _fixed(name: str, key: str, term: dict[str, Any]) -> InputError:
    return InputError(
        f"like: regularizers.{name}.{key}: wanted the axis of a concept, to put another's in its "
        f"place, got {term[key]}; name an experiment whose terms point along axes"
    )
