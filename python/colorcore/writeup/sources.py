"""The sources of the write-up: text, numbers, figures and tables gathered, and checked."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from colorcore.errors import InputError

VARIABLE = re.compile(r"\{\{< var ([^ >]+) >\}\}")
INCLUDE = re.compile(r"\{\{< include ([^ >]+) >\}\}")
REFERENCE = re.compile(r"(?<![\w\\@.])@((?:fig|tbl|eq|sec)-[\w-]+)")
CITATION = re.compile(r"(?<![\w\\@.])@((?!(?:fig|tbl|eq|sec)-)[A-Za-z]\w+)")
TARGET = re.compile(r"\{#((?:fig|tbl|eq|sec)-[\w-]+)")
IMAGE = re.compile(r"!\[[^]]*\]\(([^)\s]+)\)")


def gather(paper: Path, build: Path) -> Path:
    """A folder with all that typesetting needs: text, variables, figures and tables."""
    stage = build / "report"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(paper, stage)
    numbers = json.loads((build / "numbers.json").read_text(encoding="utf-8"))
    variables = yaml.safe_dump(numbers, allow_unicode=True, sort_keys=False)
    (stage / "_variables.yml").write_text(variables, encoding="utf-8")
    for scene in sorted(build.glob("*/explorer.json")):
        part = stage / scene.parent.name / "explorer.md"
        part.parent.mkdir(exist_ok=True)
        part.write_text(explorer_markup(scene.read_text(encoding="utf-8")), encoding="utf-8")
    for results in sorted(path.parent for path in build.glob("*/figures")):
        for part in ("figures", "tables"):
            shutil.copytree(results / part, stage / results.name / part)
        for alt in sorted((stage / results.name / "figures").glob("*.txt")):
            place = Path(results.name) / "figures" / alt.stem
            alt.with_suffix(".md").write_text(
                figure_markup(place.as_posix(), alt.read_text(encoding="utf-8")), encoding="utf-8"
            )
    return stage


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
    entries = re.findall(r"@\w+\{([^,\s]+),", (stage / "references.bib").read_text("utf-8"))
    missing: Iterator[tuple[str, str]] = (
        *(("a unique cross-reference target", t) for t in targets if targets.count(t) > 1),
        *(("a cross-reference target", r) for r in REFERENCE.findall(text) if r not in targets),
        *(("an entry of references.bib", c) for c in CITATION.findall(text) if c not in entries),
        *(("an image", i) for i in IMAGE.findall(text) if not (stage / i).is_file()),
    )  # type: ignore[assignment]
    for wanted, got in missing:
        raise InputError(f"index.qmd: wanted {wanted}, got {got!r}; add it or mend the name")
