"""Every figure of the paper: of what it says it reads, whole, and the same bytes each time."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from colorcore.errors import InputError
from colorcore.writeup import drawing, opening, style
from isolation import make
from paper.figures import anchoring, economy, remainder

NAMES = list(opening.read(Path("paper")).figures)


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


def test_a_figure_drawn_twice_is_the_same_bytes(drawn):
    name, subject, *_ = drawn
    path = subject.results.judged / "figures" / f"{name}-dark.svg"
    before = path.read_bytes()
    drawing.draw(subject, name)
    assert path.read_bytes() == before


def test_an_unknown_figure_is_refused_with_a_suggestion(main):
    with pytest.raises(InputError) as caught:
        drawing.draw(main, "stack-ablate")
    assert str(caught.value).endswith("got 'stack-ablate'; did you mean stack-ablated?")
    assert str(caught.value).startswith("figures: wanted one of dopesheet, colors-baseline")


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
