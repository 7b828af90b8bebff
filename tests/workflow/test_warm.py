"""Commands that a process forks for a build do what they do by themselves."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from colorcore.workflow import warm
from commands import building

TRAIN = [sys.executable, "-m", "colorcore", "train"]


@pytest.fixture(scope="module")
def started():
    with building() as found:
        yield found


@pytest.fixture(scope="module")
def build(started):
    return started[0]


@pytest.fixture(scope="module")
def warmed(started) -> dict[str, str]:
    return {**os.environ, warm.VARIABLE: started[1]}


def wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def colorcore(*arguments: object, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "colorcore", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
    )


def test_the_bits_and_the_log_are_the_same(small, tmp_path, warmed):
    logs = {}
    for name, environment in (("forked", warmed), ("alone", dict(os.environ))):
        out = tmp_path / name
        logs[name] = colorcore("train", small, "--out", out, "--seeds", 2, environment=environment)
    assert logs["forked"].stderr == logs["alone"].stderr
    for file in ("weights-0.safetensors", "history-0.parquet"):
        assert (tmp_path / "forked" / file).read_bytes() == (tmp_path / "alone" / file).read_bytes()


def test_a_mistake_has_the_same_status_and_line(tmp_path, warmed):
    done = colorcore("train", "none", "--out", tmp_path, "--seeds", 1, environment=warmed)
    assert done.returncode == 1
    assert done.stderr.startswith("error: none/experiment.yaml: no such file;")
    assert colorcore("dance", environment=warmed).returncode == 2


def test_a_killed_command_ends_what_was_forked_for_it(tmp_path, warmed):
    with subprocess.Popen(
        [*TRAIN, "experiments/ex-2.10.1", "--out", tmp_path, "--seeds", "60"],
        env=warmed,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stderr is not None
        command.stderr.readline()  # of progress: it trains
        command.send_signal(signal.SIGKILL)
        rest = command.stderr.read()  # ends when nobody can write to it any more
    assert "step 1501 of 1501" not in rest
    assert list(tmp_path.iterdir()) == []


def test_who_does_not_wait_for_the_status_leaves_nothing_in_the_log(tmp_path, warmed):
    wait(Path(warmed[warm.VARIABLE]).exists)
    command = {"arguments": ["--help"], "folder": os.getcwd(), "environment": warmed}
    with (
        socket.socket(socket.AF_UNIX) as line,
        (tmp_path / "out").open("w+") as out,
        (tmp_path / "log").open("w+") as log,
    ):
        line.connect(warmed[warm.VARIABLE])
        socket.send_fds(line, [b"\0"], [0, out.fileno(), log.fileno()])
        line.shutdown(socket.SHUT_RD)
        line.sendall(json.dumps(command).encode() + b"\n")
        wait(lambda: "Usage" in (tmp_path / "out").read_text())
        time.sleep(0.5)  # in which a status that nobody takes is told
    assert (tmp_path / "log").read_text() == ""


def test_where_the_process_cannot_be_reached_a_command_runs_by_itself(tmp_path):
    nowhere = {**os.environ, warm.VARIABLE: str(tmp_path / "socket")}
    assert (
        colorcore("train", "none", "--out", "x", "--seeds", 1, environment=nowhere).returncode == 1
    )


def test_a_command_in_a_job_of_a_cluster_runs_there(warmed, monkeypatch):
    monkeypatch.setenv(warm.VARIABLE, warmed[warm.VARIABLE])
    wait(lambda: warm.hand_over(["--help"]) == 0)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    assert warm.hand_over(["--help"]) is None


def test_the_process_ends_with_the_build_that_started_it(build, warmed):
    build.kill()
    wait(lambda: not Path(warmed[warm.VARIABLE]).exists())
