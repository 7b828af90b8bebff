"""Every figure of the paper: of what it says it reads, whole, and the same bytes each time."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np
import pytest
from matplotlib.patches import Circle

from colorcore.errors import InputError
from colorcore.writeup import drawing, opening, report, style, tabulating
from colorcore.writeup.subject import Subject
from colorcore.writeup.written import Written
from commands import run
from isolation import make
from paper.figures import anchoring, deleted, economy, model, remainder

NAMES = list(opening.read(Path("paper")).figures)


@pytest.fixture(scope="module")
def whole(main, tmp_path_factory) -> Subject:
    """The results of all experiments, of which all that the paper shows can be made."""
    build = tmp_path_factory.mktemp("whole") / "build"
    shutil.copytree(main.results.folder.parent, build)
    return replace(main, results=replace(main.results, folder=build / main.experiment.name))


@pytest.fixture(scope="module", params=NAMES)
def drawn(request, main, tmp_path_factory):
    """A figure drawn where there is nothing but what it says it reads."""
    return request.param, *make(main, "figures", request.param, tmp_path_factory.mktemp("alone"))


def test_a_figure_reads_what_it_says_and_nothing_else(drawn):
    _, _, said, read = drawn
    assert read == said


def test_a_figure_is_whole_svg_in_both_themes_with_alt_text(drawn):
    name, subject, *_ = drawn
    folder = subject.results.judged / "figures"
    light, dark = ((folder / f"{name}-{mode}.svg").read_bytes() for mode in ("light", "dark"))
    assert light != dark
    for text in (light, dark):
        assert ElementTree.fromstring(text).tag.endswith("svg")
        assert b"<text" not in text  # letters are drawn, so that no page needs the font
    assert len((folder / f"{name}.txt").read_text().split()) > 12


def test_a_figure_drawn_twice_is_the_same_bytes(drawn, whole, monkeypatch):
    name, subject, *_ = drawn
    first, second = (one.results.judged / "figures" for one in (subject, whole))
    second.mkdir(exist_ok=True)
    shutil.copy(first / f"{name}-light.svg", second)
    monkeypatch.setattr(style, "THEMES", (style.DARK,))  # one of the two tells
    drawing.draw(whole, name)
    file = f"{name}-dark.svg"
    assert (second / file).read_bytes() == (first / file).read_bytes()


def test_the_paper_is_typeset_of_all_that_it_shows(whole, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)  # without Quarto
    for name in NAMES:
        if not Written.of(whole).part("figures", name, whole).record.exists():
            drawing.draw(whole, name)
    for name in whole.document.tables:
        tabulating.tabulate(whole, name)
    build = whole.results.folder.parent
    run("explorer", whole.experiment.folder, "--out", whole.results.folder, "--shards", 2)
    opening.write_numbers(whole.document, build)
    report.render(whole.document, build=build)
    html, pdf, data = Written.of(whole).pages.made
    assert html.read_text("utf-8").count("<figure") >= len(NAMES)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert {f"{name}/runs.csv" for name in whole.document.names} <= set(ZipFile(data).namelist())


def test_an_unknown_figure_is_refused_with_a_suggestion(main):
    with pytest.raises(InputError) as caught:
        drawing.draw(main, "stack-ablate")
    assert str(caught.value).endswith("got 'stack-ablate'; did you mean stack-ablated?")
    assert str(caught.value).startswith("figures: wanted one of deleted, model, dopesheet, ")


def test_what_was_done_is_shown_by_the_named_hues_and_what_models_make_of_them(main, results):
    data = deleted.gather(main)
    assert list(data.rows) == ["shown", "as trained", "axis deleted"]
    np.testing.assert_array_equal(data.rows["shown"][:2], [[1, 0, 0], [1, 0.5, 0]])
    slices = results.grid("color_slices").sel(hue=0, saturation=1, value=1)
    for label, variant in (("as trained", "baseline"), ("axis deleted", "ablated")):
        red = slices["recon"].sel(variant=variant).values
        np.testing.assert_array_equal(data.rows[label][0], red)


def test_the_model_is_drawn_with_as_many_units_as_it_has(main):
    with style.applied(style.LIGHT):
        (axes,) = model.draw(model.gather(main), style.LIGHT).axes
    units = [patch for patch in axes.patches if isinstance(patch, Circle)]
    assert len(units) == 3 + 16 + 16 + 5 + 5 + 16 + 16 + 3 + 2  # the axis is drawn over its units
    lines = [line for line in axes.lines if line.get_linewidth() < 1]
    assert len(lines) == 2 * (3 * 16 + 16 * 16 + 16 * 5)


def test_the_economy_is_in_the_order_of_labels_and_of_noise(main):
    data = economy.gather(main)
    assert list(data.by_noise) == [0, 10, 30, 50, 90]
    assert list(data.by_count) == sorted(data.by_count)


def test_anchoring_has_a_line_for_every_run_of_each_condition(main):
    data = anchoring.gather(main)
    assert next(iter(data.moments)) == "main experiment"
    with style.applied(style.LIGHT):
        panels = anchoring.draw(data, style.LIGHT).axes
    assert [len(axes.lines) for axes in panels] == [4, 4, 4, 4]


def test_the_remainder_is_shown_of_the_main_runs_and_behind_the_norm(main, results):
    data = remainder.gather(main)
    with style.applied(style.LIGHT):
        axes = remainder.draw(data, style.LIGHT).axes[0]
    for line in axes.lines[:2]:
        np.testing.assert_allclose(
            np.asarray(line.get_xdata()), results.runs()["remainder_opposite"]
        )
        np.testing.assert_allclose(np.asarray(line.get_ydata()), results.runs()["ablated red"])
