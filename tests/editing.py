"""Files of a folder, changed as somebody would who edits them."""

from __future__ import annotations

from pathlib import Path


def change(
    folder: Path, old: str, new: str, file: str = "experiment.yaml", *, times: int = -1
) -> None:
    """Put a text in another's place, wherever that stands in a file or as many times as told."""
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, times))
