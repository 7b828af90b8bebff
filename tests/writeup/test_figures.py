"""Figures: drawn from results, in both themes, the same bytes each time."""

from __future__ import annotations

import re
from importlib import import_module
from xml.etree import ElementTree

import numpy as np
import pytest

from colorcore.errors import InputError
from colorcore.experiment.loading import load
from colorcore.writeup import figures
from colorcore.writeup.figures import style


def gather(name, small, results):
    module_name, options = figures.FIGURES[name]
    module = import_module(f"colorcore.writeup.figures.{module_name}")
    return module, module.gather(load(small), results, **options)


@pytest.fixture(params=figures.NAMES)
def drawn(request, small, results):
    """One figure, rendered to files."""
    figures.render(request.param, load(small), results.folder, results.published)
    return request.param, results.folder / "figures"


def test_a_figure_is_whole_svg_in_both_themes_with_alt_text(drawn):
    name, folder = drawn
    light, dark = ((folder / f"{name}-{mode}.svg").read_bytes() for mode in ("light", "dark"))
    assert light != dark
    for text in (light, dark):
        assert ElementTree.fromstring(text).tag.endswith("svg")
        assert b"<text" not in text  # letters are drawn, so that no page needs the font
    assert len((folder / f"{name}.txt").read_text().split()) > 12


def test_a_figure_drawn_twice_is_the_same_bytes(drawn, small, results):
    name, folder = drawn
    before = (folder / f"{name}-dark.svg").read_bytes()
    figures.render(name, load(small), results.folder, results.published)
    assert (folder / f"{name}-dark.svg").read_bytes() == before


def test_the_three_stacks_share_one_error_axis(small, results):
    tops = set()
    for variant in figures.VARIANTS:
        module, data = gather(f"stack-{variant}", small, results)
        with style.applied(style.LIGHT):
            drawing = module.draw(data, style.LIGHT)
        tops.add(drawing.axes[-1].get_ylim())
    assert len(tops) == 1


def test_error_lines_are_colored_as_their_colors(small, results):
    module, data = gather("stack-baseline", small, results)
    with style.applied(style.LIGHT):
        axes = module.draw(data, style.LIGHT).axes[-1]
    shown = axes.collections[-1].get_colors()[:, :3]
    np.testing.assert_allclose(shown, data.errors["color"].isel(value=-1).values[:-1], atol=1e-6)


def test_patches_have_the_reconstruction_around_the_true_color(small, results):
    module, data = gather("colors-ablated", small, results)
    with style.applied(style.DARK):
        image = module.draw(data, style.DARK).axes[3].images[0].get_array()
    part = data.grid.isel(saturation=3, hue=0, value=4)
    np.testing.assert_allclose(image[36, 0], part["recon"], atol=1e-6)
    np.testing.assert_allclose(image[40, 4], part["color"], atol=1e-6)


def test_the_sweep_has_a_point_a_run(small, results):
    module, data = gather("sweep", small, results)
    with style.applied(style.LIGHT):
        axes = module.draw(data, style.LIGHT).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xdata(), results.runs()["ablated red"])
    assert axes.lines[1].get_xdata() == results.runs()["ablated red"][:1].tolist()


def test_training_curves_leave_out_batches_without_a_label(small, results):
    _, data = gather("training", small, results)
    history = results.history()
    seen = history[history["labelled_red"] > 0]
    assert (seen["reg-anchor"] > 0).all()
    assert data["reg-anchor"]["low"].min() > 0
    first = history[history["step"] < 15]["recon"]
    assert data["recon"]["median"].iloc[0] == pytest.approx(first.median())


def test_alt_text_quotes_the_data(small, results):
    module, data = gather("sweep", small, results)
    assert f"each of {len(results.runs())} runs" in module.describe(data)
    module, data = gather("dopesheet", small, results)
    assert "over 31 training steps" in module.describe(data)
    module, data = gather("named", small, results)
    median = results.runs()["ablated red"].median()
    assert re.search(rf"red {median:.1g}\b", module.describe(data))


def test_latents_without_a_dimension_are_drawn_at_zero(small, results):
    module, data = gather("stack-pruned", small, results)
    with style.applied(style.LIGHT):
        axes = module.draw(data, style.LIGHT).axes[0]
    offsets = axes.collections[0].get_offsets()
    assert np.isfinite(np.asarray(offsets)).all()


def test_an_unknown_figure_is_refused_with_a_suggestion(small, results):
    with pytest.raises(InputError) as caught:
        figures.render("stack-ablate", load(small), results.folder, results.published)
    assert str(caught.value).endswith("got 'stack-ablate'; did you mean stack-ablated?")
    assert str(caught.value).startswith("figure: wanted one of dopesheet, colors-baseline")


def test_conditions_have_a_row_of_runs_each_with_a_bar_at_the_median(small, results):
    module, data = gather("conditions-terms", small, results)
    with style.applied(style.LIGHT):
        axes = module.draw(data, style.LIGHT).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(data.runs)
    points, bar, *_ = axes.lines
    np.testing.assert_allclose(points.get_xdata(), results.runs()["score_r2"])
    assert bar.get_xdata()[0] == results.runs()["score_r2"].median()


def test_the_economy_is_in_the_order_of_labels_and_of_noise(small, results):
    _, data = gather("economy", small, results)
    assert list(data.by_noise) == [0, 10, 30, 50, 90]
    assert list(data.by_count) == sorted(data.by_count)


def test_schedules_have_a_line_for_each_experiment_that_has_the_property(small, results):
    module, data = gather("schedules", small, results)
    with style.applied(style.LIGHT):
        drawing = module.draw(data, style.LIGHT)
    panels = {axes.get_title(loc="left").split(" ", 1)[1]: axes for axes in drawing.axes}
    assert len(panels["unitarity"].lines) == 1
    assert len(panels["learning rate"].lines) == 5
    np.testing.assert_allclose(
        panels["anchor"].lines[0].get_ydata(), load(small).schedule.table["reg-anchor"]
    )
