"""What the package's figures show of their data."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from colorcore.schedule.dopesheet import resolve
from colorcore.writeup import making, style
from colorcore.writeup.figures import dopesheet, training
from colorcore.writeup.subject import subject

VARIANTS = ("baseline", "ablated", "pruned")


def gather(name, subject):
    module, options = making.find(subject.document, "figures", name)
    return module, module.gather(subject, **options)


def test_the_three_stacks_share_one_error_axis(main, results):
    tops = set()
    for variant in VARIANTS:
        module, data = gather(f"stack-{variant}", main)
        with style.applied(style.LIGHT):
            drawing = module.draw(data, style.LIGHT)
        tops.add(drawing.axes[-1].get_ylim())
    assert len(tops) == 1


def test_error_lines_are_colored_as_their_colors(main, results):
    module, data = gather("stack-baseline", main)
    with style.applied(style.LIGHT):
        axes = module.draw(data, style.LIGHT).axes[-1]
    shown = axes.collections[-1].get_colors()[:, :3]
    np.testing.assert_allclose(shown, data.errors["color"].isel(value=-1).values[:-1], atol=1e-6)


def test_patches_have_the_reconstruction_around_the_true_color(main, results):
    module, data = gather("colors-ablated", main)
    with style.applied(style.DARK):
        image = module.draw(data, style.DARK).axes[3].images[0].get_array()
    part = data.grid.isel(saturation=3, hue=0, value=4)
    np.testing.assert_allclose(image[36, 0], part["recon"], atol=1e-6)
    np.testing.assert_allclose(image[40, 4], part["color"], atol=1e-6)


def test_the_sweep_has_a_point_a_run(main, results):
    module, data = gather("sweep", main)
    with style.applied(style.LIGHT):
        axes = module.draw(data, style.LIGHT).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xdata(), results.runs()["ablated red"])
    assert axes.lines[1].get_xdata() == results.runs()["ablated red"][:1].tolist()


def test_training_curves_leave_out_batches_without_a_label(main, results):
    _, data = gather("training", main)
    history = results.history()
    seen = history[history["labelled_red"] > 0]
    assert (seen["reg-anchor"] > 0).all()
    assert data["anchor"]["low"].min() > 0
    first = history[history["step"] < 15]["recon"]
    assert data["recon"]["median"].iloc[0] == pytest.approx(first.median())


def test_alt_text_quotes_the_data(main, results):
    module, data = gather("sweep", main)
    assert f"each of {len(results.runs())} runs" in module.describe(data)
    module, data = gather("dopesheet", main)
    assert "over 31 training steps" in module.describe(data)
    module, data = gather("named", main)
    median = results.runs()["ablated red"].median()
    assert re.search(rf"red {median:.1g}\b", module.describe(data))


def test_latents_without_a_dimension_are_drawn_at_zero(main, results):
    module, data = gather("stack-pruned", main)
    with style.applied(style.LIGHT):
        axes = module.draw(data, style.LIGHT).axes[0]
    offsets = axes.collections[0].get_offsets()
    assert np.isfinite(np.asarray(offsets)).all()


def test_conditions_have_a_row_of_runs_each_with_a_bar_at_the_median(main, results):
    module, data = gather("conditions-terms", main)
    with style.applied(style.LIGHT):
        axes = module.draw(data, style.LIGHT).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(data.runs)
    points, bar, *_ = axes.lines
    np.testing.assert_allclose(points.get_xdata(), results.runs()["score_r2"])
    assert bar.get_xdata()[0] == results.runs()["score_r2"].median()


def test_schedules_have_a_line_for_each_experiment_that_has_the_property(main, results):
    module, data = gather("schedules", main)
    with style.applied(style.LIGHT):
        drawing = module.draw(data, style.LIGHT)
    panels = {axes.get_title(loc="left").split(" ", 1)[1]: axes for axes in drawing.axes}
    assert len(panels["unitarity"].lines) == 1
    assert len(panels["learning rate"].lines) == 5
    np.testing.assert_allclose(
        panels["anchor"].lines[0].get_ydata(), main.experiment.schedule.table["reg-anchor"]
    )


def shown(name, subject):
    module, data = gather(name, subject)
    with style.applied(style.LIGHT):
        return module.draw(data, style.LIGHT), module.describe(data)


def test_figures_of_blue_have_its_errors_on_their_axes(blue):
    figure, _ = shown("sweep", blue)
    assert figure.axes[0].get_xlabel() == "MSE of blue, ablated"
    np.testing.assert_allclose(
        figure.axes[0].lines[0].get_xdata(), blue.results.runs()["ablated blue"], rtol=1e-6
    )
    figure, _ = shown("error-similarity", blue)
    assert figure.axes[0].get_xlabel() == "similarity to blue"
    dots = figure.axes[0].collections[-1]
    at = int(np.argmax(np.asarray(dots.get_offsets())[:, 0]))
    assert dots.get_facecolors()[at, :3].tolist() == [0, 0, 1]


def test_views_of_the_latents_have_the_deletions_own_axis_up(both):
    for name, dims in (("", "$z_0$"), ("blue", "$z_3$"), ("red-and-blue", "$z_0$")):
        one = subject(both.document, both.results.folder.parent, deletion=name)
        figure, _ = shown("stack-ablated", one)
        across, up = (text.get_text() for text in figure.axes[0].texts[:2])
        assert up == dims
        assert across != dims


@pytest.mark.parametrize("name", ["latents", "evolution"])
def test_the_height_that_alt_text_tells_is_that_of_the_target(blue, name):
    """The run's colours, among which pure blue is one of the cube."""
    _, text = shown(name, blue)
    cosine = blue.results.runs()["blue_cosine"][0]
    assert f"{cosine:.2f}" in text
    assert "colour of blue stands" in text


def test_bounds_of_the_concept_are_marked_among_its_conditions(main):
    figure, _ = shown("conditions-terms", main)
    marked = [np.asarray(line.get_xdata())[0] for line in figure.axes[1].lines[-2:]]
    assert marked == pytest.approx([2 / 9, 1 / 3])


def test_more_terms_than_there_are_colors_are_all_drawn(both):
    terms = [f"reg-{i}" for i in range(9)]
    data = dict.fromkeys(["recon", *terms], training.gather(both)["recon"])
    with style.applied(style.LIGHT):
        panels = training.draw(data, style.LIGHT).axes
    assert [len(axes.lines) for axes in panels] == [1] * 10


def test_a_dopesheet_of_more_weights_than_there_are_colors_is_drawn():
    weights = ",".join(f"reg-{i}" for i in range(6))
    sheet = f"STEP,PHASE,ACTION,lr,{weights}\n0,,,0.1{',1' * 6}\n9,,,0.1{',0' * 6}\n"
    with style.applied(style.LIGHT):
        dopesheet.draw(resolve(sheet, path=Path("sheet")), style.LIGHT)


@pytest.mark.parametrize("name", ["stack-baseline", "evolution"])
def test_two_latent_dimensions_can_be_viewed(main, name):
    model = main.experiment.model.model_copy(update={"latent": 2})
    gather(name, replace(main, experiment=main.experiment.model_copy(update={"model": model})))


def test_of_weights_that_move_alike_each_is_seen():
    sheet = "STEP,PHASE,ACTION,lr,one,other,third\n0,,,0.1,0,0,0\n9,,,0.1,1,1,0.5\n"
    with style.applied(style.LIGHT):
        figure = dopesheet.draw(resolve(sheet, path=Path("sheet")), style.LIGHT)
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    looks = [lines[name].get_linestyle() for name in ("one", "other", "third")]
    assert looks == ["-", "--", "-"]
