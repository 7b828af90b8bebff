"""Numbers that the paper quotes."""

from __future__ import annotations

import json
import re

import pytest

from colorcore.writeup import opening
from colorcore.writeup.numerals import significant
from colorcore.writeup.text import VARIABLE, look_up


@pytest.fixture(scope="module")
def found(document, results):
    opening.write_numbers(document, results.folder.parent)
    return json.loads((results.folder.parent / "numbers.json").read_text())


def leaves(content):
    if isinstance(content, dict):
        for value in content.values():
            yield from leaves(value)
    else:
        yield content


def keys(content):
    if isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from keys(value)


def test_every_number_is_a_string_under_keys_without_dots(found):
    assert all(isinstance(leaf, str) for leaf in leaves(found))
    assert "." not in "".join(keys({**found, "versions": {}, "hardware": {}}))


def test_every_number_that_the_text_quotes_is_there(document, found):
    quoted = 0
    for path in (document.folder / "index.qmd", *document.folder.glob("sections/*.md")):
        for name in VARIABLE.findall(path.read_text()):
            if not name.startswith("document."):  # which the package tells of it
                look_up(found, name, str(path))
            quoted += 1
    assert quoted > 100


def test_every_figure_and_table_that_the_text_shows_is_the_documents(document):
    parts = [document.folder / "index.qmd", *document.folder.glob("sections/*.md")]
    text = "".join(path.read_text() for path in parts)
    for kind in ("figures", "tables"):
        shown = set(re.findall(rf"include ex-2\.10\.1/{kind}/([\w-]+)\.md", text))
        assert shown == set(getattr(document, kind))


def test_numbers_are_those_of_the_runs(found, results):
    runs = results.runs()
    red, main = runs["ablated red"], found["ex-2-10-1"]
    assert main["ablated"]["red"]["median"] == significant(red.median())
    assert main["ablated"]["red"]["one"] == significant(red[0])
    assert main["ablated"]["target"] == main["ablated"]["red"]
    assert main["runs"] == "4"
    assert main["share"]["red-below-tenth"]["count"] == str((red < 0.1).sum())


def test_conditions_have_their_medians_and_differences(document, found, results):
    score = found["ex-2-10-1-swept"]["score-r2"]
    assert score["median"] == significant(results.runs()["score_r2"].median() + 0.01)
    assert score["differs"] == "+0.010 (+0.010 to +0.010)"
    assert found["ex-2-10-1-swept"]["published"]["mean"] == "0.85"
    conditions = sum(len(group.conditions) for group in document.groups.values())
    assert found["comparisons"]["conditions"] == str(conditions)
    assert found["comparisons"]["intervals"] == str(5 * conditions)
    assert found["comparisons"]["misses"] == str(round(0.25 * conditions))


def test_the_size_of_the_search_comes_from_its_settings_and_its_log(found):
    assert found["search"] == {
        "values": "12", "trials": "90", "blind": "20",
        "seeds": "48", "first": "1000", "runs": "4320",
    }  # fmt: skip


def test_how_much_was_tried_of_rivals_comes_from_their_grids(found):
    assert found["tuned"] == {"settings": "234", "trainings": "30", "runs": "30", "first": "3000"}


def test_conditions_say_how_red_was_before_surgery(found, results):
    got = found["ex-reliable"]["baseline-red"]["median"]
    assert got == significant(results.runs()["baseline red"].median())
