"""The example on mixing as a whole: a short run, its tables, the figure and what a page quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import torch

import mixing
import mixing_audit
import mixing_report
import mixing_runs
from colorcore.errors import InputError
from colorcore.writeup.numerals import THIN
from mixing_runs import TABLES, Size, Tables, gather, head, perform, read, study
from quoted import quoted, value_of

SHORT = Size(steps=11, lines=2000, audits=1, readers=20, relearn=1)
PAGE = Path("docs/transformer.md")
RUNS = [("anchored", 0), ("anchored", 1), ("control", 0)]


@pytest.fixture(scope="module", autouse=True)
def quick():
    """One thread, as products are small; and one audit of few lines."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mixing_audit, "LINES", 300)
        patch.setattr(mixing_runs, "AUDITED", ("projected", "weights"))
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run, and copies of its tables that stand for others, as they are written."""
    folder = tmp_path_factory.mktemp("runs")
    tables = study("anchored", 0, size=SHORT)
    for model, seed in RUNS:
        for name, table in tables.items():
            table = table.assign(model=model, seed=seed) if len(table) else table
            mixing_runs.write(folder / f"{model}-{seed}" / f"{name}.csv", table)
    gather(folder, RUNS, folder)
    return folder


@pytest.fixture(scope="module")
def tables(folder) -> Tables:
    return {name: read(name, folder) for name in TABLES}


def test_a_run_has_a_row_a_way_and_group_and_an_audit(tables):
    assert tables["runs"]["model"].tolist() == ["anchored", "anchored", "control"]
    groups = tables["groups"].query("model == 'control'")
    assert len(groups) == 9 * 5  # ways, groups of lines
    assert groups["exact"].between(0, 1).all()
    assert len(tables["graded"].query("model == 'control'")) == 216
    assert tables["curve"].query("way == 'before' and role == 'operand'")["lines"].sum() == 3 * 5832
    assert set(tables["readings"]["way"]) == {"projected", "weights"}
    assert set(tables["relearning"]["part"]) == {"all", "fresh"}


def test_tables_of_other_settings_or_none_are_refused(folder, tmp_path):
    with pytest.raises(InputError, match=r"runs\.csv: no such table; make transformer"):
        read("runs", tmp_path)
    text = (folder / "runs.csv").read_text()
    (tmp_path / "runs.csv").write_text(text.replace(head(), "# settings of others"))
    with pytest.raises(InputError, match="wanted runs as the settings are, got those of others"):
        read("runs", tmp_path)


def test_a_run_that_is_there_is_not_made_again(folder, monkeypatch):
    monkeypatch.setattr(mixing_runs, "study", lambda *_, **__: pytest.fail("made again"))
    perform(folder, "anchored", 0, size=SHORT, show=print)


def test_results_too_poor_for_the_page_leave_a_figure_to_look_at_but_no_numbers(folder, tmp_path):
    with pytest.raises(InputError, match="bear out «the published figures agree within three"):
        mixing.main(out=tmp_path, folder=folder)
    assert (tmp_path / "mixing-light.svg").exists()
    assert not (tmp_path / "mixing.json").exists()


@pytest.fixture(scope="module")
def true() -> Tables:
    """The tables that the page is made of."""
    return {name: read(name) for name in TABLES}


Spoil = Callable[[Tables], None]


def fails(table: str, where: str, column: str, value: float) -> Spoil:
    """Puts a value where a claim looks."""

    def spoil(tables: Tables) -> None:
        rows = tables[table].query(where).index
        assert len(rows)
        tables[table].loc[rows, column] = value

    return spoil


BACK = "way == 'weights' and part == 'all' and shown == '{}'"
UNLIKE = "model == '{}' and way == '{}' and group == 'unlike'"
SPOILED = {
    "the published figures agree within three of their deviations": fails(
        "runs", "model == 'anchored'", "selectivity", 0.5
    ),
    "no run settles on a token of syntax": fails(
        "runs", "model == 'anchored' and seed == 4", "latched", 0.6
    ),
    "the anchor costs less than two lines in a hundred": fails(
        "runs", "model == 'control'", "held out", 0.95
    ),
    "without the axis no seed completes more than one in fifty of red's lines": fails(
        "groups", "way == 'weights' and group == 'red operand' and seed == 5", "exact", 0.03
    ),
    "suppression leaves nearly all lines without red with every seed": fails(
        "groups", UNLIKE.format("anchored", "suppressed") + " and seed == 1", "exact", 0.98
    ),
    "an axis that nothing was anchored to carries no red": fails(
        "groups", "model == 'control' and way == 'projected'", "exact", 0.5
    ),
    "in a control every eraser costs more than any deletion from an anchored model": fails(
        "groups", UNLIKE.format("control", "mean difference"), "exact", 0.99
    ),
    "LEACE costs less where there is an anchor": fails(
        "groups", UNLIKE.format("anchored", "leace"), "exact", 0.5
    ),
    "readers find more than their floor once the axis is gone": fails(
        "readings", "way == 'projected' and reader == 'nearest'", "edited", 0.0
    ),
    "red is back sooner than a fresh model has it": fails(
        "relearning", BACK.format("natural"), "concept", 9.0
    ),
    "red does not come back where it is not shown": fails(
        "relearning", BACK.format("without"), "concept", 0.0
    ),
}


def test_results_bear_the_page_out(true):
    mixing_report.check(true)
    assert mixing_report.claims(true).keys() == SPOILED.keys()


@pytest.mark.parametrize("sentence", SPOILED)
def test_results_that_do_not_bear_a_sentence_out_are_refused(true, sentence):
    spoiled = {name: table.copy() for name, table in true.items()}
    SPOILED[sentence](spoiled)
    assert [s for s, holds in mixing_report.claims(spoiled).items() if not holds] == [sentence]
    with pytest.raises(InputError, match=f"bear out «{sentence}»"):
        mixing_report.check(spoiled)


def test_agreement_counts_in_published_deviations():
    runs = pd.DataFrame({"model": ["anchored"] * 2, **agreed(0.018)})
    found = mixing_report.agreement(runs)
    assert found.loc["selectivity", "apart"] == pytest.approx(2)
    assert found.loc["held out", "apart"] == pytest.approx(0)


def agreed(more: float) -> dict[str, list[float]]:
    means = {column: [one.mean] * 2 for column, one in mixing_report.PUBLISHED.items()}
    return {**means, "selectivity": [0.42 + more] * 2}


def test_the_page_quotes_numbers_that_there_are(tmp_path):
    mixing.main(out=tmp_path)
    found = json.loads((tmp_path / "mixing.json").read_text())
    assert all(isinstance(value_of(found, path), str) for path in quoted(PAGE, "mixing"))
    assert re.fullmatch(r"[\d.]+.%", found["right"]["anchored"]["projected"]["unlike"]["median"])


def test_devices_are_told_in_milliseconds():
    told = {
        "machine": {"gpu": "one", "cores": "2"},
        "torch": "2",
        "apart": {"20": {"CPU, two threads": 2.2e-7}},
        "seconds": {"CPU, one thread": 0.227},
    }
    assert mixing_report.devices(told) == {
        "gpu": "one",
        "cores": "2",
        "torch": "2",
        "milliseconds": {"CPU_one_thread": "230"},
        "apart": {"after_20": {"CPU_two_threads": f"2.2{THIN}×{THIN}10⁻⁷"}},
    }
