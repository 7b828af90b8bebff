"""A figure within a page: one drawing of two, in the colours of either."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image

from colorcore.errors import InputError
from colorcore.writeup.inline import themed
from colorcore.writeup.style import DARK, LIGHT, applied, new, save

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'width="234pt" viewBox="0 0 234 90">'
)


def svg(inside: str) -> str:
    return f"{HEAD}{inside}</svg>"


def pixels(color: str) -> str:
    file = io.BytesIO()
    Image.new("RGBA", (2, 2), color).save(file, "png")
    code = base64.b64encode(file.getvalue()).decode()
    return f'<g><image xlink:href="data:image/png;base64,{code}"/></g>'


def of_pixels(text: str, place: str) -> tuple[int, ...]:
    (code,) = re.findall(f'<image class="{place}" href="data:image/webp;base64,([^"]+)"', text)
    image = Image.open(io.BytesIO(base64.b64decode(code)))
    pixel = image.convert("RGBA").getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return pixel


def test_what_is_coloured_otherwise_on_dark_pages_says_so():
    light = svg('<path d="M 1 2 \nL 3 4 \n" style="fill: none; stroke: #000000"/>')
    dark = svg('<path d="M 1 2 \nL 3 4 \n" style="fill: none; stroke: #ffffff"/>')
    text = themed("a", light, dark, "A line.")
    assert '<path d="M1 2L3 4" style="fill:none;stroke:light-dark(#000000,#ffffff)"' in text
    assert 'role="img" aria-label="A line."' in text


def test_places_are_told_to_hundredths_of_a_point_and_scales_exactly():
    line = svg('<path d="M 1.23456 -0.00123 \nL 100.999 4 " transform="scale(0.015625)"/>')
    assert 'd="M1.23 -0L101 4" transform="scale(0.015625)"' in themed("a", line, line, "")


def test_half_the_width_of_a_page_is_half_its_width_in_every_window():
    text = themed("a", svg("<path/>"), svg("<path/>"), "")
    assert 'viewBox="0 0 234 90"' in text
    assert 'style="--share:0.5"' in text
    assert "234pt" not in text


def test_pixels_that_differ_are_there_twice_and_others_once():
    red, same = pixels("#ff0000"), pixels("#00ff00")
    text = themed("a", svg(red + same), svg(pixels("#0000ff") + same), "")
    assert text.count("<image ") == 3
    assert of_pixels(text, "light-content") == (255, 0, 0, 255)
    assert of_pixels(text, "dark-content") == (0, 0, 255, 255)


def test_parts_of_two_figures_that_are_called_alike_are_not_mistaken():
    mark = '<defs><path id="m1" d="{}"/></defs><use xlink:href="#m1"/><g id="g1"><path/></g>'
    drawn = {name: svg(mark.format(d)) for name, d in (("a", 1), ("b", 2))}
    texts = [themed(name, text, text, "") for name, text in drawn.items()]
    assert [re.findall(r'id="(.+?)"|href="(.+?)"', text) for text in texts] == [
        [("a-m1", ""), ("", "#a-m1")],
        [("b-m1", ""), ("", "#b-m1")],
    ]


def test_what_all_of_a_group_say_is_said_once():
    points = '<g><use style="fill: #ff0000" x="1"/><use style="fill: #ff0000" x="2"/></g>'
    text = themed("a", svg(points), svg(points), "")
    assert '<g style="fill:#ff0000"><use x="1" /><use x="2" /></g>' in text


def test_figures_that_are_drawn_otherwise_on_dark_pages_are_refused():
    with pytest.raises(InputError) as refusal:
        themed("exp-one", svg("<g><path/></g>"), svg("<g><path/><path/></g>"), "")
    assert str(refusal.value) == (
        "exp-one: wanted the same drawing for light and for dark pages, in other colours, got "
        "<g> of 1 where there is <g> of 2; draw both alike"
    )


def test_nothing_of_a_drawing_by_matplotlib_reaches_other_parts_of_the_page(tmp_path):
    for theme in (LIGHT, DARK):
        with applied(theme):
            figure = new(1)
            figure.subplots().plot([0, 1], [0, 1], "o", color=theme.lines[0])
            save(figure, tmp_path / f"{theme.name}.svg")
    light, dark = ((tmp_path / f"{theme.name}.svg").read_text() for theme in (LIGHT, DARK))
    text = themed("a", light, dark, "")
    assert not re.search(r"<style|<metadata|ns\d:|<!--|\n", text)
    assert set(re.findall(r"light-dark\(.+?\)", text)) == {
        f"light-dark({LIGHT.text},{DARK.text})",
        f"light-dark({LIGHT.lines[0]},{DARK.lines[0]})",
    }
    assert all(name.startswith("a-") for name in re.findall(r'id="(.+?)"', text))
