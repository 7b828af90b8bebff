"""A page in a browser: on screens wide and narrow, by day and by night, by mouse and by keys."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from browsing import emulate, faults
from colorcore.writeup import opening, report
from pages import write_build, write_paper

WIDE = """
See <https://doi.example/10.1145/an.identifier.that.goes.on.and.on/3292500.3330701.and.further>.

::: {#tbl-wide}

| colour | baseline | ablated | pruned | of another one | and of one more |
| :- | -: | -: | -: | -: | -: |
| light gray | 0.35 (0.062 to 1.2) | 370 (63 to 810) | 370 (63 to 810) | 12 (6 to 18) | 1 (0 to 2) |

A table wider than a phone.
:::
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A page of one figure, two tables, a formula and a wide address."""
    folder = tmp_path_factory.mktemp("paper")
    paper = write_paper(folder)
    text = (paper / "index.qmd").read_text()
    wide = f"[results](data.zip)\n{WIDE}\n# Second"
    (paper / "index.qmd").write_text(text.replace("# Second", wide))
    build = write_build(paper, folder / "build")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shutil.which", lambda name: None)
        report.render(opening.read(paper), build=build)
    return build / "paper" / "index.html"


@pytest.fixture
def page(driver, place):
    """The page in a wide window, by day. Nothing goes wrong in it."""
    emulate(driver, width=1280)
    driver.get_log("browser")
    driver.get(place.as_uri())
    yield driver
    assert driver.get_log("browser") == []


def one(page, selector):
    return page.find_element(By.CSS_SELECTOR, selector)


def ends(page, selector):
    """Where an element begins and ends, from the left."""
    box = one(page, selector).rect
    return box["x"], box["x"] + box["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_keeps_readers_with_other_means_from_reading(page, width, scheme):
    emulate(page, width=width, scheme=scheme)
    assert faults(page) == []


def test_on_a_phone_wide_tables_scroll_and_the_page_does_not(page):
    emulate(page, width=390)
    assert page.execute_script("return document.documentElement.scrollWidth") == 390
    scroll = one(page, "#tbl-wide .scroll")
    page.execute_script("arguments[0].scrollLeft = 100", scroll)
    begins, _ = ends(page, "#tbl-wide .scroll")
    assert ends(page, "#tbl-wide td:first-child")[0] == pytest.approx(begins, abs=1)  # it stays
    assert ends(page, "#tbl-wide td:nth-child(2)")[0] < begins + 60
    one_line = one(page, "#tbl-wide td:nth-child(3)").rect["height"]
    assert one_line < 50


def test_what_scrolls_is_reached_by_keys_and_what_does_not_is_passed(page):
    emulate(page, width=390)
    scroll = one(page, "#tbl-wide .scroll")
    assert scroll.get_attribute("tabindex") == "0"
    assert scroll.accessible_name == "Table 2, which scrolls"
    emulate(page, width=1280)
    page.execute_script("return new Promise(requestAnimationFrame)")
    assert scroll.get_attribute("tabindex") is None


def test_contents_stand_beside_the_text_where_there_is_room_and_fold_where_there_is_none(page):
    assert ends(page, ".contents")[1] < ends(page, "main")[0]
    assert one(page, ".contents a").is_displayed()
    emulate(page, width=390)
    page.refresh()
    assert not one(page, ".contents a").is_displayed()
    one(page, ".contents summary").click()
    one(page, ".contents a[href='#sec-second']").click()
    assert not one(page, ".contents a").is_displayed()


def test_the_number_of_an_equation_stands_at_the_margin(page):
    assert ends(page, "#eq-one .number")[1] == pytest.approx(ends(page, "main > p")[1], abs=1)


def test_a_drawing_has_the_colours_of_the_page(page):
    assert one(page, ".drawing rect").value_of_css_property("fill") == "rgb(0, 0, 0)"
    emulate(page, width=1280, scheme="dark")
    assert one(page, ".drawing rect").value_of_css_property("fill") == "rgb(255, 255, 255)"


def test_a_figure_opens_at_the_size_of_the_window_and_closes_by_a_key(page):
    one(page, "#fig-one .tools button").click()
    box = one(page, "dialog[open]")
    assert box.accessible_name == "Figure 1"
    assert box.rect["height"] == pytest.approx(900)
    assert one(page, "dialog .drawing").rect["height"] > 800
    box.send_keys(Keys.ESCAPE)
    # The browser tells of the end in a moment of its own, and only then is the box taken away.
    assert WebDriverWait(page, 5).until(lambda _: page.find_elements(By.TAG_NAME, "dialog") == [])


def saved(page, button):
    """What a button saves, and what it is called."""
    return page.execute_async_script("""
        const [button, done] = arguments;
        HTMLAnchorElement.prototype.click = function () { this.dataset.clicked = this.download; };
        URL.createObjectURL = (blob) => { blob.text().then((text) => done(text)); return "#"; };
        button.click();
    """, button)  # fmt: skip


def test_a_table_is_saved_as_csv(page):
    assert saved(page, one(page, "#tbl-one .tools button")) == '"a","b"\r\n"red","1"'


def test_figures_and_tables_lead_to_the_results_that_lie_beside_the_page(page, place):
    for float in ("#fig-one", "#tbl-one"):
        address = one(page, f"{float} .tools a").get_property("href")
        assert address == place.with_name("data.zip").as_uri()


def test_on_a_phone_a_figure_that_opens_is_larger_than_in_the_text(page):
    emulate(page, width=390)
    before = one(page, "#fig-one .drawing").rect["height"]
    one(page, "#fig-one .tools button").click()
    assert one(page, "dialog .drawing").rect["height"] > max(before, 500)
    one(page, "dialog button").click()


def test_a_drawing_is_saved_as_a_file_of_its_own_in_the_colours_of_paper(page):
    emulate(page, width=1280, scheme="dark")
    text = saved(page, page.find_elements(By.CSS_SELECTOR, "#fig-one .tools button")[1])
    drawing = ElementTree.fromstring(text)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawing[0].attrib == {"style": "fill:#000000"}
