"""Numbers for the text, and the claims that guard it."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from colorcore import claims, numbers
from colorcore.color import NAMES
from colorcore.comparison import GROUPS
from colorcore.errors import InputError
from colorcore.experiment import load
from colorcore.numerals import significant


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
    assert found["comparisons"]["intervals"] == "85"
    assert found["comparisons"]["misses"] == "4"


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


@pytest.fixture
def published(results):
    return results.published_runs()


def bear_out(runs: pd.DataFrame) -> pd.DataFrame:
    """Published runs with the columns that only ours have."""
    extra = {f"pruned {name}": runs[f"ablated {name}"] for name in NAMES}
    return runs.assign(**extra, surgery_gap=1e-9, unlike_red_max=0.005)


BROKEN: dict[str, dict[str, float]] = {
    "baseline": {"baseline cyan": 0.01},
    "cosine above 0.9": {"red_cosine": 0.5},
    "one sample in a thousand": {"labelled_red": 200},
    "mid-grey": {"ablated red": 0.1},
    "hurt most": {"ablated teal": 0.2},
    "90° or more": {"ablated cyan": 0.02},
    "unlike red": {"unlike_red_max": 0.02},
    "threefold": {"ablated red": 0.4},
    "same outputs": {"surgery_gap": 1e-4},
}


@pytest.mark.parametrize("part", BROKEN)
def test_a_claim_fails_when_its_data_no_longer_bear_it_out(published, part):
    sentence = "without intervention" if part == "baseline" else part
    (claim,) = [claim for claim in claims.CLAIMS if sentence in claim.sentence]
    broken = bear_out(published).assign(**BROKEN[part])
    assert not claim.holds(broken, published)


def test_runs_that_differ_from_the_published_ones_fail_the_claim_of_agreement(published):
    (claim,) = [c for c in claims.CLAIMS if "no compared measure" in c.sentence]
    assert claim.holds(bear_out(published), published)
    assert not claim.holds(bear_out(published).assign(score_r2=0.99), published)


def test_the_first_claim_that_fails_is_named(small, results):
    with pytest.raises(InputError) as caught:
        claims.check([load(small)], results.folder.parent, results.published)
    message = str(caught.value)
    assert message.startswith(f"{results.runs_path}: wanted results that bear out «")
    assert message.endswith("find the bug, or change the sentence in the paper and in claims.py")
