"""Numbers about any experiment."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from colorcore.experiment.concepts import Deletion, Target
from colorcore.results.measures import bounds
from colorcore.writeup import numbers, opening
from colorcore.writeup.numerals import fixed, significant
from colorcore.writeup.single_names import known
from colorcore.writeup.subject import subject


def of(one, **chosen):
    return numbers.experiment_numbers(subject(one.document, one.results.folder.parent, **chosen))


@pytest.fixture(scope="module")
def found(main):
    return of(main)


def test_interventions_have_their_errors(found, results):
    table = results.interventions()
    red = table[table["intervention"] == "suppression, 90°, power 1"]["red"]
    assert found["interventions"]["suppression-90-1"]["target"]["median"] == significant(
        red.median()
    )


def test_constants_of_the_method_come_from_the_settings(found):
    settings = found["settings"]
    assert settings["parameters"] == "840"
    assert settings["levels"] == "10"
    assert settings["colors"] == "1000"
    assert settings["batch-size"] == "64"
    assert settings["steps"] == "31"
    assert settings["pruned-latent"] == "4"
    assert settings["separations"] == {"reg-separate": {"power": "100", "reach": "24°"}}
    assert settings["regularizers"]["reg-anchor"] == {"start": "0", "highest": "0.15"}
    assert settings["concepts"] == {"red": {"power": "8", "rate": "0.08"}}


def test_bounds_are_those_of_the_deletion(found):
    assert found["bounds"] == {"unlike": "0.22", "gray": "0.25", "black": "0.33", "even": "0.33"}


def test_runs_that_go_beyond_a_bound_are_counted(found, both, results):
    runs = results.runs()
    assert found["deleted"] == str((runs["ablated red"] > 2 / 9).sum())
    assert found["harmed"] == str((runs["harm"] > 0.01).sum())
    table = replace(both.results, deletion="red-and-blue").runs()
    two = of(both, deletion="red-and-blue")
    limit = bounds(both.experiment.deletions["red-and-blue"]).unlike
    assert two["deleted"] == str((table["ablated target"] > limit).sum())


@pytest.mark.parametrize(
    ("rgb", "before", "tells"),
    [
        ((1, 0, 0), "0", "is larger than the median error before deletion, so that it can tell"),
        ((0, 0, 0), "4",
         "is no larger than the median error before deletion, so that it cannot tell"),
        ((24 / 255, 0, 16 / 255), "3",
         "is no larger than the median error before deletion, so that it cannot tell"),
    ],
    ids=["red", "black", "plum"],
)  # fmt: skip
def test_a_bound_within_the_errors_before_deletion_is_said_to_tell_nothing(rgb, before, tells):
    bound = bounds(Deletion("one", (Target("one", rgb, 0),))).unlike
    runs = pd.DataFrame(
        {"ablated target": [0.3, 0.3, 0.3, 0.2], "baseline target": [0.001, 0.002, 0.003, 0.004]}
    )
    deleted = "3" if rgb == (1, 0, 0) else "4"
    assert numbers.beyond(runs, bound) == {
        "deleted": deleted, "deleted-before": before, "bound": tells,
    }  # fmt: skip


def test_a_bound_that_is_the_median_error_before_deletion_tells_nothing():
    runs = pd.DataFrame({"ablated target": [0.3, 0.3], "baseline target": [0.25, 0.25]})
    assert "cannot tell" in numbers.beyond(runs, 0.25)["bound"]


def test_each_deletion_has_numbers_of_its_own(both):
    for name, title in (("red", "red"), ("blue", "blue"), ("red-and-blue", "red and blue")):
        runs = replace(both.results, deletion="" if name == "red" else name).runs()
        numbers_of_it = of(both, deletion="" if name == "red" else name)
        assert numbers_of_it["concept"] == title
        target = numbers_of_it["ablated"]["target"]
        assert target["median"] == significant(runs["ablated target"].median())
        assert numbers_of_it["target-cosine"]["median"] == fixed(runs["target_cosine"].median(), 3)


def test_the_first_deletion_can_be_chosen_by_its_name(both):
    assert of(both, deletion="red") == of(both)


def test_labels_and_departures_are_told_of_every_concept(both):
    found = of(both)
    assert list(found["labelled"]) == ["red", "blue"]
    assert found["departed"] == {"red": "0", "blue": "0"}
    assert found["settings"]["levels"] == "12 × 3 × 4"
    assert found["settings"]["colors"] == "144"
    assert found["settings"]["pruned-latent"] == "5"
    assert of(both, deletion="red-and-blue")["settings"]["pruned-latent"] == "4"


def test_a_condition_on_other_seeds_has_no_difference(results):
    runs = results.runs()
    found = numbers.condition_numbers(runs, runs.assign(seed=runs["seed"] + 60))
    assert found["score-r2"]["median"] == significant(runs["score_r2"].median())
    assert "differs" not in found["score-r2"]


def test_the_numbers_of_a_report_are_of_its_experiment_and_its_base(blue):
    build = blue.results.folder.parent
    opening.write_numbers(blue.document, build)
    found = json.loads((build / "numbers.json").read_text())
    assert found["this"]["name"] == "blue"
    assert found["this"]["title"] == "Delete blue"
    assert found["deletions"] == {}
    assert list(found["compared"]) == [
        "score-r2", "ablated-target", "unlike-max", "val-mse", "target-cosine", "harm", "read-off",
    ]  # fmt: skip
    assert "differs" in found["compared"]["score-r2"]
    assert names(known(blue.experiment)) == names(found)


def names(content):
    """All names below, of what has others or is one."""
    return {k: names(v) for k, v in content.items()} if isinstance(content, dict) else None


def test_the_names_that_a_report_can_quote_are_known_beforehand(both):
    build = both.results.folder.parent
    opening.write_numbers(both.document, build)
    found = json.loads((build / "numbers.json").read_text())
    assert list(found["deletions"]) == ["blue", "red-and-blue"]
    assert names(known(both.experiment)) == names(found)
