"""The write-up: cross-references resolved, and nothing missing gets through."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from colorcore.errors import InputError
from colorcore.results.files import Results, write_scene
from colorcore.writeup import opening, renderers, report
from colorcore.writeup.document import TYPESET
from colorcore.writeup.written import Part, Written
from commands import MAIN
from editing import change

PAPER = Path("paper")
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
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>'


@pytest.fixture
def paper(tmp_path):
    """Another text in the place of the paper's, about one figure and one table."""
    folder = Path(shutil.copytree(PAPER, tmp_path / "paper"))
    shutil.copytree(MAIN, tmp_path / "experiments" / "exp")
    (folder / "document.yaml").write_text(DOCUMENT)
    (folder / "index.qmd").write_text(TEXT)
    return folder


@pytest.fixture
def build(paper, tmp_path):
    folder = tmp_path / "build"
    for part, files in {
        "figures": {"one-light.svg": SVG, "one-dark.svg": SVG, "one.txt": 'A "black" square.\n'},
        "tables": {"one.md": '| a | b |\n| :- | -: |\n| []{.swatch color="#ff0000"} red | 1 |\n'},
    }.items():
        (folder / "exp" / part).mkdir(parents=True)
        for name, content in files.items():
            (folder / "exp" / part / name).write_text(content)
    (folder / "numbers.json").write_text(json.dumps({"a": {"red": "0.38"}}))
    for part in written(paper, folder):
        replace(part, of=list).note()
    return folder


def written(paper, build) -> list[Part]:
    """The figure, the table and the numbers."""
    *parts, _ = Written(opening.read(paper), build).parts()
    return parts


@pytest.fixture(autouse=True)
def no_quarto(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)


def html(build) -> str:
    return (build / "paper" / "index.html").read_text()


def test_cross_references_variables_and_citations_are_resolved(paper, build):
    report.render(opening.read(paper), build=build)
    text = re.sub(r"[ \n]+", " ", html(build)).replace("&nbsp;", "\u00a0")
    for target, shown in {
        "#fig-one": "Figure\u00a01",
        "#tbl-one": "Table\u00a01",
        "#eq-one": "Equation\u00a01",
        "#sec-second": "Section\u00a02.1",
    }.items():
        assert f'<a href="{target}">{shown}</a>' in text
    assert "Figure\u00a01: A caption that points to" in text
    assert "The number is 0.38." in text
    assert "Red has 0.38." in text
    assert "Kingma and Ba 2015" in text
    assert "Remember." in text


def test_the_page_is_self_contained_with_both_variants_and_alt_text(paper, build):
    report.render(opening.read(paper), build=build)
    text = html(build)
    assert not report.LOADED.search(text)
    assert text.count("data:image/svg+xml;base64,") + text.count("<svg ") == 2
    assert 'class="light-content"' in text
    assert 'class="dark-content"' in text
    assert text.count('alt="A &quot;black&quot; square."') == 2
    assert 'style="background:#ff0000"' in text


def test_the_pdf_has_one_variant_of_each_figure(paper, build):
    report.render(opening.read(paper), build=build)
    assert (build / "paper" / "index.pdf").read_bytes().startswith(b"%PDF")
    source = (build / "stage" / "index.typ").read_text()
    assert "one-light.svg" in source
    assert "one-dark.svg" not in source
    assert "Figure~1" in source


def test_the_same_text_makes_the_same_page(paper, build):
    report.render(opening.read(paper), build=build)
    first = html(build)
    report.render(opening.read(paper), build=build)
    assert html(build) == first


EXPLORER = """
::: {.content-visible when-format="html"}
:::: {.explorer}
Six sides of it.

{{< include exp/explorer.md >}}
::::

```{=html}
<link rel="stylesheet" href="explorer/explorer.css">
<script src="explorer/explorer.js"></script>
```
:::

::: {.content-visible unless-format="html"}
Only on paper.
:::
"""


def test_the_page_carries_the_explorer_and_the_pdf_what_stands_for_it(paper, build):
    document = opening.read(paper)
    results = Results(build / "exp", document.load("exp"))
    write_scene(results.explorer_path, {"seed": 0})
    results.note("explorer", made=[results.explorer_path])
    (paper / "index.qmd").write_text(TEXT + EXPLORER)
    report.render(document, build=build)
    text, source = html(build), (build / "stage" / "index.typ").read_text()
    assert '<script type="application/json">{"seed":0}</script>' in text
    assert (TYPESET / "explorer" / "explorer.js").read_text().strip() in text
    assert "body.quarto-dark .explorer.ready" in text  # Pandoc leaves out comments of a style
    assert "Six sides of it." in text
    assert "Only on paper." not in text
    assert "Only on paper." in source
    assert "Six sides of it." not in source
    assert '"seed"' not in source


