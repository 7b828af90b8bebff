"""A figure as a part of a page: one drawing for light and dark, since they differ in colours alone.

Files of images would each hold all of it, half as large again for being text within a text, and a
page that can be switched would need both.
"""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from colorcore.errors import InputError
from colorcore.writeup.style import WIDTH

COLOR = re.compile(r"#[0-9a-f]{6}\b")
REFERENCE = re.compile(r"#([A-Za-z][\w-]*)")  # to another part of the drawing
PLACES, EXACT = ("d", "x", "y"), re.compile(r"-?\d+\.\d{3,}")  # than hundredths of a point
SPACE = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
PIXELS = "data:image/png;base64,"
ROUND = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
"""What Matplotlib says in a style sheet, which in a page would be one of all its drawings."""


def themed(name: str, light: str, dark: str, alt: str) -> str:
    """One SVG of two that are drawn alike, to stand in HTML; its parts are called after `name`.

    What is coloured otherwise on dark pages says so by `light-dark`.

    Raises: InputError when the two are not drawn alike.
    """
    drawing, other = ElementTree.fromstring(light), ElementTree.fromstring(dark)
    _merge(name, drawing, other)
    _slim(drawing)
    _name(name, drawing)
    width, height = drawing.attrib["viewBox"].split()[2:]
    share = float(width) / (72 * WIDTH)
    drawing.attrib = {
        "class": "drawing", "viewBox": f"0 0 {width} {height}", "role": "img", "aria-label": alt,
        "style": f"--share:{share:.3g}", **ROUND,
    }  # fmt: skip
    return ElementTree.tostring(drawing, encoding="unicode")


def _merge(name: str, one: Element, other: Element) -> None:
    """Colour one drawing as both are, and put in it what of the other cannot be had by colours."""
    if one.tag != other.tag or len(one) != len(other):
        raise InputError(
            f"{name}: wanted the same drawing for light and for dark pages, in other colours, got "
            f"{_said(one)} where there is {_said(other)}; draw both alike"
        )
    style = one.get("style", "")
    if style != other.get("style", ""):
        one.set("style", _both(style, other.get("style", "")))
    for place, (part, twin) in reversed([*enumerate(zip(one, other, strict=True))]):
        pixels = part.get(LINK, "")
        if pixels.startswith(PIXELS) and pixels != twin.get(LINK):
            part.set("class", "light-content")
            twin.set("class", "dark-content")
            one.insert(place + 1, twin)
        else:
            _merge(name, part, twin)


def _said(element: Element) -> str:
    return f"<{_tag(element)}> of {len(element)}"


def _tag(element: Element) -> str:
    return element.tag.removeprefix(SPACE)


def _both(light: str, dark: str) -> str:
    """A style whose colours are those of two."""
    others = iter(COLOR.findall(dark))

    def pair(match: re.Match[str]) -> str:
        other = next(others, match[0])
        return match[0] if other == match[0] else f"light-dark({match[0]},{other})"

    return COLOR.sub(pair, light)


def _slim(element: Element) -> None:
    """Leave out what nobody sees: what is said about the file, white space, empty groups."""
    for part in [*element]:
        if _tag(part) == "metadata" or (len(part) and _tag(part[0]) == "style"):
            element.remove(part)
            continue
        _slim(part)
        if _tag(part) in ("g", "defs") and not len(part) and not part.get("id"):
            element.remove(part)
    element.tag = _tag(element)
    element.text = element.tail = None
    if "d" in element.attrib:
        element.set("d", re.sub(r"\s*([A-Za-z])\s*", r"\1", element.attrib["d"]).strip())
    for place in PLACES:
        if place in element.attrib:
            element.set(place, EXACT.sub(_rounded, element.attrib[place]))
    if "style" in element.attrib:
        element.set("style", re.sub(r"([:;]) ", r"\1", element.attrib["style"]))
    if LINK in element.attrib:
        element.set("href", _smaller(element.attrib.pop(LINK)))
    styles = {part.get("style") for part in element}
    if len(element) > 1 and len(styles) == 1 and element.tag == "g" and not element.get("style"):
        _lift(element, styles.pop())


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def _lift(group: Element, style: str | None) -> None:
    """Say once what all in a group say."""
    if style is not None:
        group.set("style", style)
        for part in group:
            del part.attrib["style"]


def _smaller(link: str) -> str:
    """Pixels in a format that takes less, without loss."""
    if not link.startswith(PIXELS):
        return link
    from PIL import Image  # which Matplotlib brings

    whole = io.BytesIO()
    pixels = base64.b64decode(link.removeprefix(PIXELS))
    Image.open(io.BytesIO(pixels)).save(whole, "webp", lossless=True, quality=50, method=2)
    return f"data:image/webp;base64,{base64.b64encode(whole.getvalue()).decode()}"


def _name(name: str, drawing: Element) -> None:
    """Name what is referred to after the figure, so that no other has it, and nothing else."""
    referring = ("href", "clip-path")
    used = {
        found[1]
        for element in drawing.iter()
        for key in referring
        if (found := REFERENCE.search(_link(element, key)))
    }
    for element in drawing.iter():
        if element.get("id") in used:
            element.set("id", f"{name}-{element.get('id')}")
        else:
            element.attrib.pop("id", None)
        for key in referring:
            if _link(element, key):
                element.set(key, REFERENCE.sub(rf"#{name}-\1", element.attrib[key]))


def _link(element: Element, key: str) -> str:
    """What an element refers to, which pixels do not."""
    found = element.get(key, "")
    return "" if found.startswith("data:") else found
