"""A document typeset, and the page that comes of it checked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from colorcore.errors import InputError
from colorcore.outputs import replacing
from colorcore.writeup import bundle, renderers
from colorcore.writeup.document import Document
from colorcore.writeup.sources import gather
from colorcore.writeup.text import check_sources
from colorcore.writeup.written import Written

# As it stands, and as HTML and BibTeX write it.
SHORTCODE = r"\\?\{\\?\{(?:&(?:amp;)?lt;|<|\\textless(?:\{\})?)\s*\w+"
UNRESOLVED = re.compile(rf"\?@[\w-]+|\?var:\S+|\?meta:\S+|{SHORTCODE}")
LOADED = re.compile(
    r"""<(?:img|script|link|source|iframe)\b[^>]*\b(?:src|href)=["'](https?:[^"']+)"""
)


def render(document: Document, *, build: Path) -> None:
    """Typeset a document with the results in `build`, into index.{html,pdf} where it says, and the
    results that it is about into data.zip beside them.

    Quarto does it when it is on the PATH, else Pandoc and Typst: same text, same numbering.

    Raises: InputError, naming file and key, for an unknown variable, reference or citation, a
    missing include or image, or a renderer that fails. What was there before then stays.
    """
    stage = gather(document, build)
    check_sources(stage)
    renderer = renderers.choose()
    html, pdf = renderer(stage)
    check_html(html)
    written = Written(document, build)
    data = bundle.write(written, stage)
    for made, place in zip((html, pdf, data), written.pages.made, strict=True):
        with replacing(place) as stand_in:
            shutil.copyfile(made, stand_in)
    written.pages.note()


def check_html(html: Path) -> None:
    """Nothing in the page is unresolved, and it loads nothing from elsewhere.

    Raises: InputError naming what is.
    """
    text = html.read_text(encoding="utf-8")
    for pattern, wanted in ((UNRESOLVED, "all references resolved"), (LOADED, "all embedded")):
        found = pattern.search(text)
        if found:
            raise InputError(f"{html.name}: wanted {wanted}, got {found[0]!r}; mend the text")
