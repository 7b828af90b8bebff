"""Whatever users may import stands in the reference, with what it says of itself."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import yaml

PACKAGES = ["colorcore", "colorcore.kernels", "colorcore.anchor", "colorcore.schedule"]
PAGES = sorted(Path("docs/reference").glob("*.md"))
ENTRY = re.compile(r"^::: ([\w.]+)\n((?: +.*\n)*)", re.M)


def entries() -> dict[str, list[str] | None]:
    """What the pages show: of a module the members that they name, or all; or one object alone."""
    found = ENTRY.findall("".join(page.read_text("utf-8") + "\n" for page in PAGES))
    options = ((name, (yaml.safe_load(block) or {}).get("options", {})) for name, block in found)
    return {name: option.get("members") for name, option in options}


def is_shown(name: str, place: str, shown: dict[str, list[str] | None]) -> bool:
    """Whether an entry has it, by the module in which it stands."""
    members = shown.get(place, [])
    return f"{place}.{name}" in shown or members is None or name in members


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_in_the_reference(package):
    module, shown = importlib.import_module(package), entries()
    places = {name: getattr(module, name).__module__ for name in module.__all__}
    assert [n for n, place in places.items() if not is_shown(n, place, shown)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_says_what_it_is(package):
    module = importlib.import_module(package)
    texts = {name: getattr(module, name).__doc__ or "" for name in module.__all__}
    made = {name: f"{name}(" for name in texts}  # by dataclass and NamedTuple, which say no more
    assert [n for n, text in texts.items() if not text or text.startswith(made[n])] == []


def test_every_page_of_the_reference_is_in_the_menu():
    menu = Path("mkdocs.yml").read_text("utf-8")
    assert [page.name for page in PAGES if f"reference/{page.name}" not in menu] == []
