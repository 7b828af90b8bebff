"""What a page shows has been made, of the document as it is, and is as it was made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colorcore.errors import InputError
from colorcore.writeup import opening, report
from editing import change
from pages import written


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
