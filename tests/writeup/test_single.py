"""The report of one experiment: its figures and tables, and its text, about its own concept."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape

import pytest

from colorcore.errors import InputError
from colorcore.writeup import opening, report, single, single_text, sources, tabulating
from colorcore.writeup.subject import subject
from colorcore.writeup.written import Part, Written
from commands import run
from isolation import make

FIGURES = [*single.FIGURES, "schedules", "conditions"]
TABLES = [*single.TABLES, "conditions"]
ABOUT_THE_CONCEPT = {
    "figures": {"evolution", "latents", "error-similarity", "sweep", "interventions", "conditions"},
    "tables": {"labels", "pareto", "interventions", "settings", "conditions"},
}
OF_ALL_COLORS = {"named", "named-representative", "named-sweep"}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9"/></svg>'
RED = re.compile(r"\bred\b")


@pytest.fixture(autouse=True)
def no_quarto(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)


def test_the_report_of_blue_shows_these(blue):
    assert list(blue.document.figures) == FIGURES
    assert list(blue.document.tables) == TABLES


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_blue_reads_what_it_says_and_tells_of_blue_and_not_of_red(blue, name, tmp_path):
    alone, said, read = make(blue, "figures", name, tmp_path)
    assert read == said
    text = (alone.results.judged / "figures" / f"{name}.txt").read_text()
    if name in ABOUT_THE_CONCEPT["figures"]:
        assert "blue" in text
    if name not in OF_ALL_COLORS:
        assert not RED.search(text)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_blue_reads_what_it_says_and_tells_of_blue_and_not_of_red(blue, name, tmp_path):
    alone, said, read = make(blue, "tables", name, tmp_path)
    assert read == said
    text = (alone.results.judged / "tables" / f"{name}.md").read_text()
    if name in ABOUT_THE_CONCEPT["tables"]:
        assert "blue" in text
    if name not in OF_ALL_COLORS:
        assert not RED.search(text)


@pytest.mark.parametrize("deletion", ["blue", "red-and-blue"])
def test_a_further_deletion_is_shown_of_its_own_results(both, deletion, tmp_path):
    one = subject(both.document, both.results.folder.parent, deletion=deletion)
    for kind in ("figures", "tables"):
        for name in both.document.shown(kind, one.deletion, both.deletion):
            alone, said, read = make(one, kind, name, tmp_path)
            assert read == said
            assert alone.results.judged == tmp_path / "both" / deletion
    text = (tmp_path / "both" / deletion / "figures" / "sweep.txt").read_text()
    assert f"the ablated error of {one.concept}" in text


def make_all(found, build):
    """All that the report is made of; for its figures, which are drawn above, something white."""
    for name in found.document.names:
        shutil.copytree(found.results.folder.parent / name, build / name)
    one = subject(found.document, build)
    for deletion in one.experiment.deletions.values():
        is_first = deletion == one.deletion
        which = one if is_first else subject(one.document, build, deletion=deletion.name)
        for name in one.document.shown("figures", deletion, one.deletion):
            place = which.results.judged / "figures"
            place.mkdir(exist_ok=True)
            for theme in ("light", "dark"):
                (place / f"{name}-{theme}.svg").write_text(SVG)
            (place / f"{name}.txt").write_text(f"What {name} shows.\n")
            Written.of(which).part("figures", name, which).note()
        for name in one.document.shown("tables", deletion, one.deletion):
            tabulating.tabulate(which, name)
    run("explorer", one.experiment.folder, "--out", one.results.folder, "--shards", 1)
    opening.write_numbers(one.document, build)
    return build


@pytest.fixture(scope="module")
def blue_build(blue, tmp_path_factory):
    return make_all(blue, tmp_path_factory.mktemp("blue"))


@pytest.fixture(scope="module")
def both_build(both, tmp_path_factory):
    return make_all(both, tmp_path_factory.mktemp("both"))


def words(build) -> str:
    page = (build / "index.html").read_text()
    page = re.sub(r"<(script|style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_the_report_of_blue_tells_of_blue_and_of_its_base(blue, blue_build):
    report.render(blue.document, build=blue_build)
    text = words(blue_build)
    assert "Delete blue" in text
    assert "Without blue" in text
    assert "Compared with ex-2.10.1" in text
    found = json.loads((blue_build / "numbers.json").read_text())
    assert found["compared"]["score-r2"]["differs"] in text
    assert (blue_build / "index.pdf").read_bytes().startswith(b"%PDF")
    assert not RED.search((blue_build / "stage" / "index.qmd").read_text())


def test_the_report_of_two_concepts_has_a_section_a_deletion(both, both_build):
    report.render(both.document, build=both_build)
    text = words(both_build)
    for title in ("Without red", "Without blue", "Without red and blue"):
        assert title in text
    assert "Compared with" not in text
    assert "a cube of 12 × 3 × 4 levels an axis in HSV" in text


def test_what_an_author_has_to_say_is_in_the_report(blue, blue_build):
    own = blue.document.folder / "text.md"
    own.write_text("Blue was chosen because the *sky* is.\n")
    try:
        report.render(blue.document, build=blue_build)
    finally:
        own.unlink()
    assert "Blue was chosen because the sky is." in words(blue_build)


def test_a_report_wants_every_figure_of_every_deletion(both, both_build):
    missing = both_build / "both" / "blue" / "figures" / "sweep.txt"
    whole = missing.read_bytes()
    missing.unlink()
    try:
        with pytest.raises(InputError) as caught:
            sources.gather(both.document, both_build)
    finally:
        missing.write_bytes(whole)
    assert str(caught.value) == f"{missing}: no such result; build the step that makes it first"


def test_a_title_with_marks_of_yaml_and_markdown_stays_as_it_is(blue, blue_build, monkeypatch):
    # Its figures and numbers are of the old title, which is no matter here.
    monkeypatch.setattr(Part, "read", lambda self: {p.name: p.read_bytes() for p in self.made})
    settings = blue.document.folder / "experiment.yaml"
    whole = settings.read_text()
    title = "Delete: «blue» & @most, 10 % *at* $1 {{x}} <b> [a](b) #tag `c` 'd'"
    settings.write_text(whole.replace("title: Delete blue", "title: " + json.dumps(title)))
    try:
        report.render(blue.document, build=blue_build)
    finally:
        settings.write_text(whole)
    page = (blue_build / "index.html").read_text()
    for tag in ("h1", "title"):
        shown = re.search(rf"<{tag}\b[^>]*>(.*?)</{tag}>", page, re.DOTALL)
        assert shown is not None
        assert " ".join(unescape(shown[1]).split()) == title


def test_an_experiment_of_a_file_says_so(blue, tmp_path):
    folder = tmp_path / "experiments" / "mine"
    shutil.copytree(blue.document.experiments / "ex-2.10.1", folder)
    path = folder / "experiment.yaml"
    text = path.read_text().replace("cube: {space: rgb, points: 10}", "csv: mine.csv")
    path.write_text(text.replace("affinity: redness", "affinity: column, column: warm"))
    (folder / "mine.csv").write_text("r,g,b,warm\n1,0,0,1\n0,0.5,1,0\n")
    single_text.write_text(subject(opening.read(folder), tmp_path), tmp_path)
    told = " ".join((tmp_path / "index.qmd").read_text().split())
    assert "from the file `mine.csv`" in told
    assert "(column `warm` of the data)" in told
