"""What a page quotes of an example's numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any


def quoted(page: Path, example: str) -> list[str]:
    """The numbers that a page quotes of an example, by the way to each; there are some."""
    found = re.findall(rf"\{{\{{ {example}\.([\w.]+) \}}\}}", page.read_text("utf-8"))
    assert found
    return found


def value_of(numbers: Mapping[str, Any], path: str) -> Any:
    """The number at the end of a way, as `anchored.before.question`."""
    return reduce(lambda found, name: found[name], path.split("."), numbers)
