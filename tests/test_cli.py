"""The command line as a user meets it: one line for a mistake, and nothing half-written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from colorcore.workflow import warm
from commands import building


@pytest.fixture(scope="module", autouse=True)
def warmed():
    """Commands are forked as those of a build are, by which they do the same and do not load torch.

    That it is the same, and what they do by themselves, is tested where that process is.
    """
    with building() as (_, name), pytest.MonkeyPatch.context() as patch:
        patch.setenv(warm.VARIABLE, name)
        yield


def colorcore(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "colorcore", *map(str, arguments)], capture_output=True, text=True
    )


def test_importing_the_package_loads_no_torch_and_no_kernels_until_asked():
    code = (
        "import sys, colorcore; assert 'torch' not in sys.modules; "
        "assert 'numpy' not in sys.modules; print(colorcore.rgb_cube([0.0], [0.0], [1.0])); "
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout == "[[[[0. 0. 1.]]]]\n"


def test_a_mistake_is_one_line_and_leaves_nothing(tmp_path):
    done = colorcore("train", tmp_path / "none", "--out", tmp_path / "out", "--seeds", 1)
    assert done.returncode == 1
    assert done.stderr == (
        f"error: {tmp_path}/none/experiment.yaml: no such file; name a folder that holds "
        "experiment.yaml and dopesheet.csv\n"
    )
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_written_is_one_line(small, tmp_path):
    (tmp_path / "out").write_text("in the way")
    done = colorcore("train", small, "--out", tmp_path / "out", "--seeds", 1)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"error: {tmp_path}/out: output folder cannot be written to (File exists); "
        "make it writable or choose another with --out"
    )


def test_truncated_weights_are_one_line(results, small, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(results.folder / "records", out / "records")
    for path in results.folder.glob("*-?.*"):
        shutil.copy(path, out)
    whole = results.weights_path(0).read_bytes()
    (out / "weights-0.safetensors").write_bytes(whole[: len(whole) // 2])
    before = sorted(out.iterdir())
    done = colorcore("evaluate", small, "--out", out, "--shards", 2)
    assert done.returncode == 1
    assert done.stderr == (
        f"error: {out}/weights-0.safetensors: wanted the result that was written, got another; "
        "delete it and build again\n"
    )
    assert sorted(out.iterdir()) == before


def test_a_build_is_verified_or_what_is_wrong_is_named(results, small, tmp_path):
    build = tmp_path / "build"
    shutil.copytree(results.folder, build / results.folder.name)
    done = colorcore("verify", build, "--experiments", small.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ex-2.10.1: seeds 0 to 3 in 2 shards; ")
    runs = build / results.folder.name / "runs.csv"
    runs.write_text(runs.read_text().replace("0.", "1.", 1))
    done = colorcore("verify", build, "--experiments", small.parent)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"{runs}: wanted what {runs.parent}/records/evaluate.json says that it made, got something "
        "else; delete it and build again",
        f"error: {build}: 1 results are not what they should be",
    ]


@pytest.mark.parametrize("command", ["figure", "table"])
def test_an_unknown_name_is_one_line(command, repo, results):
    done = colorcore(command, repo / "paper", "nonsense", "--build", results.folder.parent)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {command}s: wanted one of ")
    assert done.stderr.endswith("got 'nonsense'; choose one of them\n")


@pytest.mark.parametrize("command", ["cubes", "interventions"])
def test_an_unknown_deletion_is_one_line(command, small, results):
    done = colorcore(command, small, "--out", results.folder, "--shards", 2, "--deletion", "blue")
    assert done.returncode == 1
    assert done.stderr == "error: deletion: wanted one of red, got 'blue'; choose one of them\n"
    assert not (results.folder / "blue").exists()


def test_a_folder_that_is_no_document_is_one_line(tmp_path):
    done = colorcore("report", tmp_path, "--build", tmp_path / "build")
    assert done.returncode == 1
    assert done.stderr == (
        f"error: {tmp_path}: wanted a folder with document.yaml, or that of an experiment, with "
        "experiment.yaml, got neither; name another\n"
    )


def test_training_twice_makes_the_same_bytes(small, tmp_path, monkeypatch):
    monkeypatch.delenv(warm.VARIABLE)  # each by itself, with threads of its own
    found = []
    for name, threads in (("a", "1"), ("b", "2")):
        subprocess.run(
            [sys.executable, "-m", "colorcore", "train", small, "--out", tmp_path / name,
             "--seeds", "2"],
            env={**os.environ, "OMP_NUM_THREADS": threads, "COLORCORE_NUM_THREADS": threads},
            check=True,
            capture_output=True,
        )  # fmt: skip
        files = ("weights-0.safetensors", "snapshots-0.safetensors", "history-0.parquet")
        found.append([(tmp_path / name / file).read_bytes() for file in files])
    assert found[0] == found[1]


def test_a_log_has_plain_lines_of_progress(small, tmp_path):
    done = colorcore("train", small, "--out", tmp_path, "--seeds", 1)
    assert done.returncode == 0
    assert done.stderr.splitlines()[0] == "ex-2.10.1, seeds 0 to 0: step 3 of 31"
    assert done.stderr.splitlines()[-1] == "ex-2.10.1, seeds 0 to 0: step 31 of 31"
