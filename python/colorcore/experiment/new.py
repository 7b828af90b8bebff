"""A new experiment, like another one but for its concepts and its data."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from colorcore.errors import InputError, unknown
from colorcore.experiment import folder as folders
from colorcore.experiment.concepts import targets
from colorcore.experiment.folder import BASE, DOPESHEET, SETTINGS
from colorcore.experiment.labels import affinity, probabilities
from colorcore.experiment.loading import Experiment, load
from colorcore.experiment.palette import Palette, columns, read
from colorcore.experiment.settings import Concept
from colorcore.outputs import write_text
from colorcore.schedule.dopesheet import read_text

SIMILARITY_POWER = 6.0  # of a new concept's similarity: few colours but its own are then labelled
DIGITS = 2  # of a rate
DATA = "colors.csv"


def create(
    folder: Path, like: str, concepts: Sequence[str], *, data: Path | None, based: bool
) -> Experiment:
    """Write the folder of an experiment that runs, and load it.

    Each of `concepts` is a name, or a name and a colour, `sky=#87ceeb`. One that a column of `data`
    is called by is labelled by that column; one that `like` has too is taken over as it is; any
    other is labelled by similarity to its colour. New ones expect as many labels as the first of
    `like`.

    The first take the places of the concepts of `like`: their axes, and the terms that ask for
    their labels. Each further one has a latent dimension more, and terms as the first has.

    With `based`, the folder says only what differs from `like`, and names it as its base.

    Raises: InputError when the folder is there already, is not beside `like` or cannot be called
    so; for a concept that is named twice, or whose colour is not known; when terms of `like` point
    where no axis of its concepts does.
    """
    if folder.exists():
        raise InputError(
            f"{folder}: wanted a folder that is not there yet, got one that is; choose another"
        )
    folders.check_name(folder)
    parts = [text.partition("=") for text in concepts]
    colors = {name: color for name, _, color in parts}
    if len(colors) < len(concepts):
        names = ", ".join(name for name, _, _ in parts)
        raise InputError(f"concept: wanted each once, got {names}; leave one out")
    known = sorted(path.parent.name for path in folder.parent.glob(f"*/{SETTINGS}"))
    if not known:
        raise InputError(
            f"{folder}: wanted a folder beside other experiments, got one in {folder.parent}, "
            f"which holds none; write it as experiments/{folder.name}"
        )
    if like not in known:
        raise unknown("like", like, known)
    model = load(folder.parent / like)
    content = folders.content(folder.parent / like)
    source = data or folders.files(model.folder).data
    palette = _palette(source, colors, model.concepts if data is None else ()) or model.palette
    content["title"] = f"Delete {' and '.join(colors)}"
    content["model"]["latent"] += len(colors) - len(model.concepts)
    axes = _axes(model, list(colors), content["model"]["latent"])
    content["concepts"] = _concepts(colors, model, palette, axes)
    if data is None and based:
        source = None  # that of the base
    if source:
        content["data"] = {"csv": DATA, "batch_size": model.data.batch_size}
    content.get("surgery", {}).pop("deletions", None)
    content["regularizers"], sheet = _anchors(
        model, axes, read_text(folders.files(model.folder).dopesheet), content["model"]["latent"]
    )
    return _write(folder, like, content, sheet, data=source, based=based)


def _palette(source: Path | None, colors: dict[str, str], kept: Collection[str]) -> Palette | None:
    """The colours of a file, with the columns that concepts are to be labelled by.

    Those that are `kept` as they are, and given no other colour, are not.
    """
    if source is None:
        return None
    known = columns(source)
    wanted = [name for name, color in colors.items() if color or name not in kept]
    return read(source, uses=[name for name in wanted if name in known])


def _axes(model: Experiment, names: list[str], latent: int) -> dict[str, int]:
    """The axis of each concept: that of the one whose place it takes, or else a free one."""
    first = [target.axis for target in model.targets.values()][: len(names)]
    kept = [axis for axis in first if axis < latent]
    free = [axis for axis in range(latent) if axis not in kept]
    found = [axis if axis in kept else free.pop(0) for axis in first]
    return dict(zip(names, [*found, *free], strict=False))


def _concepts(
    colors: dict[str, str], model: Experiment, palette: Palette, axes: dict[str, int]
) -> dict[str, Any]:
    """The settings of each concept."""
    share = probabilities(palette=model.palette, concepts=list(model.concepts.values())[:1],
                          targets=list(model.targets.values())[:1]).mean()  # fmt: skip
    found: dict[str, Any] = {}
    for name, color in colors.items():
        if name in palette.columns:
            concept = {"affinity": "column", "column": name, "power": 1.0}
            found[name] = _with_rate(name, concept, color, palette, share, axes[name])
        elif name in model.concepts and not color:
            kept = model.concepts[name].model_dump(
                mode="json", exclude_none=True, exclude_defaults=True
            )
            found[name] = {**kept, "axis": axes[name]}
        else:
            concept = {"affinity": "similarity", "power": SIMILARITY_POWER}
            found[name] = _with_rate(name, concept, color, palette, share, axes[name])
    return found


def _with_rate(
    name: str, concept: dict[str, Any], color: str, palette: Palette, share: float, axis: int
) -> dict[str, Any]:
    """A concept that labels a share of the samples, as near as a rate of 1 at most can come."""
    if color:
        concept["color"] = color
    elif concept["affinity"] == "column":
        concept["color"] = _typical(palette.colors, palette.columns[name])
    one = Concept(**concept, rate=1.0, axis=axis)
    (target,) = targets({name: one}).values()
    likely = affinity(palette, one, target) ** one.power
    if not likely.any():
        raise InputError(
            f"{name}: wanted colours in the data that have an affinity to it, got none; choose "
            "another colour"
        )
    rate = min(1.0, float(f"{share / np.mean(likely):.{DIGITS}g}"))
    return {**concept, "rate": rate, "axis": axis}


def _typical(colors: NDArray[np.float64], affinities: NDArray[np.float64]) -> list[float]:
    """Of the colours that are most of a concept, the one nearest to their mean.

    Shapes: `colors` (points, 3), `affinities` (points,) → three channels.
    """
    most = colors[affinities == affinities.max()]
    nearest = np.square(most - most.mean(axis=0)).sum(axis=-1).argmin()
    return [round(float(channel), 4) for channel in most[nearest]]


def _anchors(
    model: Experiment, axes: dict[str, int], sheet: str, latent: int
) -> tuple[dict[str, Any], str]:
    """The regularizers, those with labels once for each concept, and the dopesheet to go with them.

    A term serves the concepts that take the places of its labels, and where it asks for the first,
    also all further ones. Directions that are spelt out get as many zeros as there are more
    dimensions.
    """
    found: dict[str, Any] = {}
    header, *rows = csv.reader(io.StringIO(sheet))
    known, names = list(model.concepts), list(axes)
    for name, term in folders.content(model.folder)["regularizers"].items():
        if not term.get("labels"):
            found[name] = _widened(name, term, latent)
            continue
        labels = {known.index(label): weight for label, weight in term["labels"].items()}
        served = {
            concept: place if place in labels else 0
            for place, concept in enumerate(names)
            if place in labels or (place >= len(known) and 0 in labels)
        }
        new = [name] if len(served) == 1 else [f"{name}-{concept}" for concept in served]
        for own, (concept, place) in zip(new, served.items(), strict=True):
            moved = _moved(name, term, model.targets[known[place]].axis, axes[concept], latent)
            found[own] = {**moved, "labels": {concept: labels[place]}}
        at = [cell.split(":")[0] for cell in header].index(name)
        column = [row[at] for row in rows]
        header[at : at + 1] = [header[at].replace(name, own, 1) for own in new]
        for row, cell in zip(rows, column, strict=True):
            row[at : at + 1] = [cell] * len(new)
    return found, "".join(",".join(row) + "\n" for row in [header, *rows])


def _widened(name: str, term: dict[str, Any], latent: int) -> dict[str, Any]:
    """A term in a bottleneck of so many dimensions."""
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


def _write(
    folder: Path, like: str, content: dict[str, Any], sheet: str, *, data: Path | None, based: bool
) -> Experiment:
    source = folders.files(folder.parent / like)
    is_same = sheet.split() == read_text(source.dopesheet).split()
    if based:
        below = folders.content(folder.parent / like)
        content = {"title": content.pop("title"), BASE: like, **_difference(below, content)}
    try:
        text = yaml.dump(content, sort_keys=False, default_flow_style=None, allow_unicode=True)
        write_text(folder / SETTINGS, text)
        if not (based and is_same):
            write_text(folder / DOPESHEET, sheet)
        if data:
            shutil.copyfile(data, folder / DATA)
        return load(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _difference(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """What to say above a base so that the two joined say the same as `above`."""
    found: dict[str, Any] = {name: None for name in below if name not in above and name != "title"}
    for name, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(name), dict):
            value = _difference(below[name], value)
            if not value:
                continue
        elif name in below and below[name] == value:
            continue
        found[name] = value
    return found