MISTAKES = {
    "{{< var a.blue >}}": "index.qmd: wanted a variable of numbers.json, got 'a.blue', which is "
    "not in it; add it in numbers.py or mend the name",
    "{{< var a >}}": "index.qmd: wanted a variable of numbers.json, got 'a', which has red; name "
    "one of them",
    "{{< include exp/tables/two.md >}}": "index.qmd: wanted a file to include, got "
    "'exp/tables/two.md', which is not there; mend the name, or add what makes it to the "
    "document's figures or tables",
    "See @fig-two.": "index.qmd: wanted a cross-reference target, got 'fig-two'; add it or mend "
    "the name",
    "See [@nobody].": "index.qmd: wanted an entry of references.bib, got 'nobody'; add it or mend "
    "the name",
    "![](exp/figures/two.svg)": "index.qmd: wanted an image, got 'exp/figures/two.svg'; add it or "
    "mend the name",
    "## Again {#sec-second}": "index.qmd: wanted a unique cross-reference target, got "
    "'sec-second'; add it or mend the name",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_what_is_missing_is_named_and_the_old_paper_stays(paper, build, line):
    report.render(opening.read(paper), build=build)
    before = html(build)
    (paper / "index.qmd").write_text(f"{TEXT}\n{line}\n")
    with pytest.raises(InputError) as caught:
        report.render(opening.read(paper), build=build)
    assert str(caught.value) == MISTAKES[line]
    assert html(build) == before


@pytest.mark.parametrize("part", ["figures/one.txt", "figures/one-dark.svg", "tables/one.md"])
def test_what_the_document_shows_and_nobody_made_is_named(paper, build, part):
    (build / "exp" / part).unlink()
    with pytest.raises(InputError) as caught:
        report.render(opening.read(paper), build=build)
    assert str(caught.value) == (
        f"{build}/exp/{part}: no such result; build the step that makes it first"
    )


DAMAGED = ["figures/one.txt", "figures/one-dark.svg", "tables/one.md", "../numbers.json"]


@pytest.mark.parametrize("part", DAMAGED)
def test_what_is_not_as_it_was_made_is_not_shown(paper, build, part):
    path = (build / "exp" / part).resolve()
    path.write_text(path.read_text().replace("1", "2").replace("A", "B").replace("3", "2"))
    with pytest.raises(InputError) as caught:
        report.render(opening.read(paper), build=build)
    assert str(caught.value) == (
        f"{path}: wanted the result that was written, got another; delete it and build again"
    )


def test_what_was_made_of_the_document_as_it_was_is_not_shown(paper, build):
    change(paper, "the experiment", "another", "document.yaml")
    with pytest.raises(
        InputError, match=r"numbers\.json: wanted results of paper as its settings a"
    ):
        report.render(opening.read(paper), build=build)
    for part in written(paper, build)[-1:]:
        replace(part, of=list).note()
    with pytest.raises(
        InputError, match=r"one\.json: wanted results of paper as its settings are,"
    ):
        report.render(opening.read(paper), build=build)


def test_what_has_no_record_is_not_shown(paper, build):
    (build / "written" / "exp" / "tables" / "one.json").unlink()
    with pytest.raises(InputError, match="no such record of what made the results beside it; buil"):
        report.render(opening.read(paper), build=build)


def test_figures_that_the_document_does_not_show_are_left_out(paper, build):
    (build / "exp" / "figures" / "two.txt").write_text("An old figure.\n")
    report.render(opening.read(paper), build=build)
    assert not (build / "stage" / "exp" / "figures" / "two.txt").exists()


def test_the_code_of_a_document_is_no_part_of_what_is_typeset(paper, build):
    report.render(opening.read(paper), build=build)
    assert not list((build / "stage").rglob("*.py"))


@pytest.mark.parametrize("gap", ["", "  "])
def test_what_is_put_in_place_may_be_spaced_otherwise(paper, build, gap):
    short = TEXT.replace("{{< var a.red >}}", f"{{{{<{gap}var  a.red{gap}>}}}}")
    assert short != TEXT
    (paper / "index.qmd").write_text(short.replace("< include ", f"<{gap}include "))
    report.render(opening.read(paper), build=build)
    assert "The number is 0.38." in re.sub(r"\s+", " ", html(build))


def test_a_warning_of_typst_fails_the_build(paper, build):
    font = '```{=typst}\n#set text(font: "Nobody has this")\n```\n'
    (paper / "index.qmd").write_text(f"{TEXT}\n{font}")
    with pytest.raises(InputError) as caught:
        report.render(opening.read(paper), build=build)
    assert str(caught.value) == (
        "typst: wanted no warnings, got 'unknown font family: nobody has this'; mend the text"
    )


def fake_quarto(tmp_path, monkeypatch, body):
    program = tmp_path / "quarto"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: str(program))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)


QUARTO = """if [ "$1" = --version ]; then echo 1.7.34; exit; fi
mkdir -p _output; echo '<p>page</p>' > _output/index.html; echo '%PDF' > _output/index.pdf
"""


def test_quarto_is_used_when_there_is_one(paper, build, tmp_path, monkeypatch, capsys):
    fake_quarto(tmp_path, monkeypatch, QUARTO)
    report.render(opening.read(paper), build=build)
    assert html(build) == "<p>page</p>\n"
    assert "typesetting with Quarto 1.7.34" in capsys.readouterr().err


@pytest.mark.parametrize(
    "before", ["", r"\033[39m\033[33m", "[typst]: Compiling index.typ to index.pdf..."]
)
def test_a_warning_of_quarto_fails_the_build(paper, build, tmp_path, monkeypatch, before):
    fake_quarto(tmp_path, monkeypatch, QUARTO + f"printf '{before}WARNING: unknown reference'")
    with pytest.raises(InputError, match="wanted no warnings, got 'WARNING: unknown reference'"):
        report.render(opening.read(paper), build=build)
    assert not (build / "paper" / "index.html").exists()


def test_a_quarto_that_fails_is_quoted(paper, build, tmp_path, monkeypatch):
    fake_quarto(tmp_path, monkeypatch, QUARTO + "echo 'it broke'; exit 3")
    with pytest.raises(InputError, match=r"quarto: wanted it to typeset .*, got: it broke"):
        report.render(opening.read(paper), build=build)


def test_a_quarto_that_is_too_old_is_passed_over(tmp_path, monkeypatch, capsys):
    fake_quarto(tmp_path, monkeypatch, "echo 1.4.550")
    assert renderers.choose() is renderers.pandoc
    assert "Quarto 1.4.550 is too old" in capsys.readouterr().err
