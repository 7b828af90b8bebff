"""The command line as a user meets it: one line for a mistake, and nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


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
    out.mkdir()
    whole = results.weights_path(0).read_bytes()
    (out / "weights-0.safetensors").write_bytes(whole[: len(whole) // 2])
    done = colorcore("evaluate", small, "--out", out, "--shards", 1)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {out}/weights-0.safetensors: wanted a whole safetensors")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in out.iterdir()] == ["weights-0.safetensors"]


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


def test_training_twice_makes_the_same_bytes(small, tmp_path):
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
