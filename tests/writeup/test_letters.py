"""Which letters figures have."""

from __future__ import annotations

from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

from colorcore.writeup.letters import LATIN


def test_the_font_of_figures_has_the_letters_that_it_is_not_asked_for():
    assert {ord(letter) for letter in LATIN} <= FT2Font(
        findfont(FontProperties())
    ).get_charmap().keys()
