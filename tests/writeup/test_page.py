"""What must not be left in a page."""

from __future__ import annotations

import pytest

from colorcore.errors import InputError
from colorcore.writeup import report


@pytest.mark.parametrize(
    "left",
    [
        "?@fig-x", "?var:a.b", "?meta:title", "{{&lt;meta x", "{{< x", "{{&amp;lt; var x",
        r"year = {\{\{\textless{} var x", r"\{\{< var x",
    ],
)  # fmt: skip
def test_what_a_renderer_left_unresolved_is_found(tmp_path, left):
    page = tmp_path / "index.html"
    page.write_text(f"<p>See <strong>{left}</strong>.</p>")
    with pytest.raises(InputError, match="wanted all references resolved"):
        report.check_html(page)


def test_a_page_that_loads_from_elsewhere_is_refused(tmp_path):
    page = tmp_path / "index.html"
    page.write_text('<a href="https://a.example">a</a><img src="https://a.example/x.png">')
    with pytest.raises(InputError, match="wanted all embedded"):
        report.check_html(page)
