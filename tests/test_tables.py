"""Tables say what the results say."""

from __future__ import annotations

import pytest

from colorcore import tables
from colorcore.errors import InputError
from colorcore.experiment import load
from colorcore.results import Results


def cells(text: str) -> list[list[str]]:
    return [[c.strip() for c in line.strip("|").split("|")] for line in text.strip().splitlines()]


@pytest.fixture
def experiment(small):
    return load(small)


def test_the_rule_of_a_column_is_as_long_as_its_widest_cell():
    text = tables.pipe_table(
        ["a", "b"], [["wide cell", '[]{.swatch color="#ff0000"} x']], align="lr"
    )
    assert cells(text)[1] == [":----------", "----:"]


def test_the_representative_table_has_the_errors_of_its_run(experiment, results):
    rows = cells(tables.named_representative(experiment, results))
    run = results.runs().iloc[0]
    assert rows[0] == ["colour", "baseline", "ablated", "Δ", "pruned", "Δ"]
    assert len(rows) == 2 + 17
    assert rows[2] == [
        '[]{.swatch color="#ff0000"} red',
        *(
            tables.thousandths(value)
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
    assert [tables.thousandths(v) for v in (0.52, 2.4e-5, -3.1e-4, 1e-9)] == [
        "520", "0.024", "−0.31", "0",
    ]  # fmt: skip


def test_the_sweep_table_has_median_and_interval(experiment, results):
    rows = cells(tables.named_sweep(experiment, results))
    reds = results.runs()["ablated red"]
    want = [tables.thousandths(reds.quantile(q)) for q in (0.5, 0.05, 0.95)]
    assert rows[2][2] == f"{want[0]} ({want[1]} to {want[2]})"


def test_the_agreement_table_has_every_compared_measure(experiment, results):
    rows = cells(tables.agreement_table(experiment, results))
    assert len(rows) == 2 + len(tables.AGREEMENT)
    assert rows[-1][0] == "samples labelled *red*"


def test_the_schedule_table_has_the_keyframes(experiment, results):
    rows = cells(tables.schedule(experiment, results))
    assert rows[0] == ["step", "lr", "reg-separate", "reg-anchor", "reg-anti-subspace"]
    assert rows[3] == ["5", "0.01", "", "", ""]


def test_the_settings_table_has_every_leaf(experiment, results):
    settings = dict(cells(tables.settings(experiment, results))[2:])
    assert settings["`labels.red.rate`"] == "0.08"
    assert settings["`regularizers.reg-anchor.direction`"] == "1.0, 0.0, 0.0, 0.0, 0.0"


def test_times_and_versions_come_from_the_records(experiment, results):
    records = results.records()
    times = cells(tables.times(experiment, results))
    assert [row[1] for row in times[2:]] == [str(record["runs"]) for record in records]
    assert ["torch", records[0]["versions"]["torch"]] in cells(tables.versions(experiment, results))


def test_an_unknown_table_is_refused_with_a_suggestion(experiment, results):
    with pytest.raises(InputError) as caught:
        tables.render("agrement", experiment, results.folder, results.published)
    assert str(caught.value) == (
        "table: wanted one of named-representative, named-sweep, labels, agreement, schedule, "
        "settings, versions, times, got 'agrement'; did you mean agreement?"
    )


def test_results_without_records_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"no train-\*\.json; train the experiment first"):
        Results(tmp_path).records()
