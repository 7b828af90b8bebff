"""The explorer in a browser: turned, switched, told and read as its readers do."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from browsing import emulate, faults
from colorcore.results.explorer import Cloud, Scene, encode
from colorcore.writeup.document import TYPESET

PARTS = TYPESET / "explorer"
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Explorer</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>body {{ margin: 1rem; }}</style><style>{css}</style></head><body>
<div class="explorer"><p>A figure that stands still.</p>
<script type="application/json">{data}</script></div>{scripts}</body></html>"""

# Red stands on the anchored axis, cyan on the first of the others, and a colour without a name on
# the second. Ablation throws red on the third, half as bright.
COLORS = np.array([[1, 0, 0], [0, 1, 1], [0, 0, 0.2]])
BASELINE = np.eye(5)[[[1, 2, 3], [0, 1, 2]]]  # before and after training
ABLATED = np.eye(5)[[[1, 2, 3], [3, 1, 2]]]
RIGHT = np.stack([COLORS, COLORS])
DULL = np.stack([COLORS, COLORS * [[0.6], [1], [1]]])
OFF_RED = np.array([[0, 0, 0], [0.16 / 3, 0, 0]])
AXES = ("z0", "p1", "p2", "p3", "p4")
SCENE = Scene(
    seed=0,
    start=0,
    names=("red", "cyan"),
    colors=COLORS,
    steps=(0, 1501),
    spread=np.array([0.4, 0.3, 0.2, 0.1]),
    clouds={
        "baseline": Cloud(AXES, BASELINE, RIGHT, np.zeros((2, 3))),
        "ablated": Cloud(AXES, ABLATED, DULL, OFF_RED),
        "pruned": Cloud(AXES[1:], ABLATED[..., 1:], DULL, OFF_RED),
    },
)
RED, CYAN, DARK_BLUE = range(3)
COS, SIN = math.cos(math.radians(20)), math.sin(math.radians(20))  # of the tilt at the start


