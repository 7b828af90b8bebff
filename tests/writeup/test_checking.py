"""What cannot be made of a document is told before anything is trained."""

from __future__ import annotations

import pytest

from colorcore.errors import InputError
from colorcore.writeup import checking, opening
from editing import change


@pytest.mark.parametrize("name", ["index.qmd", "_metadata.yml", "__init__.py"])
def test_a_document_without_one_of_its_files_is_refused(essay, name):
    (essay / name).unlink()
    with pytest.raises(InputError) as caught:
        checking.check(opening.read(essay), seeds=60)
    assert str(caught.value) == (
        f"{essay}: wanted index.qmd, _metadata.yml, __init__.py, got no {name}; write it, however "
        "little it says"
    )


@pytest.mark.parametrize("name", ["numbers", "claims"])
def test_a_document_without_one_of_its_modules_is_refused(essay, name):
    (essay / f"{name}.py").rename(essay / f"my_{name}.py")
    with pytest.raises(InputError) as caught:
        checking.check(opening.read(essay), seeds=60)
    assert str(caught.value) == f"{essay}: wanted a module {name}.py, got none; write it"


@pytest.mark.parametrize("module", ["numbers", "claims"])
def test_what_computes_from_an_experiment_that_a_document_is_not_about_is_refused(folder, module):
    change(folder, "  lost: {}\n", "", "document.yaml")
    change(folder, "return ", 'document.load("ex-2.10.1-behind")\n    return ', f"{module}.py")
    with pytest.raises(InputError) as caught:
        checking.check(opening.read(folder), seeds=60)
    assert str(caught.value) == (
        f"{folder}/{module}.py: names ex-2.10.1-behind, an experiment which "
        f"{folder}/document.yaml is not about; add it there to a group or to others, or leave it "
        "out here"
    )
    change(folder, "others: {", "others: {ex-2.10.1-behind: behind, ", "document.yaml")
    checking.check(opening.read(folder), seeds=60)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sweep.md", "swept.md"),
        ("tables/labels.md", "figures/labels.md"),
        ("< include ex-2.10.1/tables", "<include ex-2.10.1/red/tables"),
        ("ex-2.10.1/explorer.md", "explorer.md"),
    ],
)
def test_a_text_that_includes_what_nobody_makes_is_refused(essay, old, new):
    change(essay, old, new, "index.qmd")
    with pytest.raises(InputError, match=r"index\.qmd: wanted a file to include, got "):
        checking.check(opening.read(essay), seeds=60)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("See @fig-none.", "index.qmd: wanted a cross-reference target, got 'fig-none'"),
        (
            "As [@nobody2020] says.",
            "index.qmd: wanted an entry of references.bib, got 'nobody2020'",
        ),
        ("![](none.png)", "index.qmd: wanted an image, got 'none.png'"),
        ('![a](none.png "A title")', "index.qmd: wanted an image, got 'none.png'"),
        ("![a](<none.png>){width=3cm}", "index.qmd: wanted an image, got 'none.png'"),
        ("![a][b]\n\n[b]: none.png 'A title'", "index.qmd: wanted an image, got 'none.png'"),
        ('<img alt="" src="none.png">', "index.qmd: wanted an image, got 'none.png'"),
    ],
)
def test_a_text_that_refers_to_what_there_is_not_is_refused(essay, line, message):
    whole = (essay / "index.qmd").read_text()
    (essay / "index.qmd").write_text(f"{whole}\n{line}\n")
    with pytest.raises(InputError) as caught:
        checking.check(opening.read(essay), seeds=60)
    assert str(caught.value) == f"{message}; add it or mend the name"


@pytest.mark.parametrize("line", ["#", "## {#sec-x}"])
def test_a_heading_that_says_nothing_is_refused(essay, line):
    whole = (essay / "index.qmd").read_text()
    (essay / "index.qmd").write_text(f"{whole}\n{line}\n")
    with pytest.raises(InputError) as caught:
        checking.check(opening.read(essay), seeds=60)
    assert str(caught.value) == (
        "index.qmd: wanted headings that say something, got an empty one; write it, or leave it out"
    )


