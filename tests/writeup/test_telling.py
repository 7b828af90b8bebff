"""What texts, names and imports may say is told before anything is trained."""

from __future__ import annotations

import pytest

from colorcore.errors import InputError
from colorcore.writeup import checking, opening
from editing import change


def refused(folder) -> str:
    with pytest.raises(InputError) as caught:
        checking.check(opening.read(folder), seeds=60)
    return str(caught.value)


@pytest.mark.parametrize("code", ["video x.mp4", "meta title", "var", "include", "vra a.b"])
def test_what_not_every_renderer_puts_in_place_is_refused(essay, code):
    (essay / "index.qmd").write_text(f"A {{{{< {code} >}}}}.\n")
    assert refused(essay) == (
        "index.qmd: wanted {{< include file >}} or {{< var name >}}, got "
        f"'{{{{< {code} >}}}}', which not every renderer knows; write what it stands for"
    )


def test_a_text_that_includes_itself_is_refused(essay):
    for file, other in (("index.qmd", "a.md"), ("a.md", "b.md"), ("b.md", "a.md")):
        (essay / file).write_text(f"{{{{< include {other} >}}}}\n")
    assert refused(essay) == (
        "b.md: wanted a file to include that does not include itself, got 'a.md' in 'b.md' in "
        "'a.md' in 'index.qmd'; leave one out"
    )


def test_a_file_may_be_included_twice(essay):
    (essay / "a.md").write_text("A rule:\n\n---\n\nAnother:\n\n---\n")
    (essay / "index.qmd").write_text("---\nabstract: A.\n---\n" + 2 * "{{< include a.md >}}\n")
    checking.check(opening.read(essay), seeds=60)


@pytest.fixture
def single(folder):
    return folder.parent / "experiments" / "ex-2.10.1"


@pytest.mark.parametrize("text", ["---\ntitle: A\n---\n", "A.\n\n---\ntitle: A\n...\n\nB.\n"])
def test_an_authors_text_with_metadata_is_refused(single, text):
    (single / "text.md").write_text(text)
    assert refused(single) == (
        "text.md: wanted text alone, got metadata between lines of ---, which are the whole "
        "document's; leave them out, or write a rule as ***"
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("this.scroe.median", "which is not in it; mend the name, or have it computed"),
        ("this.bounds", "which has unlike, gray, black, even; name one of them"),
    ],
)
def test_a_number_that_a_report_does_not_have_is_refused(single, name, why):
    (single / "text.md").write_text("{{< var this.score.median >}}\n")
    checking.check(opening.read(single), seeds=60)
    (single / "text.md").write_text(f"{{{{< var {name} >}}}}\n")
    assert refused(single) == f"text.md: wanted a variable of numbers.json, got '{name}', {why}"


def test_an_experiment_that_bears_the_title_of_its_base_is_refused(folder):
    place = folder.parent / "experiments" / "only"
    place.mkdir()
    (place / "experiment.yaml").write_text("base: ex-2.10.1\n")
    assert refused(place) == (
        f"{place}/experiment.yaml: title: wanted one of its own, got none, which would be that of "
        "ex-2.10.1; add it"
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "where"),
    [
        ("essay/_metadata.yml", "An essay", "赤 essay", "_metadata.yml: wanted letters that a "
         "font of the PDF"),
        ("essay/index.qmd", "{{< include ex-2.10.1/t", "赤 {{< include ex-2.10.1/t", "index.qmd: "
         "wanted letters that a font of the PDF"),
        ("essay/document.yaml", "a tenth", "赤", "document.yaml: ex-2.10.1-noise-10: wanted "
         "letters that a font of figures"),
        ("experiments/ex-2.10.1/experiment.yaml", "title: ", "title: 赤 ", "experiment.yaml: "
         "title: wanted letters that a font of the PDF"),
        ("experiments/ex-2.10.1/dopesheet.csv", "Train", "赤", "dopesheet.csv: phases: wanted "
         "letters that a font of figures"),
    ],
)  # fmt: skip
def test_letters_that_no_font_has_are_refused(essay, file, old, new, where):
    change(essay.parent, old, new.replace("赤", "äöü →"), file)
    checking.check(opening.read(essay), seeds=60)
    change(essay.parent, new.replace("赤", "äöü →"), new, file)
    assert refused(essay).endswith(f"{where} has, got '赤' (U+8D64); write it otherwise")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (20 * "a", ": wanted a name that does not end in the same letters twenty times, which "
         "Snakemake takes for a path without end, got 'a' so often; rename it"),
        ("-".join(map(str, range(80))), ": wanted a name of at most 200 bytes, by which folders "
         "are called, got 229; name it otherwise"),
    ],
)  # fmt: skip
def test_names_that_paths_cannot_have_are_refused(single, name, message):
    name = f"n{name}"
    place = single.rename(single.parent / name)
    wanted = message.replace("229", "230")
    assert refused(place) == f"{place}{wanted}"
    change(place, "surgery: {", f"surgery: {{deletions: {{{name}: [red]}}, ")
    shorter = place.rename(single)
    assert refused(shorter) == f"{shorter}/experiment.yaml: surgery.deletions.{name}{wanted}"


def test_a_file_with_braces_is_refused(essay):
    (essay / "a{b}.csv").touch()
    assert refused(essay) == (
        f"{essay}/a{{b}}.csv: wanted a name without braces, in which Snakemake has wildcards; "
        "rename it"
    )


@pytest.mark.parametrize(
    ("line", "got"),
    [
        ("import nosuch.part", "nosuch.part"),
        ("from colorcore.writeup.subjct import subject", "subject of colorcore.writeup.subjct"),
        ("from colorcore.writeup.subject import subjct", "subjct of colorcore.writeup.subject"),
        ("from essay import helper", "helper of essay"),
    ],
)
@pytest.mark.parametrize("module", ["numbers", "claims"])
def test_imports_of_what_there_is_not_are_refused(essay, module, line, got):
    text = (essay / f"{module}.py").read_text()
    (essay / f"{module}.py").write_text(f"try:\n    import nosuch\nexcept ImportError: ...\n{text}")
    checking.check(opening.read(essay), seeds=60)
    (essay / f"{module}.py").write_text(f"import math\n{line}\n{text}")
    assert refused(essay) == (
        f"{essay}/{module}.py, line 2: wanted to import what is there, got {got}; mend the name, "
        "or install it"
    )
