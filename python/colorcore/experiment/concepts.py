"""Concepts and their deletions: what is anchored where, and what is removed with what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from colorcore.colors.named import NAMES, named_rgb
from colorcore.errors import InputError, suggest
from colorcore.experiment.settings import Concept, ExperimentSettings

HEX = re.compile(r"#[0-9a-fA-F]{6}")
# Of words, as the keys are that texts refer to figures by.
NAME = re.compile(r"[A-Za-z][^\W_]*([ _-][^\W_]+)*")
NAMED = "a name of letters and digits, with single hyphens, underscores or spaces between"
TAKEN = "target"  # what columns of results call the concepts of a deletion
FOLDERS = ("figures", "tables", "records")  # beside a deletion's own


class Target(NamedTuple):
    """A concept as its deletion is judged.

    Shapes: `rgb` (3,), in [0, 1], the colour that stands for it; `axis` is the latent dimension
    that it is anchored to.
    """

    name: str
    rgb: tuple[float, float, float]
    axis: int


class Deletion(NamedTuple):
    """Concepts that are removed together."""

    name: str
    targets: tuple[Target, ...]

    @property
    def dims(self) -> list[int]:
        """The latent dimensions that surgery removes."""
        return [target.axis for target in self.targets]

    @property
    def colors(self) -> NDArray[np.float64]:
        """The colours that stand for the concepts. Shapes: (targets, 3), RGB in [0, 1]."""
        return np.array([target.rgb for target in self.targets])

    @property
    def title(self) -> str:
        """The concepts as a text calls them."""
        return listed(target.name for target in self.targets)


def listed(names: Iterable[str]) -> str:
    """Names as a text has them.

    Example:

        >>> listed(["red", "green", "blue"]), listed(["red"])
        ('red, green and blue', 'red')
    """
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def targets(concepts: Mapping[str, Concept]) -> dict[str, Target]:
    """Every concept's colour and axis, by its name.

    Raises: InputError for a concept whose colour cannot be told, a name that no file can bear, or
    an axis that two concepts share.
    """
    found: dict[str, Target] = {}
    for place, (name, concept) in enumerate(concepts.items()):
        if name == TAKEN:
            raise InputError(
                f"concepts.{name}: wanted a name that results do not use otherwise, got that; "
                "rename it"
            )
        if not NAME.fullmatch(name):
            raise InputError(f"concepts.{name}: wanted {NAMED}, got {name!r}; rename it")
        axis = place if concept.axis is None else concept.axis
        taken = [other.name for other in found.values() if other.axis == axis]
        if taken:
            raise InputError(
                f"concepts.{name}.axis: wanted an axis of its own, got {axis}, that of {taken[0]}; "
                "choose another"
            )
        color = name if concept.color is None else concept.color
        found[name] = Target(name, rgb(f"concepts.{name}.color", color), axis)
    tell_apart("concepts", found)
    return found


def tell_apart(place: str, names: Iterable[str]) -> None:
    """Check that names differ in paths and variables.

    Raises: InputError for two that do not.
    """
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(key(name), name)
        if other != name:
            raise InputError(
                f"{place}.{name}: wanted a name that differs from {other!r} in more than a hyphen, "
                "got that; rename one"
            )


def key(name: str) -> str:
    """A name in paths and variables: `ex-2.10.1` → `ex-2-10-1`, `dark gray` → `dark-gray`."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def rgb(place: str, color: str | tuple[float, float, float]) -> tuple[float, float, float]:
    """A colour's channels in [0, 1].

    Raises: InputError for one that is not known, called by its place.
    """
    if isinstance(color, tuple):
        return color
    if color in NAMES:
        red, green, blue = named_rgb(color).tolist()
    elif HEX.fullmatch(color):
        red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    else:
        remedy = suggest(color, NAMES, otherwise="give color: '#rrggbb', or three channels")
        raise InputError(
            f"{place}: wanted a named colour, #rrggbb or three channels in [0, 1], got {color!r}; "
            f"{remedy}"
        )
    return red, green, blue


def deletions(settings: ExperimentSettings) -> dict[str, Deletion]:
    """What surgery removes, by name, the one that the experiment is about first.

    Raises: InputError as `targets` does, and for a deletion of what is no concept.
    """
    known = targets(settings.concepts)
    named = settings.surgery.deletions or _each_and_all(list(known))
    for name, parts in named.items():
        for part in parts:
            if part not in known:
                remedy = suggest(part, known, otherwise="name one of them")
                raise InputError(
                    f"surgery.deletions.{name}: wanted concepts of this file, {list(known)}, got "
                    f"{part!r}; {remedy}"
                )
        if name in FOLDERS:
            raise InputError(
                f"surgery.deletions.{name}: wanted a name that is none of {', '.join(FOLDERS)}, "
                "which are folders of results, got that; rename it"
            )
        if not NAME.fullmatch(name) or len(set(parts)) < len(parts):
            raise InputError(
                f"surgery.deletions.{name}: wanted {NAMED}, and each concept once, got {name!r} of "
                f"{list(parts)}; change it"
            )
    tell_apart("surgery.deletions", named)
    return {name: Deletion(name, tuple(map(known.get, parts))) for name, parts in named.items()}  # type: ignore[arg-type]


def _each_and_all(names: list[str]) -> dict[str, tuple[str, ...]]:
    alone = {name: (name,) for name in names}
    return {**alone, "-and-".join(names): tuple(names)} if len(names) > 1 else alone
