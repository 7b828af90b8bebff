"""Tables and figures of deletions, operators and tails say what the results say."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from colorcore.errors import InputError
from colorcore.results import audits as audits_of_runs
from colorcore.results import tails
from colorcore.results.measures import HARMED
from colorcore.writeup import checking
from colorcore.writeup.figures import operators, recovery
from colorcore.writeup.numbers import audit_numbers, recovery_numbers
from colorcore.writeup.numerals import fixed, significant
from colorcore.writeup.tables import audits, deletions
from colorcore.writeup.tables import tails as tail_table

ROWS = {"as trained": ("ex-reliable", "none"), "LEACE": ("rival-no-anchor", "leace-few")}


def cells(text):
    return [[c.strip() for c in line.strip("|").split("|")] for line in text.strip().splitlines()]


def test_every_deletion_of_an_experiment_has_a_row(both):
    header, _, *rows = cells(deletions.write(both, experiments=("both",)))
    assert header == ["deleted", "K", "score R² (worst)", "error (90 %)", "damage", "harmed"]
    assert [row[0] for row in rows] == [
        '[]{.swatch color="#ff0000"} red', '[]{.swatch color="#0000ff"} blue', "red and blue",
    ]  # fmt: skip
    runs = both.results_of("both", deletion="red-and-blue").runs()
    score = f"{fixed(runs['score_r2'].median(), 2)} ({fixed(runs['score_r2'].min(), 2)})"
    harmed = f"{(runs['harm'] > HARMED).sum()} of 2"
    assert rows[2][1:3] + rows[2][4:] == ["6", score, significant(runs["harm"].median(), 1), harmed]


def test_an_audit_tells_labels_and_what_each_operator_does(main):
    show = ("score", "target", "damage", "harmed", "nearest")
    header, _, *rows = cells(audits.write(main, rows=ROWS, show=show))
    assert header == ["operator", "labels", "score (worst)", "error", "damage", "harmed", "nearest"]
    told = ["0.25 (0.10)", "0.25 (0.12 to 0.39)", "0.2", "4", "0.25 (0.12 to 0.39)"]
    assert rows == [["as trained", "310", *told], ["LEACE", "310", *told]]


@pytest.mark.parametrize(
    ("name", "operator", "labels"),
    [
        ("rival-no-anchor", "leace-perfect", "all"),
        ("rival-no-anchor", "none", "none"),
        ("ex-reliable", "optimal-ablation", "310"),
        ("rival-routing", "ablated", "310"),
        ("rival-routing-perfect", "ablated", "6195"),
    ],
)
def test_labels_are_those_of_the_operator_and_of_training(document, name, operator, labels):
    assert audits.labels(document.load(name), operator) == labels


@pytest.mark.parametrize(
    ("rows", "show", "wanted"),
    [
        ({"a": ("ex-reliable", "leac")}, ("score",), "operator of ex-reliable: wanted one of none"),
        ({"a": ("ex-reliable", "none")}, ("scor",), "measure: wanted one of score"),
    ],
)
def test_what_an_audit_has_not_is_told_before_anything_is_made(document, rows, show, wanted):
    with pytest.raises(InputError) as caught:
        audits.check(document, rows, show)
    assert wanted in str(caught.value)


def test_a_figure_of_operators_that_are_not_is_told_before_anything_is_made(document):
    with pytest.raises(InputError) as caught:
        operators.check(document, {"a": ("ex-reliable", "leac")})
    assert "document.yaml: figures: operator of ex-reliable: wanted one of" in str(caught.value)


def test_operators_have_points_of_their_own_runs(main):
    data = operators.gather(main, ROWS)
    assert data.anchored == {"as trained": True, "LEACE": False}
    assert data.runs["LEACE"]["target"].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert "LEACE: score 0.25, red 0.25, damage 0.2" in operators.describe(data)


def test_recovery_has_a_line_a_way(main):
    data = recovery.gather(main, {"reliable": "ex-reliable"})
    curves = data.curves["reliable"]
    found = curves.reset_index().query("way == 'few' and step == 50")
    spread = found[["low", "median", "high"]].to_numpy()[0]
    assert spread == pytest.approx([0.00115, 0.0025, 0.00385])
    assert "reliable: all weights 0.25 to 0.0025" in recovery.describe(data)


def test_numbers_of_audits_are_by_operator_and_of_recovery_by_way_and_step():
    audit = pd.DataFrame({"operator": ["none", "none", "rest", "rest"], "seed": [0, 1, 0, 1]})
    audit = audit.assign(harm=[0.5, 0.001, math.nan, math.nan], linear=[0.2, 0.4, 0.1, 0.1])
    found = audit_numbers(audit)
    assert (found["none"]["linear"]["median"], found["none"]["harmed"]) == ("0.30", "1")
    assert set(found["rest"]) == {"linear"}
    steps = pd.DataFrame({"way": "all", "step": [0, 0, 5, 5], "seed": [0, 1, 0, 1]})
    back = recovery_numbers(steps.assign(target=[0.3, 0.3, 0.04, 0.02], harm=0.1))
    assert (back["all"]["after-5"]["target"]["median"], back["all"]["back"]) == ("0.030", "5")
    gone = recovery_numbers(steps.assign(target=0.3, harm=0.1))
    assert "back" not in gone["all"]


@pytest.fixture
def tail(document, tmp_path):
    """Five runs of the reliable deletion, in one of which red is left."""
    runs = pd.DataFrame({"seed": range(tails.FIRST, tails.FIRST + 5), "score_r2": 0.9})
    runs = runs.assign(target=[0.1, 0.3, 0.3, 0.3, 0.3], harm=0.001, worst="cyan", data_mse=1e-5)
    readers = ("nearest", "decoder", "long decoder unseen", "long decoder")
    runs = runs.assign(**dict(zip(readers, (0.3, 0.2, 0.2, 0.1), strict=True)))
    path = tmp_path / "tail.csv"
    tails.write(document.load("ex-reliable"), path, runs)
    return path


def test_a_tail_is_read_as_it_was_written(document, tail):
    found = tails.read(document.load("ex-reliable"), tail)
    assert list(found) == [*tails.COLUMNS]
    assert found["target"].tolist() == [0.1, 0.3, 0.3, 0.3, 0.3]


def test_a_tail_of_other_settings_is_refused(document, tail):
    with pytest.raises(InputError) as caught:
        tails.read(document.load("ex-reliable-sided"), tail)
    assert str(caught.value) == (
        f"{tail}: wanted runs of ex-reliable-sided as its settings are, got those of others; "
        "delete it and make tail"
    )


@pytest.mark.parametrize(("old", "new"), [("10003,", "10007,"), ("worst", "most")])
def test_a_tail_with_a_gap_or_other_columns_is_refused(document, tail, old, new):
    tail.write_text(tail.read_text().replace(old, new))
    with pytest.raises(InputError, match="of each seed from 10000 on, got something else"):
        tails.read(document.load("ex-reliable"), tail)


def test_failures_are_told_with_the_interval_of_their_share():
    assert tail_table.tells(0, 1000) == "0 (0 to 0.37\N{NARROW NO-BREAK SPACE}%)"
    assert tail_table.tells(5, 10) == "5 (19 to 81\N{NARROW NO-BREAK SPACE}%)"


def test_a_tail_is_extended_from_where_it_ends(results, tmp_path, monkeypatch):
    monkeypatch.setattr(audits_of_runs, "READ", 5)
    monkeypatch.setattr(audits_of_runs, "LONG", 5)
    monkeypatch.setattr(tails, "AT_A_TIME", 2)
    path, shown = tmp_path / "tail.csv", []
    tails.extend(results.experiment, path, seeds=2, show=shown.append)
    first = path.read_text()
    tails.extend(results.experiment, path, seeds=3, show=shown.append)
    assert path.read_text().startswith(first)
    assert shown == ["ex-2.10.1: 2 of 2 runs", "ex-2.10.1: 3 of 3 runs"]
    alone = tmp_path / "alone.csv"
    tails.extend(results.experiment, alone, seeds=3, show=shown.append)
    assert alone.read_text() == path.read_text()


def test_the_paper_can_be_made_of_its_audits(document):
    checking.check(document, seeds=60)
