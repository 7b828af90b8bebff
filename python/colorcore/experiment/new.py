"""A new experiment, like another one but for its concepts and its data."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from colorcore.colors.named import NAMES
from colorcore.errors import InputError, unknown
from colorcore.experiment import folder as folders
from colorcore.experiment.concepts import targets
from colorcore.experiment.folder import BASE, DOPESHEET, SETTINGS
from colorcore.experiment.labels import affinity, probabilities
from colorcore.experiment.loading import Experiment, load
from colorcore.experiment.palette import CHANNELS, Palette, read
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

    Each of `concepts` is a name, or a name and a colour, `sky=#87ceeb`. One that `like` has too is
    taken over as it is; one that a column of `data` is called by is labelled by that column; any
    other is labelled by similarity to its colour. New ones expect as many labels as the first of
    `like`. There is a latent dimension more for each concept that there is more of, and each has
    its own anchor where `like` has one.

    With `based`, the folder says only what differs from `like`, and names it as its base.

    Raises: InputError when the folder is there already, is not beside `like` or cannot be called
    so; for a concept that is named twice, or whose colour is not known.
    """
    if folder.exists():
        raise InputError(
            f"{folder}: wanted a folder that is not there yet, got one that is; choose another"
        )
    folders.check_name(folder)
    names = [text.partition("=")[0] for text in concepts]
    if len(set(names)) < len(names):
        raise InputError(f"concept: wanted each once, got {', '.join(names)}; leave one out")
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
    columns = [name for name in _columns(data) if name in concepts]
    palette = read(data, uses=columns) if data else model.palette
    content["title"] = f"Delete {' and '.join(names)}"
    content["concepts"] = _concepts(concepts, model, palette, columns)
    if data:
        content["data"] = {"csv": DATA, "batch_size": model.data.batch_size}
    more = len(concepts) - len(model.concepts)
    content["model"]["latent"] += more
    content.get("surgery", {}).pop("deletions", None)
    content["regularizers"], sheet = _anchors(
        content["regularizers"], read_text(folders.files(model.folder).dopesheet),
        list(content["concepts"]), more,
    )  # fmt: skip
    return _write(folder, like, content, sheet, data=data, based=based)


def _columns(data: Path | None) -> list[str]:
    if data is None:
        return []
    try:
        header = pd.read_csv(data, nrows=0).columns
    except (OSError, ValueError):
        return []  # what is wrong with it is told when it is read
    return [str(name) for name in header if name not in CHANNELS]


def _concepts(
    names: Sequence[str], model: Experiment, palette: Palette, columns: list[str]
) -> dict[str, Any]:
    """The settings of each concept."""
    share = probabilities(palette=model.palette, concepts=list(model.concepts.values())[:1],
                          targets=list(model.targets.values())[:1]).mean()  # fmt: skip
    found: dict[str, Any] = {}
    for place, text in enumerate(names):
        name, _, color = text.partition("=")
        if name in model.concepts and not color:
            kept = model.concepts[name].model_dump(exclude_none=True, exclude_defaults=True)
            found[name] = {**kept, "axis": place}
        elif name in columns:
            concept = {"affinity": "column", "column": name, "power": 1.0}
            found[name] = _with_rate(name, concept, color, palette, share, place)
        else:
            concept = {"affinity": "similarity", "power": SIMILARITY_POWER}
            found[name] = _with_rate(name, concept, color, palette, share, place)
    return found


def _with_rate(
    name: str, concept: dict[str, Any], color: str, palette: Palette, share: float, place: int
) -> dict[str, Any]:
    """A concept that labels a share of the samples, as near as a rate of 1 at most can come."""
    if color:
        concept["color"] = color
    elif name not in NAMES and concept["affinity"] == "column":
        highest = palette.colors[palette.columns[name].argmax()]
        concept["color"] = [round(float(channel), 4) for channel in highest]
    one = Concept(**concept, rate=1.0, axis=place)
    (target,) = targets({name: one}).values()
    likely = affinity(palette, one, target) ** one.power
    if not likely.any():
        raise InputError(
            f"{name}: wanted colours in the data that have an affinity to it, got none; choose "
            "another colour"
        )
    rate = min(1.0, float(f"{share / np.mean(likely):.{DIGITS}g}"))
    return {**concept, "rate": rate, "axis": place}


def _anchors(
    terms: dict[str, Any], sheet: str, concepts: list[str], more: int
) -> tuple[dict[str, Any], str]:
    """The regularizers, those with labels once for each concept, and the dopesheet to go with them.

    Directions that are spelt out get as many zeros as there are more dimensions.
    """
    found: dict[str, Any] = {}
    header, *rows = csv.reader(io.StringIO(sheet))
    for name, term in terms.items():
        if "direction" in term:
            term["direction"] = [*term["direction"], *[0] * more][: len(term["direction"]) + more]
        if not term.get("labels"):
            found[name] = term
            continue
        weight = next(iter(term["labels"].values()))
        names = [name] if len(concepts) == 1 else [f"{name}-{concept}" for concept in concepts]
        for new, concept in zip(names, concepts, strict=True):
            found[new] = {**term, "labels": {concept: weight}}
        place = [cell.split(":")[0] for cell in header].index(name)
        column = [row[place] for row in rows]
        header[place : place + 1] = [header[place].replace(name, new, 1) for new in names]
        for row, cell in zip(rows, column, strict=True):
            row[place : place + 1] = [cell] * len(names)
    return found, "".join(",".join(row) + "\n" for row in [header, *rows])


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