@pytest.fixture
def page(driver, tmp_path):
    """The explorer as a reader meets it who wants no motion, in a wide window and in daylight.

    Whatever is done with it, nothing goes wrong and nothing is asked of the network.
    """
    scripts = "".join(
        f"<script>{(PARTS / name).read_text()}</script>"
        for name in ("scene.js", "plot.js", "explorer.js")
    )
    place = tmp_path / "page.html"
    css, data = (PARTS / "explorer.css").read_text(), json.dumps(encode(SCENE))
    place.write_text(PAGE.format(css=css, data=data, scripts=scripts), encoding="utf-8")
    emulate(driver, width=1000)
    for kind in ("browser", "performance"):
        driver.get_log(kind)
    driver.get(place.as_uri())
    yield driver
    assert driver.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    sent = [e["params"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert {request["request"]["url"] for request in sent} == {place.as_uri()}


def one(page, selector):
    return page.find_element(By.CSS_SELECTOR, f".explorer {selector}")


def spots(page):
    """Where the dots are drawn, in radii of the sphere, right and down. Shapes: (3, 2)."""
    dots = [one(page, f"circle[data-point='{point}']") for point in range(3)]
    return np.array([[float(dot.get_attribute(key)) for key in ("cx", "cy")] for dot in dots])


def press(page, *keys):
    svg = one(page, "svg")
    page.execute_script("arguments[0].focus()", svg)
    ActionChains(page).send_keys(*keys).perform()


def switch(page, variant):
    one(page, f"input[value={variant}]").click()


def told(page):
    return one(page, "[role=status]").text.splitlines()


def axis_names(page):
    return {text.text for text in page.find_elements(By.CSS_SELECTOR, ".explorer text")}


def test_the_figure_gives_way_to_the_trained_model_with_the_anchored_axis_up(page):
    assert page.find_elements(By.XPATH, "//p[contains(., 'stands still')]") == []
    half, root = 0.5, math.sqrt(0.75)  # of the turn by 30 degrees at the start
    want = [[0, -COS], [root, -half * SIN], [half, root * SIN]]
    np.testing.assert_allclose(spots(page), want, atol=2e-4)
    assert axis_names(page) >= {"z₀", "p₁", "p₂", "red"}
    assert told(page) == ["red", "RGB 255, 0, 0", "reproduced as 255, 0, 0", "error below 0.0001"]


def test_arrow_keys_turn_and_tilt(page):
    press(page, *[Keys.ARROW_LEFT] * 6, *[Keys.ARROW_UP] * 4)
    np.testing.assert_allclose(spots(page), [[0, -1], [1, 0], [0, 0]], atol=2e-4)
    press(page, *[Keys.ARROW_RIGHT] * 18)
    np.testing.assert_allclose(spots(page), [[0, -1], [0, 0], [1, 0]], atol=2e-4)
    press(page, *[Keys.ARROW_DOWN] * 30)  # no further than to the pole
    np.testing.assert_allclose(spots(page), [[0, 0], [0, -1], [1, 0]], atol=2e-4)


def test_buttons_turn_for_those_without_keys_and_lead_back(page):
    before = spots(page)
    for name in ("turn left", "turn left", "tilt up"):
        one(page, f"button[aria-label='{name}']").click()
    down = math.sin(math.radians(5))
    want = [[0, -math.cos(math.radians(5))], [1, 0], [0, down]]
    np.testing.assert_allclose(spots(page), want, atol=2e-4)
    one(page, "button[aria-label='reset the view']").click()
    np.testing.assert_array_equal(spots(page), before)


def test_dragging_turns_and_leaves_the_chosen_colour(page):
    start = ActionChains(page).move_to_element_with_offset(one(page, "svg"), -60, 100)
    start.click_and_hold().move_by_offset(25, 0).move_by_offset(25, 0).release().perform()
    turned = math.radians(30) + 50 * 0.008
    assert spots(page)[CYAN][0] == pytest.approx(math.cos(turned), abs=2e-4)
    assert told(page)[0] == "red"


def test_the_slider_goes_back_through_training(page):
    slider = one(page, "input[type=range]")
    assert slider.get_attribute("aria-valuetext") == "after training"
    slider.send_keys(Keys.ARROW_LEFT)
    assert slider.get_attribute("aria-valuetext") == "step 0"
    assert "Training: step 0" in one(page, ".panel").text
    assert spots(page)[RED] == pytest.approx([math.sqrt(0.75), -0.5 * SIN], abs=2e-4)
    slider.send_keys(Keys.END)
    assert spots(page)[RED] == pytest.approx([0, -COS], abs=2e-4)


def test_ablation_presses_every_colour_on_the_plane_across_the_anchored_axis(page):
    press(page, *[Keys.ARROW_UP] * 4)
    assert spots(page)[RED][1] == -1
    switch(page, "ablated")
    np.testing.assert_allclose(spots(page)[:, 1], 0, atol=1e-4)
    assert "Nothing stands on it any more." in one(page, ".note").text
    assert told(page) == ["red", "RGB 255, 0, 0", "reproduced as 153, 0, 0", "error 0.0533"]
    dot = one(page, "circle[data-point='0']")
    assert (dot.get_attribute("fill"), dot.get_attribute("stroke")) == ("#ff0000", "rgb(153, 0, 0)")


def test_the_pruned_model_shows_dimensions_of_its_own_and_no_anchored_axis(page):
    switch(page, "pruned")
    assert axis_names(page) >= {"p₁", "p₂", "p₃"}
    assert "z₀" not in axis_names(page)
    assert spots(page)[RED] == pytest.approx([0, -COS], abs=2e-4)  # on its third dimension
    assert one(page, ".note").text == (
        "The anchored axis is cut out. Of the 4 dimensions left, up is p₃."
    )


def test_two_directions_that_would_be_one_change_places(page):
    first, second = page.find_elements(By.CSS_SELECTOR, ".explorer select")[1:]
    assert first.text.splitlines()[0].strip() == "p₁, 40 % of the spread"
    Select(first).select_by_value("p2")
    assert (first.get_property("value"), second.get_property("value")) == ("p2", "p1")
    press(page, *[Keys.ARROW_LEFT] * 6, *[Keys.ARROW_UP] * 4)
    np.testing.assert_allclose(spots(page), [[0, -1], [0, 0], [1, 0]], atol=2e-4)


@pytest.mark.parametrize("point", [CYAN, DARK_BLUE])
def test_a_click_on_a_dot_tells_its_colour(page, point):
    ActionChains(page).click(one(page, f"circle[data-point='{point}']")).perform()
    want = {CYAN: ["cyan", "RGB 0, 255, 255"], DARK_BLUE: ["#000033", "RGB 0, 0, 51"]}
    assert told(page)[:2] == want[point]
    assert one(page, ".mark").get_attribute("cx") == f"{spots(page)[point][0]:.4f}"


def test_passing_over_a_dot_changes_nothing(page):
    ActionChains(page).move_to_element(one(page, f"circle[data-point='{CYAN}']")).perform()
    assert told(page)[0] == "red"


def test_a_finger_turns_and_does_not_tilt_since_upward_it_scrolls(page):
    finger = PointerInput("touch", "finger")
    drag = ActionBuilder(page, mouse=finger)
    drag.pointer_action.move_to(one(page, "svg"), -60, 100).pointer_down()
    drag.pointer_action.move_by(25, -10).move_by(25, -10).pointer_up()
    drag.perform()
    turned = math.radians(30) + 50 * 0.008
    assert spots(page)[CYAN][0] == pytest.approx(math.cos(turned), abs=2e-4)
    assert spots(page)[RED][1] == pytest.approx(-COS, abs=2e-4)  # as high as before


def test_links_to_an_explorer_show_no_copy_of_it(page):
    """Quarto previews what a link of class `quarto-xref` leads to."""
    page.execute_script("""
        document.body.innerHTML = '<a class="quarto-xref" href="#a"></a>' +
          '<a class="quarto-xref" href="#b"></a><div id="a"><div class="explorer">' +
          `<script type="application/json">${JSON.stringify(arguments[0])}</script></div></div>`;
        const script = document.createElement("script");
        script.textContent = arguments[1];
        document.body.append(script);
    """, encode(SCENE), f"{{{(PARTS / 'explorer.js').read_text()}}}")  # fmt: skip
    links = page.find_elements(By.TAG_NAME, "a")
    assert [link.get_attribute("class") for link in links] == ["", "quarto-xref"]


def test_a_colour_can_be_chosen_by_name_and_is_told_to_screen_readers(page):
    Select(page.find_elements(By.CSS_SELECTOR, ".explorer select")[0]).select_by_visible_text(
        "cyan"
    )
    assert told(page)[0] == "cyan"
    assert one(page, "[role=status]").aria_role == "status"  # read out when it changes


def test_tab_visits_every_control_once_in_the_order_of_the_page_and_shows_where_it_is(page):
    visited = []
    for _ in range(11):
        ActionChains(page).send_keys(Keys.TAB).perform()
        at = page.switch_to.active_element
        visited.append(at.accessible_name)
        assert at.value_of_css_property("outline-style") == "solid"
        assert at.value_of_css_property("outline-width") == "2px"
    assert visited == [
        "Latents on the unit sphere. Arrow keys turn and tilt it.",
        *("turn left", "turn right", "tilt up", "tilt down", "reset the view"),
        *("baseline", "Training", "Colour", "First direction", "Second direction"),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_readers_with_other_means_from_using_it(page, scheme):
    emulate(page, width=1000, scheme=scheme)
    assert faults(page) == []


LIGHT, DARK = "rgb(236, 238, 241)", "rgb(43, 47, 54)"


@pytest.mark.parametrize(
    ("scheme", "body", "want"),
    [
        ("light", "", LIGHT),
        ("dark", "", DARK),
        ("light", "quarto-dark", DARK),
        ("dark", "quarto-light", LIGHT),
    ],
)
def test_colours_follow_the_page_and_its_toggle(page, scheme, body, want):
    emulate(page, width=1000, scheme=scheme)
    page.execute_script("document.body.className = arguments[0]", body)
    assert one(page, ".ball").value_of_css_property("fill") == want


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_needs_no_sideways_scrolling_and_a_finger_finds_every_button(page, width):
    emulate(page, width=width)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    for element in page.find_elements(By.CSS_SELECTOR, ".explorer button, .explorer select"):
        assert element.rect["height"] >= 32
    assert one(page, "svg").rect["width"] > 0.8 * width


def test_dots_glide_to_their_places_for_readers_who_do_not_mind(page):
    emulate(page, width=1000, motion="no-preference")
    halfway = page.execute_script(
        "document.querySelector('input[value=ablated]').click();"
        "return document.querySelector('circle[data-point=\"0\"]').getAttribute('cy')"
    )
    assert float(halfway) == pytest.approx(-COS, abs=0.05)
    # Red comes to rest on a dimension that is not shown, which is to say in the middle.
    WebDriverWait(page, 10).until(lambda _: np.allclose(spots(page)[RED], 0, atol=1e-4))
