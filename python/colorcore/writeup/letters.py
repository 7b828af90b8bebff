"""Whether the fonts of figures and of the PDF have the letters of a text.

A letter that none has becomes a box or is left out, without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from warnings import catch_warnings, filterwarnings

from colorcore.errors import InputError

STANDARD = "a-2b"  # of PDF: one in which no box stands for a letter
SET = (
    b'#set text(font: "Libertinus Serif")\n#set document(date: datetime.today())\n#sys.inputs.text'
)
MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
# Of the font that Matplotlib brings, which takes a while to ask.
LATIN = {chr(code) for code in range(0xA0, 0x250)}
GLYPH = r"Glyph (\d+) .* missing from font"


def check_pages(place: str, text: str) -> None:
    """Check that the PDF can show a text, by setting its letters.

    Raises: InputError that calls the text by `place` and names what no font has.
    """
    letters = " ".join(sorted({letter for letter in text if not letter.isascii()}))
    if not letters:
        return
    import typst

    try:
        typst.compile(SET, pdf_standards=[STANDARD], sys_inputs={"text": letters})
    except typst.TypstError as error:
        missing = MISSING.search(str(error))
        if missing is None:
            raise
        raise _refused(place, "the PDF", missing[1]) from None


def check_figures(place: str, text: str) -> None:
    """Check that figures can show a text.

    Raises: InputError that calls the text by `place` and names the first letter that they cannot.
    """
    others = [letter for letter in text if not (letter.isascii() or letter in LATIN)]
    if not others:
        return
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    known = FT2Font(findfont(FontProperties())).get_charmap()
    for letter in others:
        if ord(letter) not in known:
            raise _refused(place, "figures", letter)


@contextmanager
def drawn(place: str) -> Iterator[None]:
    """Draw a figure, which `place` makes, of letters that the font of figures has.

    Raises: InputError naming the first that it has not.
    """
    with catch_warnings():
        filterwarnings("error", message=GLYPH)
        try:
            yield
        except UserWarning as warning:
            missing = re.match(GLYPH, str(warning))
            if missing is None:
                raise
            raise _refused(place, "figures", chr(int(missing[1]))) from None


def _refused(place: str, where: str, letter: str) -> InputError:
    codes = " ".join(f"U+{ord(part):04X}" for part in letter)
    return InputError(
        f"{place}: wanted letters that a font of {where} has, got {letter!r} ({codes}); write it "
        "otherwise"
    )
