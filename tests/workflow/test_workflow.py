"""What the workflow makes anew after an edit: what depends on it, and nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checkout import SMOKE, Checkout
from colorcore.writeup import opening

PART = Path(__file__).parents[1] / "documents" / "part"


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Checkout:
    """A checkout that counts as built: each result is there, as an empty file.

    In the paper's place there is a part of it, which takes half as long to plan.
    """
    checkout = Checkout.copied(tmp_path_factory.mktemp("checkout") / "first")
    shutil.rmtree(checkout.folder / "paper")
    shutil.copytree(PART, checkout.folder / "paper", ignore=shutil.ignore_patterns("__pycache__"))
    _, *rows = checkout.snakemake("--summary").stdout.splitlines()
    for row in rows:
        path = checkout.folder / row.split("\t")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert checkout.snakemake("--touch", "--forceall", "--no-hooks").returncode == 0
    return checkout


@pytest.fixture
def checkout(finished, tmp_path) -> Checkout:
    """The same in another folder, with all files dated anew."""
    folder = tmp_path / "moved"
    shutil.copytree(finished.folder, folder, copy_function=shutil.copyfile)
    return Checkout(folder)


def test_what_says_the_same_makes_nothing_anew(checkout):
    checkout.edit("python/colorcore/training/loop.py", "\n@dataclass", "\n# Why.\n@dataclass")
    checkout.edit("python/colorcore/writeup/style.py", '"""', '"""Now: ')
    checkout.edit("python/colorcore/cli.py", "def search(", "def seek(")
    checkout.edit("experiments/ex-2.10.1/experiment.yaml", "title: ", "# Why.\ntitle:   ")
    checkout.edit("experiments/ex-2.9.1/experiment.yaml", "title: ", "# Why.\ntitle: ")
    checkout.edit("Snakefile", '"""From', '"""All from')
    tomorrow = time.time() + 86400
    for path in ("paper/index.qmd", "build/smoke/ex-2.10.1/runs.csv", "rust/lib.rs"):
        os.utime(checkout.folder / path, (tomorrow, tomorrow))
    assert checkout.jobs() == {}


@pytest.mark.parametrize(
    ("name", "old", "new", "rules"),
    [
        ("experiments/ex-2.10.1/experiment.yaml", "title: ", "title: Now, ",
         ["figure", "numbers", "report", "table"]),
        ("experiments/ex-2.10.1/dopesheet.csv", "Train", "Learn",
         ["figure", "numbers", "report", "table"]),
        ("paper/document.yaml", "no separation", "none", ["figure", "numbers", "report", "table"]),
        ("paper/document.yaml", "colors, variant: pruned", "colors, variant: ablated",
         ["figure", "report"]),
        ("paper/index.qmd", "\n", "\n\n", ["report"]),
        ("python/colorcore/writeup/typeset/swatch.lua", "--", "-- Why.\n--", ["report"]),
    ],
)  # fmt: skip
def test_what_is_only_told_makes_anew_what_tells_it_and_trains_nothing(
    checkout, name, old, new, rules
):
    checkout.edit(name, old, new)
    assert sorted(checkout.jobs()) == rules


def test_without_snakemakes_records_dates_decide(checkout):
    shutil.rmtree(checkout.folder / ".snakemake")
    tomorrow = time.time() + 86400
    os.utime(checkout.folder / "experiments/ex-2.9.1/dopesheet.csv", (tomorrow, tomorrow))
    assert checkout.jobs()["train"] >= 1


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("ex-2.9.1/weights-0.safetensors", "train"),
        ("ex-2.9.1/records/train-0.json", "train"),
        ("ex-2.9.1/curves.parquet", "evaluate"),
        ("ex-2.10.1/evolution.nc", "cubes"),
        ("ex-2.10.1/interventions.csv", "interventions"),
        ("ex-2.10.1/explorer.json", "explorer"),
        ("rival-no-anchor/audit.csv", "audit"),
        ("ex-2.10.1/records/recover.json", "recover"),
        ("ex-2.10.1/figures/sweep-dark.svg", "figure"),
        ("written/ex-2.10.1/tables/labels.json", "table"),
        ("written/numbers.json", "numbers"),
        ("written/pages.json", "report"),
    ],
)
def test_what_is_deleted_is_made_again(checkout, file, rule):
    (checkout.folder / "build/smoke" / file).unlink()
    assert checkout.jobs()[rule] == 1


def test_one_figure_edited_is_one_figure_drawn(checkout):
    checkout.edit("python/colorcore/writeup/figures/sweep.py", "def draw(", "X = 1\n\n\ndef draw(")
    assert checkout.jobs() == {"figure": 1, "report": 1}


def test_one_experiment_edited_is_one_trained(checkout):
    checkout.edit("experiments/ex-reliable-half/dopesheet.csv", "0.0125", "0.0126")
    jobs = checkout.jobs()
    assert {jobs[rule] for rule in ("train", "evaluate", "numbers", "report")} == {1}
    assert jobs["figure"] == 1
    assert not {"cubes", "table", "audit", "recover"} & set(jobs)


def test_training_code_edited_is_all_trained(checkout):
    checkout.edit("rust/pairs.rs", "fn ", "fn _")
    jobs = checkout.jobs()
    every = len(opening.read(checkout.folder / "paper").names)
    assert (jobs["train"], jobs["evaluate"]) == (every, every)


def test_an_experiment_that_a_document_is_about_and_is_not_there_is_told_at_once(checkout):
    checkout.edit("paper/document.yaml", "ex-2.9.1:", "ex-2.9.2:")
    done = checkout.snakemake()
    assert done.returncode == 1
    assert "got 'ex-2.9.2'; did you mean ex-2.9.1?" in done.stderr.splitlines()[-1]


def test_the_reason_of_a_failure_comes_last(checkout):
    done = checkout.snakemake("--force", "build/smoke/ex-2.10.1/tables/labels.md")
    assert done.returncode == 1
    failed, reason = done.stderr.splitlines()[-2:]
    log = "build/smoke/logs/ex-2.10.1/table-labels.log"
    assert failed == f"table labels failed; its log is {log}"
    assert reason.startswith("error: build/smoke/ex-2.10.1/records/evaluate.json: wanted a")


def test_a_killed_build_goes_on_and_makes_the_same_bits(checkout, tmp_path):
    file = "build/smoke/ex-2.10.1-conflict/weights-0.safetensors"
    (checkout.folder / file).unlink()
    log = checkout.folder / "build/smoke/logs/ex-2.10.1-conflict/train-0.log"
    with subprocess.Popen(
        [*SMOKE, "--", file],
        cwd=checkout.folder,
        env=checkout.environment,
        stderr=subprocess.DEVNULL,
    ) as build:
        while not (log.is_file() and "step" in log.read_text()):
            time.sleep(0.05)
            assert build.poll() is None
        build.send_signal(signal.SIGKILL)

    assert "unlocking" in checkout.unlock().stdout
    assert checkout.snakemake("--", file).returncode == 0
    alone = ["-m", "colorcore", "train", "experiments/ex-2.10.1-conflict", "--seeds", "4"]
    checkout.run([sys.executable, *alone, "--out", str(tmp_path / "alone")])
    trained = (tmp_path / "alone" / "weights-0.safetensors").read_bytes()
    assert (checkout.folder / file).read_bytes() == trained
