"""Tables say what the results say."""

from __future__ import annotations

import re

import pypandoc

from colorcore.writeup import making, markdown
from colorcore.writeup.numerals import fixed, significant


def cells(text: str) -> list[list[str]]:
    return [[c.strip() for c in line.strip("|").split("|")] for line in text.strip().splitlines()]


def write(name, subject):
    module, options = making.find(subject.document, "tables", name)
    return cells(module.write(subject, **options))


def test_the_rule_of_a_column_is_as_long_as_its_widest_cell():
    text = markdown.pipe_table(
        ["a", "b"], [["wide cell", '[]{.swatch color="#ff0000"} x']], align="lr"
    )
    assert cells(text)[1] == [":----------", "----:"]


def test_a_bar_or_a_line_in_a_name_ends_no_cell():
    text = markdown.pipe_table(["a", "b|c"], [["noise | none", "two\nlines"]], align="ll")
    html = pypandoc.convert_text(text, "html", format="markdown")
    found = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", html)
    assert found == ["a", "b|c", "noise | none", "two lines"]


def test_long_words_leave_room_for_numbers():
    text = markdown.pipe_table(["tried", "n"], [["weight " * 20, r"1\.5"]], align="lr")
    assert text.splitlines()[1] == "| :" + "-" * 29 + " | " + "-" * 4 + ": |"


def test_the_representative_table_has_the_errors_of_its_run(main, results):
    rows = write("named-representative", main)
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


def test_the_sweep_table_has_median_and_interval(main, results):
    rows = write("named-sweep", main)
    reds = results.runs()["ablated red"]
    want = [markdown.thousandths(reds.quantile(q)) for q in (0.5, 0.05, 0.95)]
    assert rows[2][2] == f"{want[0]} ({want[1]} to {want[2]})"


def test_the_schedule_table_has_the_keyframes(main, results):
    rows = write("schedule", main)
    assert rows[0] == ["step", "lr", "reg-separate", "reg-anchor", "reg-anti-subspace"]
    assert rows[3] == ["5", "0.01", "", "", ""]


def test_the_settings_table_has_every_leaf(main, results):
    settings = dict(write("settings", main)[2:])
    assert settings["`concepts.red.rate`"] == "0.08"
    assert settings["`data.cube.points`"] == "10, 10, 10"
    assert settings["`regularizers.reg-anchor.direction`"] == "1.0, 0.0, 0.0, 0.0, 0.0"


def test_times_and_versions_come_from_the_records(main, results):
    records = results.trained()
    times = write("times", main)
    assert [row[1] for row in times[2:]] == [str(len(record["seeds"])) for record in records]
    assert ["torch", records[0]["versions"]["torch"]] in write("versions", main)


def test_a_comparison_has_the_difference_of_each_condition_and_its_interval(main):
    rows = write("conditions-schedules", main)
    medians = main.results.runs().median(numeric_only=True)
    assert rows[0] == [
        "condition", "score R²", "red", "unlike red, ×\N{NO-BREAK SPACE}10³",
        "validation, ×\N{NO-BREAK SPACE}10⁶", "cosine",
    ]  # fmt: skip
    assert rows[2][:2] == ["main experiment", fixed(medians["score_r2"], 2)]
    assert [row[0] for row in rows[2:]] == list(main.document.group("schedules").values())
    assert rows[3][1] == f"{fixed(medians['score_r2'] + 0.01, 2)} (+0.01 to +0.01)"
    assert rows[3][2] == f"{fixed(medians['ablated target'], 2)} (0.00 to 0.00)"


def test_a_group_with_a_base_of_its_own_is_compared_with_that(main):
    rows = write("conditions-apart", main)
    assert [row[0] for row in rows[2:4]] == ["reliable deletion", "the main schedule, stretched"]
    assert rows[3][1].endswith("(0.00 to 0.00)")


def test_the_front_lists_unbeaten_runs_and_what_all_do(main, results):
    rows = write("pareto", main)
    best = results.runs()["score_r2"].idxmax()
    assert rows[2][:2] == [f"seed {best}", significant(results.runs()["score_r2"].max())]
    assert rows[-1][0] == "all runs"


def test_labels_have_a_row_a_concept(both):
    rows = write("labels", both)
    assert [row[0] for row in rows[2:]] == ["*red*", "*blue*"]
    assert [row[1] for row in rows[2:]] == ["1984", "1984"]


def test_interventions_have_columns_for_the_target_and_its_neighbors(blue):
    rows = write("interventions", blue)
    assert rows[0][2] == "blue"
    assert "azure" in rows[0][3]
    assert "purple" in rows[0][4]
    table = blue.results.interventions()
    errors = table[table["intervention"] == "ablated"]["blue"]
    assert rows[2][:1] == ["ablated"]
    assert rows[2][2].startswith(significant(errors.median()))


def test_the_search_has_a_row_a_value_with_what_was_found(main):
    rows = write("search", main)
    assert len(rows) == 2 + 12
    assert rows[2][:4] == ["`lr`", "20", "0.00300", "0.0100"]
