"""How numbers are written in the text and in tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"
SMALLEST_PLAIN = -3  # the exponent below which a number is written with a power of ten


def significant(value: float, digits: int = 2) -> str:
    """A number rounded to significant digits: 0.31, 840, 4.2 × 10⁻⁵.

    Trailing zeros are kept, since they say how exact the number is.

    Raises: ValueError when the value is not finite: such a value has no place in a text.
    """
    _check(value)
    if value == 0:
        return "0"
    sign = MINUS if value < 0 else ""
    mantissa, exponent = f"{abs(value):.{digits - 1}e}".split("e")
    if int(exponent) < SMALLEST_PLAIN:
        return f"{sign}{mantissa}{THIN}×{THIN}10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    return sign + format(Decimal(f"{mantissa}e{exponent}"), "f")


def _check(value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"value must be finite to be written in a text, got {value}")


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals, and a real minus sign.

    Raises: as `significant`.
    """
    _check(value)
    text = f"{value:.{decimals}f}"
    return text.replace("-", MINUS) if float(text) else text.lstrip("-")


def percent(share: float, digits: int = 2) -> str:
    """A share in [0, 1] as a percentage, with a narrow no-break space before the sign."""
    return f"{significant(100 * share, digits)}{THIN}%"


def fixed_percent(share: float, decimals: int) -> str:
    """As `percent`, with so many decimals: nearly all is not all.

    Raises: as `significant`.
    """
    return f"{fixed(100 * share, decimals)}{THIN}%"


def signed(value: float, write: Callable[[float], str]) -> str:
    """A difference with its sign, which a plus has too."""
    return f"+{write(value)}" if value > 0 else write(value)
