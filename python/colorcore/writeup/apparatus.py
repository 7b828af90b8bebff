"""What a document says about itself: of when and which code it is, where it is kept, how it is
found and cited."""

from __future__ import annotations

import html
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from colorcore import __version__
from colorcore.errors import InputError

PARTS = ("date", "year", "version", "commit", "about")
ADDRESSES = ("repository", "url")  # in metadata: of its source, and of its page
HEAD = "page/head.html"


def told(folder: Path, metadata: Mapping[str, Any]) -> dict[str, str]:
    """What a text can quote as `document.…`.

    `date` is that of the commit that the folder is at, or else today's; `about` is a line of all.

    Raises: InputError for an address that is none.
    """
    for name in ADDRESSES:
        _check(folder, name, metadata.get(name))
    day, commit = _commit(folder)
    said = f"{day.day} {day:%B %Y}"
    parts = [
        said,
        f"colorcore {__version__}" + (f", commit {commit}" if commit else ""),
        f"licence {metadata['license']}" if "license" in metadata else "",
        *(f"[{name}]({metadata[name]})" for name in ADDRESSES[:1] if name in metadata),
    ]
    return {
        "date": day.isoformat(),
        "year": str(day.year),
        "version": __version__,
        "commit": commit or "unknown",
        "about": " · ".join(filter(None, parts)),
    }


def _check(folder: Path, name: str, address: object) -> None:
    if address is not None and not str(address).startswith("https://"):
        raise InputError(
            f"{folder / '_metadata.yml'}: {name}: wanted an address that begins with https://, got "
            f"{address!r}; mend it, or leave it out"
        )


def _commit(folder: Path) -> tuple[date, str]:
    """The date and the name of the commit that a folder is at; without Git, today's and none."""
    try:
        log = _git(folder, "log", "-1", "--format=%cs %h")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return datetime.now(UTC).date(), ""
    day, name = log.split()
    return date.fromisoformat(day), f"{name} and changes" if changed.strip() else name


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def head(metadata: Mapping[str, Any], said: Mapping[str, str]) -> str:
    """What search engines, catalogues and previews read of a page, as HTML.

    Addresses are there where the metadata has `url`.
    """
    title, url = str(metadata["title"]), metadata.get("url")
    description = str(metadata.get("description") or metadata.get("subtitle") or title)
    named = {
        "description": description,
        "citation_title": title,
        "citation_author": str(metadata.get("author", "")),
        "citation_publication_date": said["date"].replace("-", "/"),
        "twitter:card": "summary",
        **({"citation_pdf_url": f"{url.rstrip('/')}/index.pdf"} if url else {}),
    }
    shared = {
        "og:type": "article",
        "og:title": title,
        "og:description": description,
        **({"og:url": url} if url else {}),
    }
    lines = [*_tags("name", named), *_tags("property", shared)]
    return "\n".join(lines) + "\n"


def _tags(key: str, values: Mapping[str, str]) -> list[str]:
    return [
        f'<meta {key}="{name}" content="{html.escape(" ".join(value.split()))}">'
        for name, value in values.items()
        if value
    ]
