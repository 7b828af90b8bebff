"""How numbers are written."""

from __future__ import annotations

import pytest

from colorcore.writeup.numerals import fixed, fixed_percent, percent, significant


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.3141, 2, "0.31"),
        (840.0, 2, "840"),
        (0.5, 2, "0.50"),
        (0.0012, 2, "0.0012"),
        (0.00042, 2, "4.2\N{NARROW NO-BREAK SPACE}×\N{NARROW NO-BREAK SPACE}10⁻⁴"),
        (0.000999, 2, "0.0010"),
        (-0.25, 2, "−0.25"),
        (1.6e-7, 1, "2\N{NARROW NO-BREAK SPACE}×\N{NARROW NO-BREAK SPACE}10⁻⁷"),
        (12345.0, 2, "12000"),
        (0.0, 2, "0"),
    ],
)
def test_significant_digits_are_kept_and_small_numbers_get_a_power_of_ten(value, digits, text):
    assert significant(value, digits) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="must be finite to be written"):
        significant(value)


def test_fixed_decimals_have_a_real_minus_and_no_negative_zero():
    assert [fixed(v, 2) for v in (0.5, -0.567, -0.001)] == ["0.50", "−0.57", "0.00"]


def test_a_percentage_with_decimals_tells_nearly_all_from_all():
    assert fixed_percent(0.99934, 1) == "99.9\u202f%"
    assert fixed_percent(0, 1) == "0.0\u202f%"


def test_percent_has_a_narrow_space():
    assert percent(0.00075) == "0.075\N{NARROW NO-BREAK SPACE}%"
