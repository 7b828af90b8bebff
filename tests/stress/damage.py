"""Ways for a file of results to come to be another than it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

NUMBER = re.compile(rb"\d+\.\d+")


def flipped(whole: bytes) -> bytes:
    """One bit turned round, in the middle."""
    middle = len(whole) // 2
    return whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :] if whole else whole


def halved(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def emptied(whole: bytes) -> bytes:
    return b""


def doubled(whole: bytes) -> bytes:
    """Every line but the first twice, as when a table was appended to."""
    first, *lines = whole.splitlines(keepends=True) or [b""]
    return b"".join([first, *(line for line in lines for _ in range(2))])


def undefined(whole: bytes) -> bytes:
    """A number in the middle is none."""
    found = [*NUMBER.finditer(whole)]
    if not found:
        return whole
    one = found[len(found) // 2]
    return whole[: one.start()] + b"nan" + whole[one.end() :]


CHANGES: tuple[Callable[[bytes], bytes], ...] = (flipped, halved, emptied, doubled, undefined)


def damages(file: Path, files: dict[str, Path]) -> Iterator[tuple[str, bytes]]:
    """What a file of a build may have become: how, and its bytes, which are others each time."""
    whole = file.read_bytes()
    texts = (".csv", ".json", ".md", ".txt", ".svg", ".html")
    for change in CHANGES:
        if file.suffix in texts or change not in (doubled, undefined):
            yield change.__name__, change(whole)
    for other, path in files.items():
        if path.name == file.name and path.read_bytes() != whole:
            yield f"that of {other}", path.read_bytes()
            return
