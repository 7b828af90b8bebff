"""What is gathered to be typeset: all that a text may show, and nothing of a former build."""

from __future__ import annotations

import json

import pytest

from colorcore.errors import InputError
from colorcore.results.files import Results, write_scene
from colorcore.writeup import opening, sources
from colorcore.writeup.document import Document
from colorcore.writeup.text import check_sources
from colorcore.writeup.written import Part
from editing import change


@pytest.fixture
def experiment(folder, monkeypatch):
    """The folder of an experiment of whose results its report shows none, but its explorer."""
    monkeypatch.setattr(Document, "shown", lambda *_: [])
    # Whether its numbers are of it as it is does not count here.
    monkeypatch.setattr(Part, "read", lambda self: {p.name: p.read_bytes() for p in self.made})
    return folder.parent / "experiments" / "ex-2.10.1"


@pytest.fixture
def build(tmp_path):
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "numbers.json").write_text("{}")
    return tmp_path / "build"


def gather(experiment, build):
    return sources.gather(opening.read(experiment), build)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("latent: 5", "latent: 3"),
        ("surgery: {", "surgery: {deletions: {two: [red, blue], red: [red]}, "),
    ],
)
def test_an_explorer_of_a_former_build_is_not_read(experiment, build, old, new):
    """A sphere has three dimensions, that a deletion of one axis leaves of four or more."""
    concepts = "concepts:\n  blue: {affinity: similarity, power: 6, rate: 0.1, axis: 0}\n"
    change(experiment, "concepts:\n", concepts)
    results = Results(build / "ex-2.10.1", opening.read(experiment).load("ex-2.10.1"))
    write_scene(results.explorer_path, {"seed": 0})
    results.note("explorer", made=[results.explorer_path])
    assert (gather(experiment, build) / "ex-2.10.1" / "explorer.md").is_file()
    change(experiment, old, new)
    assert not (gather(experiment, build) / "ex-2.10.1" / "explorer.md").exists()


def test_what_lies_in_the_folder_of_an_experiment_is_there_for_its_text(experiment, build):
    files = {"text.md": "![A](parts/a.svg)", "parts/a.svg": "<svg/>", "index.qmd": "Not read."}
    (experiment / "parts").mkdir()
    for name, text in files.items():
        (experiment / name).write_text(text)
    (experiment / ".#text.md").symlink_to("me@here.1:2")
    stage = gather(experiment, build)
    assert (stage / "text.md").read_text() == "![A](parts/a.svg)"
    assert (stage / "parts" / "a.svg").read_text() == "<svg/>"
    assert (stage / "index.qmd").read_text().startswith("---\nabstract")


def test_letters_that_no_font_has_are_refused_where_numbers_bring_them(experiment, build):
    stage = gather(experiment, build)
    (stage / "index.qmd").write_text("{{< var a >}}")
    (stage / "_variables.yml").write_text(json.dumps({"a": "α → ≥"}))
    check_sources(stage)
    (stage / "_variables.yml").write_text(json.dumps({"a": "赤"}))
    with pytest.raises(InputError, match=r"index\.qmd: wanted letters that a font of the PDF has"):
        check_sources(stage)
