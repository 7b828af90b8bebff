"""A document to edit, beside the experiments of the paper, and a browser."""

from __future__ import annotations

import shutil
import sys

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from colorcore.writeup import checking, opening
from commands import copy_experiments
from editing import change
from pages import write_build, write_paper

BROWSERS, DRIVER = ("chromium", "google-chrome", "chrome"), "chromedriver"
TEXT = """main: {ex-2.10.1: the main one}
groups:
  noise: {conditions: {ex-2.10.1-noise-10: a tenth}}
  apart: {base: {ex-reliable: reliable}, conditions: {ex-reliable-half: half the steps}}
others: {ex-2.9.1: an older one}
figures:
  sweep: {}
  before: {by: stack, variant: baseline}
  own: {size: 3}
  lost: {}
  dopesheet: {}
tables: {labels: {}, conditions-noise: {by: conditions, group: noise}}
"""
INCLUDES = """{{< include ex-2.10.1/figures/sweep.md >}}
{{< include ex-2.10.1/tables/labels.md >}} {{< include ex-2.10.1/explorer.md >}}
"""
OWN = """READS = ("runs.csv",)
def reads_of(document, size):
    return ["ex-2.9.1", "ex-2.10.1"]
READS_OF = ("moments.csv",)
def gather(subject, size):
    return size
def draw(data, theme): ...
def describe(data): ...
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for module in [name for name in sys.modules if name.partition(".")[0] == "essay"]:
        monkeypatch.delitem(sys.modules, module)  # another test's
    copy_experiments(tmp_path / "experiments")
    place = tmp_path / "essay"
    (place / "figures").mkdir(parents=True)
    for package in (place, place / "figures"):
        (package / "__init__.py").touch()
    (place / "figures" / "own.py").write_text(OWN)
    (place / "document.yaml").write_text(TEXT)
    (place / "index.qmd").write_text(INCLUDES)
    (place / "_metadata.yml").write_text("title: An essay\n")
    (place / "numbers.py").write_text("def numbers(document, build):\n    return {}\n")
    (place / "claims.py").write_text("CLAIMS = []\ndef gather(document, build):\n    return None\n")
    return place


@pytest.fixture
def essay(folder):
    """A document of which all can be made."""
    change(folder, "  lost: {}\n", "", "document.yaml")
    checking.check(opening.read(folder), seeds=60)
    return folder


@pytest.fixture
def paper(tmp_path):
    """A small document of one figure and one table."""
    return write_paper(tmp_path)


@pytest.fixture
def build(paper, tmp_path, monkeypatch):
    """What it shows, to be typeset without Quarto."""
    monkeypatch.setattr("shutil.which", lambda name: None)
    return write_build(paper, tmp_path / "build")


@pytest.fixture(scope="module")
def driver():
    """A browser, where there is one."""
    found, program = next(filter(None, map(shutil.which, BROWSERS)), None), shutil.which(DRIVER)
    if found is None or program is None:
        pytest.skip(f"needs a browser ({' or '.join(BROWSERS)}) and {DRIVER} on the PATH")
    options = webdriver.ChromeOptions()
    options.binary_location = found
    for argument in ("--headless=new", "--no-sandbox"):  # containers have no room for a sandbox
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, Service(program))
    yield driver
    driver.quit()
