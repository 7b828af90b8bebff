"""Tables say what the results say."""

from __future__ import annotations

import pytest

from colorcore.errors import InputError
from colorcore.experiment.loading import load
from colorcore.results.comparison import GROUPS
from colorcore.results.distribution import agreement, verdict
from colorcore.results.files import Results, write_runs
from colorcore.writeup import tables
from colorcore.writeup.numerals import fixed, significant
from colorcore.writeup.tables import across, markdown, runs


def cells(text: str) -> list[list[str]]:
    return [[c.strip() for c in line.strip("|").split("|")] for line in text.strip().splitlines()]


@pytest.fixture
def experiment(small):
    return load(small)


def test_the_rule_of_a_column_is_as_long_as_its_widest_cell():
    text = markdown.pipe_table(
        ["a", "b"], [["wide cell", '[]{.swatch color="#ff0000"} x']], align="lr"
    )
    assert cells(text)[1] == [":----------", "----:"]


def test_the_representative_table_has_the_errors_of_its_run(experiment, results):
    rows = cells(runs.named_representative(experiment, results))
    run = results.runs().iloc[0]
    assert rows[0] == ["colour", "baseline", "ablated", "Δ", "pruned", "Δ"]
    assert len(rows) == 2 + 17
    assert rows[2] == [
        '[]{.swatch color="#ff0000"} red',
        *(
            markdown.thousandths(value)
            for value in (
                run["baseline red"],
                run["ablated red"],
                run["ablated red"] - run["baseline red"],
                run["pruned red"],
                run["pruned red"] - run["baseline red"],
            )
        ),
    ]


def test_errors_are_told_in_thousandths():
    assert [markdown.thousandths(v) for v in (0.52, 2.4e-5, -3.1e-4, 1e-9)] == [
        "520", "0.024", "−0.31", "0",
    ]  # fmt: skip


def test_the_sweep_table_has_median_and_interval(experiment, results):
    rows = cells(runs.named_sweep(experiment, results))
    reds = results.runs()["ablated red"]
    want = [markdown.thousandths(reds.quantile(q)) for q in (0.5, 0.05, 0.95)]
    assert rows[2][2] == f"{want[0]} ({want[1]} to {want[2]})"


def test_the_agreement_table_has_every_compared_measure(experiment, results):
    rows = cells(runs.agreement_table(experiment, results))
    assert len(rows) == 2 + len(runs.AGREEMENT)
    assert rows[-1][0] == "samples labelled *red*"
    tests = agreement(results.runs(), results.published_runs(), runs.AGREEMENT)
    assert [row[-1] for row in rows[2:]] == [verdict(p, of=len(tests)) for p in tests["p"]]


def test_the_schedule_table_has_the_keyframes(experiment, results):
    rows = cells(runs.schedule(experiment, results))
    assert rows[0] == ["step", "lr", "reg-separate", "reg-anchor", "reg-anti-subspace"]
    assert rows[3] == ["5", "0.01", "", "", ""]


def test_the_settings_table_has_every_leaf(experiment, results):
    settings = dict(cells(runs.settings(experiment, results))[2:])
    assert settings["`labels.red.rate`"] == "0.08"
    assert settings["`regularizers.reg-anchor.direction`"] == "1.0, 0.0, 0.0, 0.0, 0.0"


def test_times_and_versions_come_from_the_records(experiment, results):
    records = results.records()
    times = cells(runs.times(experiment, results))
    assert [row[1] for row in times[2:]] == [str(record["runs"]) for record in records]
    assert ["torch", records[0]["versions"]["torch"]] in cells(runs.versions(experiment, results))


def test_an_unknown_table_is_refused_with_a_suggestion(experiment, results):
    with pytest.raises(InputError) as caught:
        tables.render("agrement", experiment, results.folder, results.published)
    message = str(caught.value)
    assert message.startswith("table: wanted one of named-representative, named-sweep, labels, ")
    assert message.endswith(", got 'agrement'; did you mean agreement?")


def test_results_without_records_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no train-\*\.json; train the experiment first"):
        Results(tmp_path).records()


@pytest.fixture
def siblings(results, tmp_path):
    """Results of the small experiment beside conditions in which every run is as much better."""
    table = results.runs()
    for name in ("main", *GROUPS["schedules"]):
        shift = 0 if name == "main" else 0.13
        write_runs(tmp_path / name / "runs.csv", table.assign(score_r2=table["score_r2"] + shift))
    return Results(tmp_path / "main", results.published)


def test_a_comparison_has_the_difference_of_each_condition_and_its_interval(experiment, siblings):
    rows = cells(across.comparison(experiment, siblings, "schedules"))
    medians = siblings.runs().median()
    assert rows[2][:2] == ["main experiment", fixed(medians["score_r2"], 2)]
    assert [row[0] for row in rows[3:]] == list(GROUPS["schedules"].values())
    assert rows[3][1] == f"{fixed(medians['score_r2'] + 0.13, 2)} (+0.13 to +0.13)"
    assert rows[3][2] == f"{fixed(medians['ablated red'], 2)} (0.00 to 0.00)"


def test_published_summaries_stand_beside_our_own(experiment, siblings):
    rows = cells(across.published(experiment, siblings))
    assert rows[0] == ["score R²", "mean", "sd", "min", "max", "*p*", "verdict"]
    assert rows[3][:5] == ["`ex-2.10.1-swept`, published", "0.85", "0.14", "0.038", "0.98"]
    assert rows[2][1] == significant(siblings.of("ex-2.10.1-swept").runs()["score_r2"].mean())


def test_the_front_lists_unbeaten_runs_and_what_all_do(experiment, results):
    rows = cells(across.front(experiment, results))
    best = results.runs()["score_r2"].idxmax()
    assert rows[2][:2] == [f"seed {best}", significant(results.runs()["score_r2"].max())]
    assert rows[-1][0] == "all runs"