def test_code_refers_to_nothing_and_has_no_headings(essay):
    whole = (essay / "index.qmd").read_text()
    (essay / "index.qmd").write_text(
        f"{whole}\n```bibtex\n#\n@misc{{a, title = {{@fig-b}}}}\n```\n"
    )
    checking.check(opening.read(essay), seeds=60)


def test_figures_call_only_terms_otherwise_that_there_are(folder):
    change(folder, "  lost: {}\n", "", "document.yaml")
    change(folder, "figures:\n", "terms: {reg-anchr: anchor}\nfigures:\n", "document.yaml")
    with pytest.raises(InputError) as caught:
        checking.check(opening.read(folder), seeds=60)
    assert str(caught.value) == (
        f"{folder}/document.yaml: terms: wanted one of reg-separate, reg-anchor, "
        "reg-anti-subspace, reg-anti-anchor, got 'reg-anchr'; did you mean reg-anchor?"
    )


@pytest.mark.parametrize("line", ["{{< include other.md >}}", "See @fig-none.", "![](none.png)"])
def test_an_authors_text_that_refers_to_what_there_is_not_is_refused(folder, line):
    experiment = folder.parent / "experiments" / "ex-2.10.1"
    checking.check(opening.read(experiment), seeds=60)
    (experiment / "text.md").write_text(f"As @fig-training and @tbl-labels show.\n\n{line}\n")
    with pytest.raises(InputError, match=r"wanted (a file to include|a cross-ref|an image)"):
        checking.check(opening.read(experiment), seeds=60)
    (experiment / "text.md").write_text("As @fig-training and @tbl-labels show.\n")
    checking.check(opening.read(experiment), seeds=60)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("_metadata.yml", "An essay", "[", "wanted YAML, got something else"),
        ("numbers.py", "def numbers", "def number", "wanted numbers, got no numbers; write it"),
        ("claims.py", "def gather", "def get", "wanted CLAIMS, gather, got no gather; write it"),
    ],
)
def test_parts_of_a_document_that_cannot_be_used_are_refused(folder, name, old, new, message):
    change(folder, "  lost: {}\n", "", "document.yaml")
    change(folder, old, new, name)
    with pytest.raises(InputError, match=f"{name}: {message}"):
        checking.check(opening.read(folder), seeds=60)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("search.yaml", "trials: 3\n", "search.yaml: random_trials: wanted a value, got none"),
        ("trials.csv", "trial,foo\n1,2\n", "trials.csv, row 1: wanted a column state, got "),
        ("trials.csv", None, "trials.csv: no such result"),
    ],
)
def test_a_search_that_cannot_be_shown_is_refused(essay, file, text, message):
    change(essay, "figures:\n", "figures:\n  search: {of: ex-reliable}\n", "document.yaml")
    checking.check(opening.read(essay), seeds=60)
    path = essay.parent / "experiments" / "ex-reliable" / file
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(InputError, match=message):
        checking.check(opening.read(essay), seeds=60)


def test_a_text_of_other_bytes_is_refused(essay):
    (essay / "index.qmd").write_bytes(b"caf\xe9")
    with pytest.raises(InputError) as caught:
        checking.check(opening.read(essay), seeds=60)
    assert str(caught.value) == (
        f"{essay}/index.qmd: wanted UTF-8 text, got other bytes (unexpected end of data at byte "
        "3); save it again as UTF-8"
    )


def test_what_a_document_cannot_show_is_told_before_anything_is_trained(folder):
    with pytest.raises(
        InputError, match=r"document\.yaml: figures\.lost: wanted a module lost\.py"
    ):
        checking.check(opening.read(folder), seeds=60)
    change(folder, "  lost: {}\n", "", "document.yaml")
    checking.check(opening.read(folder), seeds=60)
    change(folder, "tables: {", "tables: {none: {}, ", "document.yaml")
    with pytest.raises(InputError, match=r"document\.yaml: tables\.none: wanted a module none\.py"):
        checking.check(opening.read(folder), seeds=60)
    change(folder, "{none: {}, ", "{", "document.yaml")
    change(folder, "others: {ex-2.9.1: an older one}\n", "", "document.yaml")
    with pytest.raises(InputError) as caught:
        checking.check(opening.read(folder), seeds=60)
    assert str(caught.value) == (
        f"{folder}/document.yaml: figures.own: reads results of ex-2.9.1, which the document is "
        "not about; add that to a group or to others, or leave this out"
    )
