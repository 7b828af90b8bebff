"""What a build makes, and of what: paths and commands as the rules are given them."""

from __future__ import annotations

from pathlib import Path

import pytest

from colorcore.errors import InputError
from colorcore.experiment.loading import load
from colorcore.results.files import Results
from colorcore.writeup.plan import Plan
from editing import change


def plan(folder, *, shards=2, seeds=60):
    return Plan.of(str(folder), build="build", seeds=seeds, shards=shards)


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


def test_results_have_one_file_or_one_a_shard(document):
    found = plan(document.folder)
    assert found.results("a", "runs.csv", "weights-*.safetensors") == [
        "build/a/runs.csv", "build/a/weights-0.safetensors", "build/a/weights-1.safetensors",
    ]  # fmt: skip


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


def test_a_representative_run_that_is_not_trained_is_told_at_once(pale):
    change(pale, "representative_seed: 0", "representative_seed: 7")
    plan(pale, seeds=8)
    with pytest.raises(InputError, match="wanted one of the trained seeds 0…3, got 7"):
        plan(pale, seeds=4)
