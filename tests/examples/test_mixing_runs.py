"""The example on mixing as a whole: a short run, its tables, the figure and what a page quotes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import torch

import mixing
import mixing_audit
import mixing_report
import mixing_runs
from colorcore.errors import InputError
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


def agreeing(tables: Tables) -> Tables:
    means = {column: one.mean for column, one in mixing_report.PUBLISHED.items()}
    return {**tables, "runs": tables["runs"].assign(**means, latched=0.03)}


def test_results_that_bear_the_page_out_pass_and_others_name_the_sentence(tables):
    good = agreeing(tables)
    mixing_report.check(good)
    poor = {**good, "runs": good["runs"].assign(latched=[0.0, 0.6, 0.0])}
    with pytest.raises(InputError, match="bear out «no run settles on a token of syntax»"):
        mixing_report.check(poor)


def test_agreement_counts_in_published_deviations():
    runs = pd.DataFrame({"model": ["anchored"] * 2, **agreed(0.018)})
    found = mixing_report.agreement(runs)
    assert found.loc["selectivity", "apart"] == pytest.approx(2)
    assert found.loc["held out", "apart"] == pytest.approx(0)


def agreed(more: float) -> dict[str, list[float]]:
    means = {column: [one.mean] * 2 for column, one in mixing_report.PUBLISHED.items()}
    return {**means, "selectivity": [0.42 + more] * 2}


def test_the_page_quotes_numbers_that_there_are(tables):
    found = {**mixing_report.numbers(agreeing(tables)), "alt": ""}
    assert all(isinstance(value_of(found, path), str) for path in quoted(PAGE, "mixing"))


def test_numbers_are_texts_that_a_page_can_quote(tables):
    found = mixing_report.numbers(agreeing(tables))
    assert json.loads(json.dumps(found)) == found
    assert re.fullmatch(r"[\d.]+.%", found["right"]["anchored"]["projected"]["unlike"]["median"])
