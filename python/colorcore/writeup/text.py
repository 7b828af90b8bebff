"""What stands in a text for something else: put in its place, and checked that it is there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from colorcore.errors import InputError
from colorcore.writeup.letters import check_pages

VARIABLE = re.compile(r"\{\{<\s*var\s+(\S+?)\s*>\}\}")
INCLUDE = re.compile(r"\{\{<\s*include\s+(\S+?)\s*>\}\}")
REFERENCE = re.compile(r"(?<![\w\\@.])@((?:fig|tbl|eq|sec)-[\w-]+)")
CITATION = re.compile(r"(?<![\w\\@.])@((?!(?:fig|tbl|eq|sec)-)[A-Za-z]\w+)")
TARGET = re.compile(r"\{#((?:fig|tbl|eq|sec)-[\w-]+)")
SHORTCODE = re.compile(r"\{\{<[^>]*(?:>\}\})?")
IMAGES = (
    re.compile(r"""!\[[^]]*\]\(\s*<?([^)\s>]+)>?(?:\s+["'(][^)]*)?\)"""),  # with or without a title
    re.compile(r"""<img\b[^>]*?\bsrc=["']([^"']+)"""),
)
LABELLED = re.compile(r"!\[[^]]*\]\[([^]]+)\]")  # an image that stands elsewhere, by its label
LABEL = r"^ {{0,3}}\[{}\]:\s*<?([^\s>]+)"
FENCED = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)  # code
EMPTY = re.compile(r"^#{1,6}[ \t]*(?:\{[^}]*\}[ \t]*)?$", re.MULTILINE)  # a heading
# As Pandoc takes it, wherever it stands.
METADATA = re.compile(
    r"(?:\A|^[ \t]*\n)---[ \t]*\n(?![ \t]*\n)(?:.*\n)*?(?:---|\.\.\.)[ \t]*$", re.MULTILINE
)


def expand(
    stage: Path,
    path: Path,
    variables: Mapping[str, Any] | None = None,
    made: Collection[str] = (),
) -> str:
    """A source with its includes, and its variables where given, put in place.

    Of what will be `made`, nothing is.

    Raises: InputError for an include or a variable that there is none of, anything else between
    {{< and >}}, a file that includes itself or has metadata of its own.
    """
    return fill(stage, read(path), path.name, variables, made)


def fill(
    stage: Path,
    text: str,
    place: str,
    variables: Mapping[str, Any] | None = None,
    made: Collection[str] = (),
    within: tuple[str, ...] = (),
) -> str:
    """The same of a text, which errors call by `place`, and which is included `within` others."""
    chain = (*within, place)

    def include(match: re.Match[str]) -> str:
        if match[1] in made:
            return ""
        if match[1] in chain:
            raise InputError(
                f"{place}: wanted a file to include that does not include itself, got "
                f"{' in '.join(repr(name) for name in (match[1], *reversed(chain)))}; leave one out"
            )
        part = stage / match[1]
        if not part.is_file():
            raise InputError(
                f"{place}: wanted a file to include, got {match[1]!r}, which is not there; "
                "mend the name, or add what makes it to the document's figures or tables"
            )
        text = read(part)
        if METADATA.search(text):
            raise InputError(
                f"{match[1]}: wanted text alone, got metadata between lines of ---, which are the "
                "whole document's; leave them out, or write a rule as ***"
            )
        return fill(stage, text, match[1], variables, made, chain)

    def value(match: re.Match[str]) -> str:
        assert variables is not None
        return look_up(variables, match[1], place)

    for code in SHORTCODE.findall(text):
        if not (INCLUDE.fullmatch(code) or VARIABLE.fullmatch(code)):
            raise InputError(
                f"{place}: wanted {{{{< include file >}}}} or {{{{< var name >}}}}, got {code!r}, "
                "which not every renderer knows; write what it stands for"
            )
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
        is_group = isinstance(found, Mapping)
        why = f"which has {', '.join(found)}" if is_group else "which is not in it"
        remedy = "name one of them" if is_group else "mend the name, or have it computed"
        raise InputError(
            f"{place}: wanted a variable of numbers.json, got {name!r}, {why}; {remedy}"
        )
    return found


def check_sources(stage: Path) -> None:
    """Everything the text refers to is there.

    Raises: InputError naming the first thing that is not.
    """
    variables = yaml.safe_load((stage / "_variables.yml").read_text(encoding="utf-8"))
    text = expand(stage, stage / "index.qmd", variables)
    check(text, stage)
    check_pages("index.qmd", text + read(stage / "_metadata.yml"))


def _images(text: str) -> list[str]:
    """The files of images that a text shows."""
    found = [name for pattern in IMAGES for name in pattern.findall(text)]
    for label in LABELLED.findall(text):
        found += re.findall(LABEL.format(re.escape(label)), text, re.MULTILINE | re.IGNORECASE)
    return found


def check(text: str, folder: Path, made: Collection[str] = ()) -> None:
    """Everything a text refers to is in it, in its folder or among what will be made.

    Raises: InputError naming the first thing that is not.
    """
    prose = FENCED.sub("", text)
    if EMPTY.search(prose):
        raise InputError(
            "index.qmd: wanted headings that say something, got an empty one; write it, or leave "
            "it out"
        )
    targets = TARGET.findall(text)
    references = folder / "references.bib"
    listed = read(references) if references.is_file() else ""
    entries = re.findall(r"@\w+\{([^,\s]+),", listed)
    images = [name for name in _images(text) if name not in made]
    missing: Iterator[tuple[str, str]] = (
        *(("a unique cross-reference target", t) for t in targets if targets.count(t) > 1),
        *(("a cross-reference target", r) for r in REFERENCE.findall(prose) if r not in targets),
        *(("an entry of references.bib", c) for c in CITATION.findall(prose) if c not in entries),
        *(("an image", i) for i in images if not (folder / i).is_file()),
    )  # type: ignore[assignment]
    for wanted, got in missing:
        raise InputError(f"index.qmd: wanted {wanted}, got {got!r}; add it or mend the name")
