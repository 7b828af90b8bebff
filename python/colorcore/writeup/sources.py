"""The sources of a document gathered: text, numbers, figures and tables."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import yaml

from colorcore.writeup import apparatus, files, single_text
from colorcore.writeup.document import TYPESET, Document
from colorcore.writeup.inline import themed
from colorcore.writeup.subject import Subject, subject
from colorcore.writeup.written import NUMBERS, Written


def gather(document: Document, build: Path) -> Path:
    """A folder with all that typesetting needs: text, variables, figures and tables.

    Raises: InputError when something that the document shows has not been made, or is not what was
    made of the document as it is.
    """
    stage = build / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(TYPESET, stage, ignore=shutil.ignore_patterns(single_text.TEMPLATE))
    files.copy(document, stage)
    main = subject(document, build)
    if document.is_report:
        single_text.write_text(main, stage)
    written = Written(document, build)
    metadata = yaml.safe_load((stage / "_metadata.yml").read_text(encoding="utf-8"))
    said = apparatus.told(document.folder, metadata)
    (stage / apparatus.HEAD).write_text(apparatus.head(metadata, said), encoding="utf-8")
    numbers = {**json.loads(written.numbers.read()[NUMBERS]), "document": said}
    variables = yaml.safe_dump(numbers, allow_unicode=True, sort_keys=False)
    (stage / "_variables.yml").write_text(variables, encoding="utf-8")
    for one in written.subjects():
        _place(written, one, stage, one.results.judged.relative_to(build))
    return stage


def _place(written: Written, one: Subject, stage: Path, place: Path) -> None:
    """Put the figures, tables and explorer of a deletion into a folder of the stage."""
    folder = stage / place
    folder.mkdir(parents=True, exist_ok=True)
    for kind, part in written.shown(one):
        (folder / kind).mkdir(exist_ok=True)
        for name, content in part.read().items():
            (folder / kind / name).write_bytes(content)
    for alt in sorted((folder / "figures").glob("*.txt")):
        figure = (place / "figures" / alt.stem).as_posix()
        shown = figure_markup(stage, figure, alt.read_text("utf-8"))
        alt.with_suffix(".md").write_text(shown, encoding="utf-8")
    if written.explorer(one):
        scene = explorer_markup(one.results.scene())
        (folder / "explorer.md").write_text(scene, encoding="utf-8")


def figure_markup(stage: Path, place: str, alt: str) -> str:
    """A figure: for pages a drawing that follows their colours, else its light variant."""
    light, dark = (f"{place}-{variant}.svg" for variant in ("light", "dark"))
    text = " ".join(alt.split())
    name = place.replace("/figures/", "-").replace("/", "-").replace(".", "-")
    drawing = themed(
        name, (stage / light).read_text("utf-8"), (stage / dark).read_text("utf-8"), text
    )
    shown = text.replace('"', "&quot;")
    return (
        '::: {.content-visible unless-format="html"}\n'
        f'![]({light}){{fig-alt="{shown}"}}\n:::\n\n'
        '::: {.content-visible when-format="html"}\n'
        f'```{{=html}}\n<div class="scroll">{drawing}</div>\n```\n:::\n'
    )


def explorer_markup(scene: str) -> str:
    """The data of an explorer, for its script to find in the page."""
    return f'```{{=html}}\n<script type="application/json">{scene.strip()}</script>\n```\n'
