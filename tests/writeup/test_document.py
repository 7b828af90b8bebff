"""Documents: which experiments, figures and tables a text is about, and how mistakes are told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest

from colorcore.errors import InputError
from colorcore.experiment.folder import ExperimentError
from colorcore.results.response import VARIANTS
from colorcore.writeup import making, opening
from colorcore.writeup.figures import stack, sweep
from colorcore.writeup.subject import Variant, subject
from editing import change


def test_a_document_names_its_experiments_the_main_one_first(folder):
    found = opening.read(folder)
    assert not found.is_report
    assert found.main_name == "ex-2.10.1"
    assert found.names == {
        "ex-2.10.1": "the main one",
        "ex-2.10.1-noise-10": "a tenth",
        "ex-reliable": "reliable",
        "ex-reliable-half": "half the steps",
        "ex-2.9.1": "an older one",
    }
    assert found.load("ex-2.9.1").name == "ex-2.9.1"


def test_a_group_begins_with_what_it_is_compared_with(folder):
    found = opening.read(folder)
    assert list(found.group("noise")) == ["ex-2.10.1", "ex-2.10.1-noise-10"]
    assert list(found.group("apart")) == ["ex-reliable", "ex-reliable-half"]


def test_an_unknown_group_is_refused(folder):
    with pytest.raises(InputError) as caught:
        opening.read(folder).group("nois")
    assert str(caught.value) == "group: wanted one of noise, apart, got 'nois'; did you mean noise?"


def test_an_unknown_experiment_is_refused(folder):
    shutil.rmtree(folder.parent / "experiments")
    for name in ("ex-2.10.1", "ex-2.9.1", "ex-2.10.1-noise-10", "ex-reliable"):
        shutil.copytree(Path("experiments") / name, folder.parent / "experiments" / name)
    with pytest.raises(ExperimentError) as caught:
        opening.read(folder)
    assert str(caught.value) == (
        f"{folder}/document.yaml: experiments: wanted one of ex-2.10.1, ex-2.10.1-noise-10, "
        "ex-2.9.1, ex-reliable, got 'ex-reliable-half'; did you mean ex-reliable?"
    )


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        (
            "{ex-2.10.1-noise-10: a tenth, ex-2.9.1: a tenth}",
            ".ex-2.9.1: wanted a name of its own, got 'a tenth', that of ex-2.10.1-noise-10; "
            "rename one",
        ),
        (
            "{ex-2.10.1-noise-10: the main one}",
            ".ex-2.10.1-noise-10: wanted a name of its own, got 'the main one', that of ex-2.10.1; "
            "rename one",
        ),
        (
            "{ex-2.10.1: again}",
            ": wanted others than the one they are compared with, got ex-2.10.1; leave it out",
        ),
    ],
)
def test_no_condition_of_a_group_stands_for_two(folder, conditions, message):
    change(folder, "{ex-2.10.1-noise-10: a tenth}", conditions, "document.yaml")
    with pytest.raises(ExperimentError) as caught:
        opening.read(folder)
    assert str(caught.value) == f"{folder}/document.yaml: groups.noise.conditions{message}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "main: {ex-2.10.1: the main one}",
            "mian: {ex-2.10.1: the main one}",
            "mian: wanted only known keys, got this one; did you mean main?",
        ),
        ("tables: {labels", "tabels: {labels", "tabels: wanted only known keys, got this one; did "
         "you mean tables?"),
        ("{conditions: {ex-2.10.1-noise-10: a tenth}}", "{}", "groups.noise.conditions: wanted a "
         "value, got none; add it"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_document_is_told(folder, old, new, message):
    change(folder, old, new, "document.yaml")
    with pytest.raises(ExperimentError) as caught:
        opening.read(folder)
    assert str(caught.value) == f"{folder}/document.yaml: {message}"


def test_a_figure_is_made_by_the_module_of_its_name_or_another_one_that_is_told_the_rest(folder):
    found = opening.read(folder)
    assert making.find(found, "figures", "sweep") == (sweep, {})
    assert making.find(found, "figures", "before") == (stack, {"variant": "baseline"})
    own, options = making.find(found, "figures", "own")
    assert Path(str(own.__file__)) == folder / "figures" / "own.py"
    assert options == {"size": 3}


def test_a_figure_without_a_module_is_refused(folder):
    with pytest.raises(InputError) as caught:
        making.find(opening.read(folder), "figures", "lost")
    assert str(caught.value) == (
        f"{folder}/document.yaml: figures.lost: wanted a module lost.py in {folder}/figures or in "
        "the package, got none; write it, or name another as by"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("before: {by: stack, variant: baseline}", "before: {by: stack, variant: ablatd}",
         "figures.before.variant: wanted 'baseline', 'ablated' or 'pruned', got 'ablatd'"),
        ("{by: conditions, group: noise}", "{by: conditions, group: 3}",
         "tables.conditions-noise.group: wanted a valid string, got 3"),
    ],
)  # fmt: skip
def test_values_of_options_that_a_figure_cannot_use_are_refused(folder, old, new, message):
    change(folder, old, new, "document.yaml")
    kind, name, _ = message.split(".")
    with pytest.raises(InputError) as caught:
        making.find(opening.read(folder), kind, name)
    assert str(caught.value) == f"{folder}/document.yaml: {message}; change it"


def test_variants_are_those_that_runs_are_evaluated_in():
    assert get_args(Variant) == VARIANTS


def test_a_document_is_called_as_a_module_can_be(folder):
    other = folder.rename(folder.parent / "my.essay")
    with pytest.raises(ExperimentError) as caught:
        opening.read(other)
    assert str(caught.value) == (
        f"{other}: wanted a name of letters, digits and underscores, by which Python imports its "
        "modules, got 'my.essay'; rename the folder"
    )


def test_experiments_that_are_one_in_paths_and_variables_are_refused(folder):
    experiments = folder.parent / "experiments"
    shutil.copytree(experiments / "ex-2.9.1", experiments / "ex-2-9.1")
    change(folder, "others: {", "others: {ex-2-9.1: another, ", "document.yaml")
    with pytest.raises(
        InputError, match=r"experiments\.ex-2\.9\.1: wanted a name that differs from"
    ):
        opening.read(folder)


def test_no_experiment_is_called_as_a_folder_of_a_build(folder):
    place = folder.parent / "experiments" / "stage"
    shutil.copytree(folder.parent / "experiments" / "ex-2.10.1", place)
    with pytest.raises(ExperimentError, match="wanted a name that is none of stage, logs, bench"):
        opening.read(place)


def test_a_label_that_legends_hide_is_refused(folder):
    change(folder, "a tenth", "_tenth", "document.yaml")
    with pytest.raises(ExperimentError, match="wanted a name that legends show, got '_tenth'"):
        opening.read(folder)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "{size: 3, wide: 4}",
            ".wide: wanted an option that essay.figures.own takes, size; leave it out",
        ),
        (
            "{sise: 3}",
            ".sise: wanted an option that essay.figures.own takes, size; did you mean size?",
        ),
        ("{}", ".size: wanted a value, got none; add it"),
    ],
)
def test_options_that_a_figure_does_not_take_are_refused(folder, entry, message):
    change(folder, "own: {size: 3}", f"own: {entry}", "document.yaml")
    with pytest.raises(InputError) as caught:
        making.find(opening.read(folder), "figures", "own")
    assert str(caught.value) == f"{folder}/document.yaml: figures.own{message}"


def test_a_module_without_one_of_its_parts_is_refused(folder):
    change(folder, "def describe(data): ...\n", "", "figures/own.py")
    with pytest.raises(InputError) as caught:
        making.find(opening.read(folder), "figures", "own")
    assert str(caught.value) == (
        f"{folder}/document.yaml: figures.own: wanted READS, gather, draw, describe in "
        f"{folder}/figures/own.py, got no describe; write it"
    )


def test_what_a_figure_reads_is_told_by_experiment(folder):
    found = opening.read(folder)
    assert making.reads(found, "figures", "sweep") == {"ex-2.10.1": ["runs.csv"]}
    assert making.reads(found, "figures", "dopesheet") == {}
    assert making.reads(found, "tables", "conditions-noise") == {
        "ex-2.10.1": ["runs.csv"], "ex-2.10.1-noise-10": ["runs.csv"],
    }  # fmt: skip
    assert making.reads(found, "figures", "own") == {
        "ex-2.10.1": ["runs.csv", "moments.csv"], "ex-2.9.1": ["moments.csv"],
    }  # fmt: skip


def test_pages_of_a_document_lie_in_a_folder_of_its_name(folder, tmp_path):
    found = opening.read(folder)
    assert found.out(tmp_path) == tmp_path / "essay"


def test_those_of_a_report_are_all_that_is_built(folder, tmp_path):
    found = opening.read(folder.parent / "experiments" / "ex-2.10.1")
    assert found.is_report
    assert found.names == {"ex-2.10.1": "ex-2.10.1"}
    assert found.out(tmp_path) == tmp_path


def test_the_report_of_an_experiment_compares_it_with_its_base(folder):
    experiments = folder.parent / "experiments"
    found = opening.read(experiments / "ex-2.10.1-noise-10")
    assert found.group("base") == {
        "ex-2.10.1": "ex-2.10.1", "ex-2.10.1-noise-10": "ex-2.10.1-noise-10",
    }  # fmt: skip
    assert {"schedules", "conditions"} <= set(found.figures)
    assert "conditions" in found.tables
    alone = opening.read(experiments / "ex-2.10.1")
    assert alone.groups == {}
    assert not {"schedules", "conditions"} & set(alone.figures)
    assert "conditions" not in alone.tables


def test_the_report_of_an_experiment_that_was_searched_shows_the_search(folder):
    experiments = folder.parent / "experiments"
    searched = opening.read(experiments / "ex-reliable")
    assert making.files(searched, "tables", "search") == [
        experiments / "ex-reliable" / "search.yaml", experiments / "ex-reliable" / "trials.csv",
    ]  # fmt: skip
    assert "search" in searched.figures
    assert "search" not in opening.read(experiments / "ex-2.10.1").figures


def test_further_deletions_show_what_is_about_a_deletion(both):
    first, second, _ = both.experiment.deletions.values()
    document = both.document
    assert document.shown("figures", first, first) == list(document.figures)
    assert document.shown("tables", first, first) == list(document.tables)
    assert document.shown("figures", second, first) == [
        "stack-ablated", "colors-ablated", "error-similarity", "named", "sweep",
    ]  # fmt: skip
    assert document.shown("tables", second, first) == ["named-sweep"]


def test_a_folder_with_neither_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"wanted a folder with document.yaml, or that of an exp"):
        opening.read(tmp_path)


def test_a_subject_is_the_main_experiment_and_a_deletion_of_it(both, tmp_path):
    found = subject(both.document, tmp_path, deletion="red-and-blue")
    assert found.concept == "red and blue"
    assert found.results.folder == tmp_path / "both"
    assert found.results.judged == tmp_path / "both" / "red-and-blue"
    assert found.results_of("both") is found.results
    assert found.results_of("blue").judged == tmp_path / "blue"
    with pytest.raises(InputError, match="deletion: wanted one of red, blue, red-and-blue, got"):
        subject(both.document, tmp_path, deletion="green")


def test_a_condition_that_was_not_evaluated_is_named(document, tmp_path):
    lonely = subject(document, tmp_path)
    with pytest.raises(InputError, match=r"ex-2.10.1/runs.csv: no such result; build the step"):
        lonely.group("schedules")
