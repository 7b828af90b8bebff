"""What stands in a text for something else: put in its place, and checked that it is there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from colorcore.errors import InputError

VARIABLE = re.compile(r"\{\{<\s*var\s+(\S+?)\s*>\}\}")
INCLUDE = re.compile(r"\{\{<\s*include\s+(\S+?)\s*>\}\}")
REFERENCE = re.compile(r"(?<![\w\\@.])@((?:fig|tbl|eq|sec)-[\w-]+)")
CITATION = re.compile(r"(?<![\w\\@.])@((?!(?:fig|tbl|eq|sec)-)[A-Za-z]\w+)")
TARGET = re.compile(r"\{#((?:fig|tbl|eq|sec)-[\w-]+)")
IMAGE = re.compile(r"!\[[^]]*\]\(([^)\s]+)\)")


def expand(
    stage: Path,
    path: Path,
    variables: Mapping[str, Any] | None = None,
    made: Collection[str] = (),
) -> str:
    """A source with its includes, and its variables where given, put in place.

    Of what will be `made`, nothing is.

    Raises: InputError for an include or a variable that there is none of.
    """
    return fill(stage, read(path), path.name, variables, made)


def fill(
    stage: Path,
    text: str,
    place: str,
    variables: Mapping[str, Any] | None = None,
    made: Collection[str] = (),
) -> str:
    """The same of a text, which errors call by `place`."""

    def include(match: re.Match[str]) -> str:
        if match[1] in made:
            return ""
        part = stage / match[1]
        if not part.is_file():
            raise InputError(
                f"{place}: wanted a file to include, got {match[1]!r}, which is not there; "
                "mend the name, or add what makes it to the document's figures or tables"
            )
        return fill(stage, read(part), match[1], variables, made)

    def value(match: re.Match[str]) -> str:
        assert variables is not None
        return look_up(variables, match[1], place)

    text = INCLUDE.sub(include, text)
    return text if variables is None else VARIABLE.sub(value, text)


def read(path: Path) -> str:
    """A text.

    Raises: InputError when it is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: wanted UTF-8 text, got other bytes ({error.reason} at byte {error.start}); "
            "save it again as UTF-8"
        ) from None


def look_up(variables: Mapping[str, Any], name: str, place: str) -> str:
    """The value of a dotted variable.

    Raises: InputError when there is none, or it is a group.
    """
    found: Any = variables
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if not isinstance(found, str):
        raise InputError(
            f"{place}: wanted a variable of numbers.json, got {name!r}, which is not in it; "
            "add it in numbers.py or mend the name"
        )
    return found


def check_sources(stage: Path) -> None:
    """Everything the text refers to is there.

    Raises: InputError naming the first thing that is not.
    """
    variables = yaml.safe_load((stage / "_variables.yml").read_text(encoding="utf-8"))
    check(expand(stage, stage / "index.qmd", variables), stage)


def check(text: str, folder: Path, made: Collection[str] = ()) -> None:
    """Everything a text refers to is in it, in its folder or among what will be made.

    Raises: InputError naming the first thing that is not.
    """
    targets = TARGET.findall(text)
    references = folder / "references.bib"
    listed = read(references) if references.is_file() else ""
    entries = re.findall(r"@\w+\{([^,\s]+),", listed)
    images = [name for name in IMAGE.findall(text) if name not in made]
    missing: Iterator[tuple[str, str]] = (
        *(("a unique cross-reference target", t) for t in targets if targets.count(t) > 1),
        *(("a cross-reference target", r) for r in REFERENCE.findall(text) if r not in targets),
        *(("an entry of references.bib", c) for c in CITATION.findall(text) if c not in entries),
        *(("an image", i) for i in images if not (folder / i).is_file()),
    )  # type: ignore[assignment]
    for wanted, got in missing:
        raise InputError(f"index.qmd: wanted {wanted}, got {got!r}; add it or mend the name")
