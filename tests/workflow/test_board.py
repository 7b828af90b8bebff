"""How far a build is, and why it failed."""

from __future__ import annotations

from collections import Counter

import pytest

from colorcore.workflow import board
from colorcore.workflow.board import Board, Job


def begun(seconds_ago, now, rule="train", name="train a 0"):
    return Job(rule, name, log=None, began=now - seconds_ago)


def test_the_rest_takes_as_long_as_what_is_done(monkeypatch):
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    jobs = Board(Counter(train=4, figure=2), earlier={"figure": [1.0, 3.0]})
    jobs.begin(1, begun(10, now=100.0))
    jobs.finish(1)
    jobs.begin(2, begun(4, now=100.0))
    assert jobs.left() == 2 * 10 + 2 * 2 + (10 - 4)
    assert jobs.line() == "1 of 6 jobs done, about 0:30 left: train a 0"


def test_a_job_that_failed_waits_again():
    jobs = Board(Counter(train=2), earlier={"train": [10.0]})
    job = Job("train", "train a 0", log=None)
    jobs.begin(1, job)
    assert jobs.fail(1) is job
    assert jobs.left() == 20
    assert jobs.line() == "0 of 2 jobs done, about 0:20 left"


def test_jobs_side_by_side_take_half_as_long():
    jobs = Board(Counter(train=4), earlier={"train": [3600.0]})
    jobs.begin(1, Job("train", "train a 0", log=None))
    jobs.begin(2, Job("train", "train b 0", log=None))
    left = jobs.left()
    assert left is not None
    assert round(left / 3600) == 2


def test_nothing_is_known_of_the_first_build_when_it_begins():
    assert Board(Counter(train=2)).left() is None
    assert Board(Counter(train=2)).line() == "0 of 2 jobs done"


def test_benchmarks_of_a_build_are_kept_by_rule(tmp_path):
    for name, seconds in (("a/train-0", 2), ("b/train-0", 4), ("numbers", 1)):
        path = tmp_path / "benchmarks" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\th:m:s\n{seconds}.5\t0:00:02\n")
    found = board.benchmarks(tmp_path / "benchmarks" / "a" / "evaluate.tsv")
    assert {rule: sorted(values) for rule, values in found.items()} == {
        "train": [2.5, 4.5],
        "numbers": [1.5],
    }


@pytest.mark.parametrize(
    "left", [b"", b"s\th:m:s\n", b"s\th\n1", b"s\n\n", b"s\nnan\t0\n", b"\xff\n\xff"]
)
def test_of_a_benchmark_that_was_cut_short_nothing_is_known(tmp_path, left):
    (tmp_path / "train-0.tsv").write_bytes(left)
    (tmp_path / "evaluate-0.tsv").write_text("s\th:m:s\n2.5\t0:00:02\n")
    assert board.benchmarks(tmp_path / "train-0.tsv") == {"evaluate": [2.5]}


def test_a_build_that_somebody_ended_does_not_look_like_one_that_is_done():
    one = board.Board(Counter(train=2))
    one.begin(0, board.Job("train", "train a 0", None))
    one.finish(0)
    assert one.last_line(9) == "error: the build was ended after 1 of 2 jobs; build again"
    one.begin(1, board.Job("train", "train b 0", None))
    one.finish(1)
    assert one.last_line(100) == "2 of 2 jobs done in 1:40"


def test_the_reason_is_the_commands_own_line(tmp_path):
    log = tmp_path / "log"
    job = board.Job("train", "train a 0", log)
    log.write_text("a: step 3 of 9\nerror: a/dopesheet.csv, row 2: wanted\nsomething else\n")
    assert board.reason(job) == "error: a/dopesheet.csv, row 2: wanted\nsomething else"
    log.write_text("Traceback\n  file\nValueError: no\n")
    assert board.reason(job) == "ValueError: no"


@pytest.mark.parametrize("said", ["", "a: step 3 of 9\n", "typesetting with Pandoc and Typst\n"])
def test_of_a_command_that_was_killed_the_reason_is_that(tmp_path, said):
    (tmp_path / "log").write_text(said)
    assert board.reason(board.Job("train", "train a 0", tmp_path / "log")) == (
        "error: train a 0 was ended before it had finished, by somebody or for want of memory; "
        "build again"
    )


def test_a_job_without_a_log_has_no_reason(tmp_path):
    assert board.reason(board.Job("train", "train a 0", tmp_path / "none")) is None
    assert board.reason(board.Job("train", "train a 0", None)) is None
