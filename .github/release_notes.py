"""What a release says: the part of CHANGELOG.md that is about the version of a tag.

python .github/release_notes.py v1.2.3
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def notes(changes: str, version: str) -> str:
    """The part about a version, without its heading."""
    parts = re.split(r"^## \[(.+?)\].*$", changes, flags=re.M)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    if version not in found:
        raise SystemExit(
            f"CHANGELOG.md: wanted a part ## [{version}], got {', '.join(found)}; add it"
        )
    return found[version].strip() + "\n"


def main(tag: str) -> None:
    """Print what is new in the version of a tag, which is that of pyproject.toml."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    if tag != f"v{project['version']}":
        raise SystemExit(
            f"tag: wanted v{project['version']}, as pyproject.toml says, got {tag}; "
            "tag the commit that raises the version"
        )
    sys.stdout.write(notes((REPOSITORY / "CHANGELOG.md").read_text("utf-8"), project["version"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
