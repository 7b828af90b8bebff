"""The sources of a document: text, numbers, figures and tables gathered, and checked."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from colorcore.errors import InputError
from colorcore.results.files import read_result
from colorcore.writeup import single, single_text
from colorcore.writeup.document import TYPESET, Document
from colorcore.writeup.subject import Subject, subject

MADE = {"figures": ("-light.svg", "-dark.svg", ".txt"), "tables": (".md",)}

VARIABLE = re.compile(r"\{\{< var ([^ >]+) >\}\}")
INCLUDE = re.compile(r"\{\{< include ([^ >]+) >\}\}")
REFERENCE = re.compile(r"(?<![\w\\@.])@((?:fig|tbl|eq|sec)-[\w-]+)")
CITATION = re.compile(r"(?<![\w\\@.])@((?!(?:fig|tbl|eq|sec)-)[A-Za-z]\w+)")
TARGET = re.compile(r"\{#((?:fig|tbl|eq|sec)-[\w-]+)")
IMAGE = re.compile(r"!\[[^]]*\]\(([^)\s]+)\)")


def gather(document: Document, build: Path) -> Path:
    """A folder with all that typesetting needs: text, variables, figures and tables.

    Raises: InputError when something that the document shows has not been made.
    """
    stage = build / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(TYPESET, stage, ignore=shutil.ignore_patterns(single_text.TEMPLATE))
    main = subject(document, build)
    if document.is_report:
        single_text.write_text(main, stage)
        own = document.folder / single.TEXT
        if own.is_file():
            shutil.copyfile(own, stage / single.TEXT)
    else:
        code = shutil.ignore_patterns("*.py", "__pycache__")
        shutil.copytree(document.folder, stage, dirs_exist_ok=True, ignore=code)
    numbers = json.loads(_read(build / "numbers.json"))
    variables = yaml.safe_dump(numbers, allow_unicode=True, sort_keys=False)
    (stage / "_variables.yml").write_text(variables, encoding="utf-8")
    for deletion in main.experiment.deletions.values():
        is_first = deletion == main.deletion
        one = main if is_first else subject(document, build, deletion=deletion.name)
        _place(one, main, stage, one.results.judged.relative_to(build))
    return stage


def _place(one: Subject, main: Subject, stage: Path, place: Path) -> None:
    """Put the figures, tables and explorer of a deletion into a folder of the stage."""
    made, folder = one.results.judged, stage / place
    for kind, suffixes in MADE.items():
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for name in one.document.shown(kind, one.deletion, main.deletion):
            for file in (f"{kind}/{name}{suffix}" for suffix in suffixes):
                (folder / file).write_bytes(_read(made / file))
    for alt in sorted((folder / "figures").glob("*.txt")):
        shown = figure_markup((place / "figures" / alt.stem).as_posix(), alt.read_text("utf-8"))
        alt.with_suffix(".md").write_text(shown, encoding="utf-8")
    if one.results.explorer_path.is_file():
        scene = explorer_markup(one.results.scene())
        (folder / "explorer.md").write_text(scene, encoding="utf-8")


def _read(path: Path) -> bytes:
    return read_result(path, Path.read_bytes)


def figure_markup(place: str, alt: str) -> str:
    """Both variants of a figure: the light one, and for HTML in dark mode the dark one."""
    text = " ".join(alt.split()).replace('"', "&quot;")
    return (
        f'::: {{.light-content}}\n![]({place}-light.svg){{fig-alt="{text}"}}\n:::\n\n'
        '::: {.content-visible when-format="html"}\n\n'
        f'::: {{.dark-content}}\n![]({place}-dark.svg){{fig-alt="{text}"}}\n:::\n\n:::\n'
    )


def explorer_markup(scene: str) -> str:
    """The data of an explorer, for its script to find in the page."""
    return f'```{{=html}}\n<script type="application/json">{scene.strip()}</script>\n```\n'


def expand(stage: Path, path: Path, variables: Mapping[str, Any] | None = None) -> str:
    """A source with its includes, and its variables where given, put in place.

    Raises: InputError for an include or a variable that there is none of.
    """
    text = path.read_text(encoding="utf-8")

    def include(match: re.Match[str]) -> str:
        part = stage / match[1]
        if not part.is_file():
            raise InputError(
                f"{path.relative_to(stage)}: wanted a file to include, got {match[1]!r}, which is "
                "not there; build it or mend the name"
            )
        return expand(stage, part, variables)

    def value(match: re.Match[str]) -> str:
        assert variables is not None
        return look_up(variables, match[1], path.relative_to(stage))

    text = INCLUDE.sub(include, text)
    return text if variables is None else VARIABLE.sub(value, text)


def look_up(variables: Mapping[str, Any], name: str, place: Path) -> str:
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
    text = expand(stage, stage / "index.qmd", variables)
    targets = TARGET.findall(text)
    references = stage / "references.bib"
    listed = references.read_text("utf-8") if references.is_file() else ""
    entries = re.findall(r"@\w+\{([^,\s]+),", listed)
    missing: Iterator[tuple[str, str]] = (
        *(("a unique cross-reference target", t) for t in targets if targets.count(t) > 1),
        *(("a cross-reference target", r) for r in REFERENCE.findall(text) if r not in targets),
        *(("an entry of references.bib", c) for c in CITATION.findall(text) if c not in entries),
        *(("an image", i) for i in IMAGE.findall(text) if not (stage / i).is_file()),
    )  # type: ignore[assignment]
    for wanted, got in missing:
        raise InputError(f"index.qmd: wanted {wanted}, got {got!r}; add it or mend the name")
