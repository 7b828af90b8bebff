"""What is written up is verified with the results that it is made of."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from colorcore.errors import InputError
from colorcore.experiment.loading import load
from colorcore.results import verification
from colorcore.writeup import document, drawing, opening, tabulating
from colorcore.writeup.subject import Subject
from colorcore.writeup.verification import verify
from colorcore.writeup.written import Written
from editing import change


@pytest.fixture(scope="module")
def whole(main, tmp_path_factory) -> Subject:
    """The main experiment, in a build with a figure, a table, numbers, and pages of them."""
    build = tmp_path_factory.mktemp("whole") / "build"
    shutil.copytree(main.results.folder.parent, build)
    own = replace(main, results=replace(main.results, folder=build / main.experiment.name))
    for other in build.iterdir():  # of which the shared results have but the tables of runs
        if other.name not in (main.experiment.name, *main.document.names):
            shutil.rmtree(other) if other.is_dir() else other.unlink()
    drawing.draw(own, "sweep")
    tabulating.tabulate(own, "labels")
    opening.write_numbers(own.document, build)
    pages = Written.of(own).pages
    for page in pages.made:
        page.parent.mkdir(exist_ok=True)
        page.write_text("a page")
    replace(pages, of=lambda: [build / "numbers.json"]).note()
    return own


@pytest.fixture
def one(whole, tmp_path) -> Subject:
    """The same in a build that a test may damage."""
    build = Path(shutil.copytree(whole.results.folder.parent, tmp_path / "build"))
    folder = build / whole.experiment.name
    return replace(whole, results=replace(whole.results, folder=folder))


def wrong(one: Subject) -> list[str]:
    """What is wrong with a build, but for conditions that nobody trained."""
    found = verify(one.results.folder.parent, one.document.experiments).wrong
    others = [
        one.results.folder.parent / name
        for name in one.document.names
        if name != one.experiment.name
    ]
    return [line for line in found if not line.startswith(tuple(f"{other}/" for other in others))]


FILES = (
    "ex-2.10.1/figures/sweep-light.svg", "ex-2.10.1/figures/sweep-dark.svg",
    "ex-2.10.1/figures/sweep.txt", "ex-2.10.1/tables/labels.md", "numbers.json",
    "paper/index.html", "paper/index.pdf", "paper/data.zip", "ex-2.10.1/runs.csv",
)  # fmt: skip
RECORDS = (
    "written/ex-2.10.1/figures/sweep.json", "written/ex-2.10.1/tables/labels.json",
    "written/numbers.json", "written/pages.json",
)  # fmt: skip


@pytest.fixture
def loaded_once(monkeypatch):
    """Every experiment is read once, where a build is verified many times and none is edited."""
    once = cache(load)
    for module in (verification, document):
        monkeypatch.setattr(module, "load", once)


def test_each_file_that_is_damaged_or_gone_is_named_once(one, loaded_once):
    assert wrong(one) == []
    for name in (*FILES, *RECORDS):
        file = one.results.folder.parent / name
        whole = file.read_bytes()
        file.write_bytes(whole.replace(b"e", b"f", 1))
        (line,) = wrong(one)
        assert line.startswith(f"{file}: wanted ")
        assert line.endswith("delete it and build again")
        file.unlink()
        missing = f"{file}: no such result; build the step that makes it first"
        assert wrong(one) == [missing] or name in RECORDS
        stray = "wanted only what a record says was made, got this as well; delete it"
        assert name not in RECORDS or {x.partition(": ")[2] for x in wrong(one)} == {stray}
        file.write_bytes(whole)


def test_a_part_of_which_a_result_is_damaged_is_not_noted_whether_or_not_it_was_looked_at(
    one, loaded_once
):
    written = Written.of(one)
    for part in (written.part("figures", "sweep", one), written.numbers):
        for file in {file.name: file for file in part.of()}.values():
            whole = file.read_bytes()
            file.write_bytes(whole.replace(b"e", b"f", 1))
            with pytest.raises(InputError) as refusal:
                part.note()
            assert str(refusal.value).startswith(f"{file}: wanted ")
            file.write_bytes(whole)
        part.note()


def test_what_is_written_up_of_results_made_anew_is_old(one):
    runs = one.results.runs_path
    runs.write_text(runs.read_text().replace("0.", "1.", 1))
    record = one.results.folder / "records" / "evaluate.json"
    made = ("runs.csv", "moments.csv", "curves.parquet", "history.parquet")
    one.results.note("evaluate", made=[one.results.folder / name for name in made])
    (line,) = wrong(one)
    assert line == (
        f"{runs}: wanted what {runs.parents[1]}/written/ex-2.10.1/figures/sweep.json says that it "
        "read, got something else; delete it and build again"
    )
    assert record.is_file()


def test_what_a_document_does_not_show_or_no_longer_so_is_named(one, tmp_path):
    build = one.results.folder.parent
    for part in ("paper", "experiments"):
        shutil.copytree(one.document.folder.parent / part, tmp_path / part)
    document = opening.read(tmp_path / "paper")
    other = replace(one, document=document)
    change(tmp_path / "paper", "  sweep: {}\n", "", "document.yaml")
    (build / "ex-2.10.1" / "tables" / "old.md").write_text("| a |\n")
    assert set(wrong(other)) >= {
        f"{build}/written/ex-2.10.1/figures/sweep.json: wanted only records of what its document "
        "shows, got another; delete it and what it is about",
        *(
            f"{build}/ex-2.10.1/{name}: wanted only what a record says was made, got this as well; "
            "delete it"
            for name in ("figures/sweep-dark.svg", "figures/sweep-light.svg", "figures/sweep.txt",
                         "tables/old.md")
        ),
    }  # fmt: skip


def test_what_is_of_a_document_that_is_not_there_is_named(one, tmp_path):
    shutil.copytree(one.document.experiments, tmp_path / "experiments")
    found = verify(one.results.folder.parent, tmp_path / "experiments").wrong
    record = one.results.folder.parent / "written" / "pages.json"
    assert (
        f"{record}: wanted a record of a document beside {tmp_path}/experiments or of an "
        "experiment in it, got one of paper; name the folder of experiments with --experiments, or "
        "delete it"
    ) in found


def test_the_report_refuses_what_was_drawn_of_another_deletion(both, tmp_path):
    build = tmp_path / "build"
    shutil.copytree(both.results.folder, build / "both")
    own = replace(both, results=replace(both.results, folder=build / "both"))
    blue = replace(
        own,
        deletion=own.experiment.deletions["blue"],
        results=replace(own.results, deletion="blue"),
    )
    tabulating.tabulate(blue, "named-sweep")
    shutil.copytree(build / "both" / "blue" / "tables", build / "both" / "tables")
    shutil.copytree(
        build / "written" / "both" / "blue", build / "written" / "both", dirs_exist_ok=True
    )
    with pytest.raises(
        InputError, match=r"both/tables/named-sweep\.md: wanted the result that was w"
    ):
        Written.of(own).part("tables", "named-sweep", own).read()
    assert Written.of(blue).part("tables", "named-sweep", blue).read().keys() == {"named-sweep.md"}
