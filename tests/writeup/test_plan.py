"""What a build makes, and of what: paths and commands as the rules are given them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from colorcore.errors import InputError
from colorcore.experiment.loading import load
from colorcore.results import history
from colorcore.results.files import Results
from colorcore.writeup.document import TYPESET
from colorcore.writeup.plan import Plan
from editing import change


def plan(folder, *, shards=2, seeds=60):
    said = {"document": str(folder), "build": "build", "seeds": seeds, "shards": shards}
    return Plan.of({**said, "check_claims": False})


@pytest.fixture
def pale(repo, tmp_path):
    """An experiment of two concepts, one of which has a space in its name."""
    folder = tmp_path / "experiments" / "pale"
    folder.mkdir(parents=True)
    for file in ("experiment.yaml", "dopesheet.csv"):
        text = (repo / "experiments" / "both" / file).read_text()
        (folder / file).write_text(text)
    change(folder, "  blue: {", "  dark gray: {")
    change(folder, "labels: {blue:", "labels: {dark gray:")
    return folder


def test_no_shard_is_without_a_run(document):
    assert plan(document.folder, shards=9, seeds=4).shards == 4


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"seeds": 1}, "seeds: wanted greater than or equal to 2, got 1; change it"),
        ({"seeds": "abc"}, "seeds: wanted a valid integer, got 'abc'; change it"),
        ({"shards": 0}, "shards: wanted greater than or equal to 1, got 0; change it"),
        ({"seed": 3}, "seed: wanted only known keys, got this one; did you mean seeds?"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(document, said, message):
    whole = {"document": str(document.folder), "build": "build", "seeds": 4, "shards": 1}
    with pytest.raises(InputError) as caught:
        Plan.of({**whole, "check_claims": False, **said})
    assert str(caught.value) == f"configuration: {message}"


def test_results_have_one_file_or_one_a_shard(document):
    found = plan(document.folder)
    assert found.results("a", "runs.csv", "weights-*.safetensors") == [
        "build/a/runs.csv", "build/a/weights-0.safetensors", "build/a/weights-1.safetensors",
    ]  # fmt: skip


def test_how_large_histories_get_is_told_while_there_are_none(repo, tmp_path, monkeypatch):
    found = plan(repo / "experiments" / "both", seeds=10_000, shards=50)
    monkeypatch.chdir(tmp_path)
    size = history.size(found.main, 10_000) / 1e9
    assert found.largest == f"histories to be written: at most {size:.2g} GB, in build"
    Path("build/both").mkdir(parents=True)
    for path in found.results("both", "history-*.parquet"):
        Path(path).touch()
    assert found.largest == ""


def test_readers_are_given_the_records_of_what_they_read(document):
    found = plan(document.folder)
    assert found.records(found.reads("figures", "sweep", "")) == [
        "build/ex-2.10.1/records/evaluate.json"
    ]
    assert found.reads("tables", "times", "") == [
        "build/ex-2.10.1/records/train-0.json", "build/ex-2.10.1/records/train-1.json",
    ]  # fmt: skip
    assert found.records(found.reads("tables", "times", "")) == []
    stack = found.reads("figures", "stack-ablated", "")
    assert found.records(stack) == ["build/ex-2.10.1/records/cubes.json"]


def test_a_space_in_a_name_is_a_hyphen_in_paths_and_stays_in_commands(pale):
    found = plan(pale)
    assert list(found.deletions) == ["", "/dark-gray", "/red-and-dark-gray"]
    assert found.option("") == ""
    assert found.option("/dark-gray") == " --deletion 'dark gray'"
    reads = found.reads("figures", "stack-ablated", "/dark-gray")
    assert reads[0] == "build/pale/dark-gray/loss_cube.nc"
    judged = Results.of(Path("build/pale"), load(pale), "dark gray").judged
    assert judged == Path("build/pale/dark-gray")


def test_seeds_that_there_are_not_are_told_at_once_of_every_experiment(repo, tmp_path):
    folder = shutil.copytree(repo / "experiments", tmp_path / "experiments")
    last = "first_seed: 9223372036854775806"
    change(folder / "ex-2.10.1", "representative_seed", f"{last}\nrepresentative_seed")
    change(folder / "blue", "base:", "first_seed: 0\nbase:")
    with pytest.raises(InputError) as caught:
        plan(folder / "blue", seeds=4)
    assert str(caught.value) == (
        f"{folder}/ex-2.10.1/experiment.yaml: first_seed: wanted at most 9223372036854775804, "
        "which leaves 4 seeds below 2^63, got 9223372036854775806; lower it"
    )


def test_a_representative_run_that_is_not_trained_is_told_at_once(pale):
    change(pale, "representative_seed: 0", "representative_seed: 7")
    plan(pale, seeds=8)
    with pytest.raises(InputError) as caught:
        plan(pale, seeds=4)
    assert str(caught.value) == (
        f"{pale}/experiment.yaml: representative_seed: wanted one of the trained seeds 0…3, got 7; "
        "train more seeds or change it"
    )


def test_fewer_runs_than_a_documents_statistics_are_of_are_told_at_once(document):
    with pytest.raises(InputError) as caught:
        plan(document.folder, seeds=2)
    assert str(caught.value) == (
        f"{document.folder}/document.yaml: least_seeds: wanted at least 3 seeds, of which its "
        "numbers can be computed, got 2; train more"
    )


@pytest.fixture
def essay(repo, tmp_path):
    """The paper and its experiments, to edit."""
    for part in ("paper", "experiments"):
        shutil.copytree(repo / part, tmp_path / part)
    return tmp_path


CHANGES = {  # what is edited: of which figures and tables it changes what they show
    ("paper/document.yaml", "stack, variant: ablated", "stack, variant: pruned"): {"stack-ablated"},
    ("paper/document.yaml", "with unitarity", "and unitarity"): {
        "schedules", "conditions-schedules", "anchoring", "table published",
        "table conditions-schedules", "numbers",
    },
    ("experiments/ex-2.9.1/experiment.yaml", "title: The", "title: A"): {
        "schedules", "conditions-schedules", "table published", "table conditions-schedules",
        "numbers",
    },
}  # fmt: skip


def shows(essay) -> dict[str, str]:
    found = plan(essay / "paper")
    shown = {name: found.origins.shows("figures", name) for name in found.document.figures}
    shown |= {
        f"table {name}": found.origins.shows("tables", name) for name in found.document.tables
    }
    return {**shown, "numbers": found.origins.says(*found.experiments)}


@pytest.mark.parametrize("edit", CHANGES)
def test_what_a_document_says_of_a_figure_is_part_of_it(essay, edit):
    before = shows(essay)
    file, old, new = edit
    change(essay, old, new, file)
    after = shows(essay)
    assert {name for name in before if before[name] != after[name]} == CHANGES[edit]


def test_what_typesets_a_document_is_its_templates_styles_and_scripts_too(
    document, tmp_path, monkeypatch
):
    folder = Path(shutil.copytree(TYPESET, tmp_path / "typeset"))
    monkeypatch.setattr("colorcore.writeup.origins.TYPESET", folder)
    found, codes = plan(document.folder), set()
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        codes.add(found.origins.code_of_report)
        path.write_bytes(path.read_bytes() + b"\n")
    assert len(codes | {found.origins.code_of_report}) == len(files) + 1


def test_what_files_say_counts_and_not_when_they_were_written(essay):
    found = plan(essay / "paper")
    first = found.origins.content(found.origins.text), found.origins.content(found.origins.data)
    log = essay / "experiments" / "ex-reliable" / "trials.csv"
    files = (essay / "paper" / "index.qmd", log)
    for file in files:
        os.utime(file, (0, 0))
    assert (
        found.origins.content(found.origins.text),
        found.origins.content(found.origins.data),
    ) == first
    for file in files:
        file.write_text(file.read_text() + "\n")
        os.utime(file, (0, 0))
    assert found.origins.content(found.origins.text) != first[0]
    assert found.origins.content(found.origins.data) != first[1]


def test_numbers_are_of_the_searches_of_a_documents_experiments_and_of_no_others(essay):
    before = plan(essay / "paper").origins.data
    assert {Path(path).name for path in before} >= {"search.yaml", "trials.csv"}
    other = essay / "experiments" / "other"
    shutil.copytree(essay / "experiments" / "ex-reliable", other)
    assert plan(essay / "paper").origins.data == before


def test_text_behind_a_link_is_text_of_the_document(essay):
    sections = essay / "paper" / "sections"
    sections.rename(essay / "elsewhere")
    sections.symlink_to(essay / "elsewhere")
    names = {Path(path).name for path in plan(essay / "paper").origins.text}
    assert {path.name for path in (essay / "elsewhere").glob("*.md")} <= names


def test_what_is_hidden_a_backup_or_a_link_to_nothing_is_no_text(essay):
    paper = essay / "paper"
    before = plan(paper).origins.text
    for name in (".hidden", ".index.qmd.swp", "index.qmd~", "#index.qmd#", "index.qmd.bak"):
        (paper / name).touch()
    (paper / ".ipynb_checkpoints").mkdir()
    (paper / ".ipynb_checkpoints" / "index.md").touch()
    (paper / ".#index.qmd").symlink_to("me@here.1:2")
    (paper / "lost.csv").symlink_to("nowhere")
    (paper / "sections" / "round").symlink_to(paper)
    assert plan(paper).origins.text == before
    (paper / "seen.md").touch()
    assert len(plan(paper).origins.text) == len(before) + 1


def test_commands_are_given_folders_of_any_name(essay):
    place = essay.rename(essay.parent / "my 'own' essays")
    found = plan(place / "experiments" / "ex-2.9.1")
    (folder,) = shlex.split(found.folder("ex-2.9.1"))
    assert Path(folder).resolve() == found.document.folder
    assert shlex.split(found.place) == [folder]


def test_a_figure_is_of_the_files_that_it_reads_besides_results(essay):
    found = plan(essay / "paper")
    before = found.origins.shows("figures", "search")
    change(essay / "experiments" / "ex-reliable", "trials:", "trials:  ", "search.yaml", times=1)
    assert found.origins.shows("figures", "search") != before


def test_a_plan_loads_nothing_that_only_results_and_figures_need():
    heavy = ["matplotlib", "scipy", "torch", "xarray"]
    code = (
        "import sys\n"
        "from colorcore.writeup.plan import Plan\n"
        "plan = Plan.of({'document': 'paper', 'build': 'build', 'seeds': 60, 'shards': 1,\n"
        "                'check_claims': True})\n"
        "plan.origins.of_numbers, plan.origins.of_report\n"
        f"assert not set(sys.modules).intersection({heavy})\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
