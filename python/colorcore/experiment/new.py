"""A new experiment, like another one but for its concepts and its data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorcore.errors import InputError, unknown
from colorcore.experiment import folder as folders
from colorcore.experiment import new_terms
from colorcore.experiment.concepts import listed, targets
from colorcore.experiment.folder import BASE, DOPESHEET, SETTINGS
from colorcore.experiment.labels import affinity, probabilities
from colorcore.experiment.loading import Experiment, load
from colorcore.experiment.palette import Palette, columns, read
from colorcore.experiment.settings import Concept
from colorcore.outputs import write_text
from colorcore.schedule.sheet import read_text, rows_of

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
    so, or would not run; for a concept that is named twice, or whose colour is not known; when
    `like`, to be the base, has one itself, or its terms point where no axis of its concepts does.
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
    if based:
        _check_base(folder.parent / like)
    model = load(folder.parent / like)
    content = folders.content(folder.parent / like)
    source = data or folders.files(model.folder).data
    palette = _palette(source, colors, model.concepts if data is None else ()) or model.palette
    content["title"] = f"Delete {listed(colors)}"
    content["model"]["latent"] += len(colors) - len(model.concepts)
    axes = _axes(model, list(colors), content["model"]["latent"])
    content["concepts"] = _concepts(colors, model, palette, axes)
    if data is None and based:
        source = None  # that of the base
    if source:
        content["data"] = {"csv": DATA, "batch_size": model.data.batch_size}
    content.get("surgery", {}).pop("deletions", None)
    routing = content.pop("routing", None)
    if routing and (routed := new_terms.routed(routing, model, axes)):
        content["routing"] = {**routing, "labels": routed}
    content["regularizers"], sheet = new_terms.terms(
        model, axes, read_text(folders.files(model.folder).dopesheet), content["model"]["latent"]
    )
    return _write(folder, like, content, sheet, data=source, based=based)


def shortfalls(made: Experiment, like: str) -> list[str]:
    """A line for each concept of a new experiment that comes to fewer labels than it was to."""
    model = load(made.folder.parent / like)
    wanted = next(iter(model.expected_labels.values()))
    return [
        f"{name}: wanted {wanted:.3g} labels expected in a run, as {like} has them, got "
        f"{expected:.2g}, at the highest rate there is; add colours that are more of it"
        for name, expected in made.expected_labels.items()
        if made.concepts[name].rate == 1 and expected < (1 - 10**-DIGITS) * wanted
    ]


def _check_base(like: Path) -> None:
    """One that is based on another cannot be a base."""
    below = folders.read(like / SETTINGS).get(BASE)
    if below is not None:
        raise InputError(
            f"like: wanted an experiment that stands by itself, for --based, got {like.name!r}, "
            f"which is based on {below!r}; name that, or leave --based out"
        )


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
    return most[nearest].tolist()  # to the last digit: it stays the colour of its row


def _write(
    folder: Path, like: str, content: dict[str, Any], sheet: str, *, data: Path | None, based: bool
) -> Experiment:
    source = folders.files(folder.parent / like)
    is_same = rows_of(sheet) == rows_of(read_text(source.dopesheet))
    if based:
        below = folders.content(folder.parent / like)
        _check_order(list(below["concepts"]), list(content["concepts"]))
        content = {"title": content.pop("title"), BASE: like, **_difference(below, content)}
    if data:  # said even where a base's is called so too: without its own, it would have that
        content["data"] = {**content.get("data", {}), "csv": DATA}
    try:
        write_text(folder / SETTINGS, folders.dump(content))
        if not (based and is_same):
            write_text(folder / DOPESHEET, sheet)
        if data:
            shutil.copyfile(data, folder / DATA)
        return load(folder)
    except InputError as error:
        shutil.rmtree(folder)
        own = str(error).replace(f"{folder}{os.sep}", "")
        raise InputError(f"{folder}: not written, since it would not run: its {own}") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _check_order(below: list[str], above: list[str]) -> None:
    """Concepts stay in their order when a base's are joined with those that differ from them."""
    joined = [name for name in below if name in above]
    joined += [name for name in above if name not in below]
    if joined != above:
        raise InputError(
            f"concept: wanted those of the base first and in its order, as --based joins them, "
            f"{', '.join(joined)}, got {', '.join(above)}; name them so, or leave --based out"
        )


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
