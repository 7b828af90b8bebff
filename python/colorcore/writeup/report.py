"""The write-up: its sources typeset, and the page that comes of them checked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from colorcore.errors import InputError
from colorcore.outputs import replacing
from colorcore.writeup import renderers
from colorcore.writeup.sources import check_sources, gather

UNRESOLVED = re.compile(r"\?@[\w-]+|\?var:\S+|\?meta:\S+|\{\{&lt; \w+|\{\{< \w+")
LOADED = re.compile(
    r"""<(?:img|script|link|source|iframe)\b[^>]*\b(?:src|href)=["'](https?:[^"']+)"""
)


def render(paper: Path, *, build: Path) -> None:
    """Typeset the text of `paper` with the results in `build`, into build/paper/index.{html,pdf}.

    Quarto does it when it is on the PATH, else Pandoc and Typst: same text, same numbering.

    Raises: InputError, naming file and key, for an unknown variable, reference or citation, a
    missing include or image, or a renderer that fails. What was in build/paper then stays.
    """
    stage = gather(paper, build)
    check_sources(stage)
    renderer = renderers.choose()
    html, pdf = renderer(stage)
    check_html(html)
    for made in (html, pdf):
        with replacing(build / "paper" / f"index{made.suffix}") as stand_in:
            shutil.copyfile(made, stand_in)


def check_html(html: Path) -> None:
    """Nothing in the page is unresolved, and it loads nothing from elsewhere.

    Raises: InputError naming what is.
    """
    text = html.read_text(encoding="utf-8")
    for pattern, wanted in ((UNRESOLVED, "all references resolved"), (LOADED, "all embedded")):
        found = pattern.search(text)
        if found:
            raise InputError(f"{html.name}: wanted {wanted}, got {found[0]!r}; mend the text")
