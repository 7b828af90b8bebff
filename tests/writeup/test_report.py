"""The write-up: cross-references resolved, and nothing missing gets through."""

from __future__ import annotations

import os
import re
from zipfile import ZipFile

import pytest

from colorcore.errors import InputError
from colorcore.results.files import Results, write_scene
from colorcore.writeup import opening, renderers, report
from colorcore.writeup.document import TYPESET
from editing import change
from pages import TEXT, html


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


def test_the_page_is_self_contained_with_a_drawing_for_light_and_dark_and_alt_text(paper, build):
    report.render(opening.read(paper), build=build)
    text = html(build)
    assert not report.LOADED.search(text)
    assert text.count("<svg ") == 1
    assert '<rect style="fill:light-dark(#000000,#ffffff)"' in text
    assert text.count('aria-label="A &quot;black&quot; square."') == 1
    assert 'style="background:#ff0000"' in text


def test_the_pdf_has_one_variant_of_each_figure(paper, build):
    report.render(opening.read(paper), build=build)
    assert (build / "paper" / "index.pdf").read_bytes().startswith(b"%PDF")
    source = (build / "stage" / "index.typ").read_text()
    assert "one-light.svg" in source
    assert "one-dark.svg" not in source
    assert "Figure~1" in source


def test_the_results_behind_each_part_go_with_the_page(paper, build):
    report.render(opening.read(paper), build=build)
    with ZipFile(build / "paper" / "data.zip") as data:
        files = {name: data.read(name).decode() for name in data.namelist()}
    assert list(files) == ["index.csv", "exp/moments.csv", "exp/runs.csv", "numbers.json"]
    assert files["exp/runs.csv"] == "seed\n0\n"
    assert files["index.csv"].splitlines() == [
        "part,result",
        "exp/figures/one,exp/runs.csv",
        "exp/tables/one,exp/runs.csv",
        "numbers,exp/runs.csv",
        "numbers,exp/moments.csv",
    ]


def test_results_that_are_no_longer_what_they_were_are_missed_and_the_pages_stay(paper, build):
    report.render(opening.read(paper), build=build)
    before = {path.name: path.read_bytes() for path in (build / "paper").iterdir()}
    assert len(before) == 3
    change(paper, "The number", "The one number", "index.qmd")
    moments = build / "exp" / "moments.csv"
    moments.write_text("seed\n1\n")
    with pytest.raises(InputError, match=f"^{moments}: wanted the result that was written, got "):
        report.render(opening.read(paper), build=build)
    moments.unlink()
    with pytest.raises(InputError, match=f"^{moments}: no such result; build the step that makes "):
        report.render(opening.read(paper), build=build)
    assert {path.name: path.read_bytes() for path in (build / "paper").iterdir()} == before


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
    "not in it; mend the name, or have it computed",
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
