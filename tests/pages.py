"""A small document and a build of it, to typeset."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from colorcore.experiment.loading import load
from colorcore.results.files import Results
from colorcore.writeup import opening
from colorcore.writeup.written import Part, Written
from commands import MAIN

DOCUMENT = """main: {exp: the experiment}
figures: {one: {by: sweep}}
tables: {one: {by: labels}}
"""
TEXT = """---
abstract: Red has {{< var a.red >}}.
---

# First {#sec-first}

See @fig-one, @tbl-one, @eq-one, @sec-second and [@adam]. The number is {{< var a.red >}}.

$$
y = x^2
$$ {#eq-one}

::: {#fig-one}

{{< include exp/figures/one.md >}}

A caption that points to @eq-one.
:::

::: {#tbl-one}

{{< include exp/tables/one.md >}}

A table.
:::

# Second

## Within {#sec-second}

::: {.callout-note}
Remember.
:::

# References {.unnumbered}

::: {#refs}
:::
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect style="fill: {}"/></svg>'


def write_paper(folder: Path) -> Path:
    """Another text in the place of the paper's, about one figure and one table."""
    paper = Path(shutil.copytree("paper", folder / "paper"))
    shutil.copytree(MAIN, folder / "experiments" / "exp")
    (paper / "document.yaml").write_text(DOCUMENT)
    (paper / "index.qmd").write_text(TEXT)
    return paper


def write_build(paper: Path, folder: Path) -> Path:
    """What it shows, as if it had been made."""
    for part, files in {
        "figures": {
            "one-light.svg": SVG.format("#000000"),
            "one-dark.svg": SVG.format("#ffffff"),
            "one.txt": 'A "black" square.\n',
        },
        "tables": {"one.md": '| a | b |\n| :- | -: |\n| []{.swatch color="#ff0000"} red | 1 |\n'},
    }.items():
        (folder / "exp" / part).mkdir(parents=True)
        for name, content in files.items():
            (folder / "exp" / part / name).write_text(content)
    results = Results(folder / "exp", load(paper.parent / "experiments" / "exp"))
    tables = [results.runs_path, results.moments_path]
    for path in tables:
        path.write_text("seed\n0\n")
    results.note("evaluate", made=tables)
    (folder / "numbers.json").write_text(json.dumps({"a": {"red": "0.38"}}))
    for part in written(paper, folder):
        replace(part, of=list).note()
    return folder


def written(paper, build) -> list[Part]:
    """The figure, the table and the numbers."""
    *parts, _ = Written(opening.read(paper), build).parts()
    return parts


def html(build) -> str:
    return (build / "paper" / "index.html").read_text()
