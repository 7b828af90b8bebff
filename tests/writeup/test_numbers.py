"""Numbers for the text."""

from __future__ import annotations

import json

import pytest

from colorcore.experiment.loading import load
from colorcore.results.comparison import GROUPS
from colorcore.writeup import numbers
from colorcore.writeup.numerals import significant


@pytest.fixture(scope="module")
def found(small, results):
    others = [small.parent / name for group in GROUPS.values() for name in group]
    experiments = [load(folder) for folder in (small, *others)]
    numbers.write(experiments, results.folder.parent, results.published)
    return json.loads((results.folder.parent / "numbers.json").read_text())


def leaves(content):
    if isinstance(content, dict):
        for value in content.values():
            yield from leaves(value)
    else:
        yield content


def test_every_number_is_a_string_under_keys_without_dots(found):
    assert all(isinstance(leaf, str) for leaf in leaves(found))
    assert numbers.key("ex-2.10.1") == "ex-2-10-1"
    assert "." not in "".join(found["small"]["ablated"])


def test_numbers_are_those_of_the_runs(found, results):
    runs = results.runs()
    red = runs["ablated red"]
    assert found["small"]["ablated"]["red"]["median"] == significant(red.median())
    assert found["small"]["ablated"]["red"]["one"] == significant(red[0])
    assert found["small"]["runs"] == "4"
    assert found["small"]["share"]["red-below-tenth"]["count"] == str((red < 0.1).sum())


def test_conditions_have_their_medians_and_differences(found, results):
    score = found["ex-2-10-1-swept"]["score-r2"]
    assert score["median"] == significant(results.runs()["score_r2"].median() + 0.01)
    assert score["differs"] == "+0.010 (+0.010 to +0.010)"
    assert found["ex-2-10-1-swept"]["published"]["mean"] == "0.85"
    conditions = sum(len(group) for group in GROUPS.values())
    assert found["comparisons"]["conditions"] == str(conditions)
    assert found["comparisons"]["intervals"] == str(5 * conditions)
    assert found["comparisons"]["misses"] == str(round(0.25 * conditions))


def test_the_size_of_the_search_comes_from_its_settings_and_its_log(found):
    assert found["search"] == {
        "values": "12", "trials": "90", "blind": "20",
        "seeds": "48", "first": "1000", "runs": "4320",
    }  # fmt: skip


def test_conditions_say_how_red_was_before_surgery(found, results):
    got = found["ex-reliable"]["baseline-red"]["median"]
    assert got == significant(results.runs()["baseline red"].median())


def test_interventions_have_their_errors(found, results):
    table = results.interventions()
    red = table[table["intervention"] == "suppression, 90°, power 1"]["red"]
    got = found["small"]["interventions"]["suppression-90-1"]["red"]
    assert got["median"] == significant(red.median())


def test_constants_of_the_method_come_from_the_settings(found):
    settings = found["small"]["settings"]
    assert settings["parameters"] == "840"
    assert settings["colors"] == "1000"
    assert settings["batch-size"] == "64"
    assert settings["steps"] == "31"
    assert settings["separation-reach"] == "24°"
