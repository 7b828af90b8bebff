"""What Snakemake shows of a build: how far it is, on one line, and last of all why it failed.

Snakemake finds this package by its name; `logger: colorcore` in the profile asks for it. On a
terminal the line is live, in a log there is a plain one now and then. A dry run, and one that was
asked for more, is shown as Snakemake does it.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text
from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from colorcore.workflow.board import Board, Job, benchmarks, reason

PLACE = re.compile(r'  File ".*(Snakefile|\.smk)", line')
TARGET = "all"  # the rule that makes nothing
LINES = 10  # in a log, one for every tenth of the jobs
NOISE = (
    "Assuming unrestricted shared", "Building DAG", "Using shell", "Provided ", "Rules claiming",
    "Conda environments: ignored", "Select jobs", "Execute ", "Removing output files of failed",
    "Shutting down", "Complete log", "Elapsed time", "Trying to restart", "Terminating processes",
    "Cleaning up SLURM", "Exiting because a job", "At least one job did not",
    "WorkflowError:\nAt least one job did not",
)  # fmt: skip
SUBMITTED = "has been submitted with SLURM jobid"  # said of every job


def _is_noise(message: str) -> bool:
    return message.startswith(NOISE) or SUBMITTED in message


class LogHandler(LogHandlerBase):
    """Snakemake's log records, as a line of progress and a reason."""

    @property
    def writes_to_stream(self) -> bool:
        return True

    @property
    def writes_to_file(self) -> bool:
        return False

    @property
    def has_filter(self) -> bool:
        return True

    @property
    def has_formatter(self) -> bool:
        return True

    @property
    def needs_rulegraph(self) -> bool:
        return False

    def __post_init__(self) -> None:
        asked = self.common_settings
        self.board: Board | None = None
        self.mistakes: list[str] = []
        self.failed: dict[int, Job] = {}  # and not done since
        self.began, self.ended = time.monotonic(), False
        self.console = Console(stderr=True, soft_wrap=True, highlight=False)
        self.live = Live(get_renderable=self._shown, console=self.console, transient=True)
        self.plain = asked.dryrun or asked.verbose or asked.printshellcmds or asked.debug_dag
        self.default = ColorizingTextHandler(
            nocolor=asked.nocolor,
            stream=sys.stdout if asked.stdout else sys.stderr,
            formatter=DefaultFormatter(asked.quiet, asked.show_failed_logs),
            filter=DefaultFilter(  # type: ignore[arg-type]
                asked.quiet, asked.debug_dag, asked.verbose, asked.dryrun, asked.printshellcmds
            ),
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of what happened, and show it if it is for people."""
        if self.plain:
            self.default.handle(record)
            return
        event = getattr(record, "event", None)
        if event is not None:
            self._note(event, record.__dict__)
        elif record.levelno >= logging.ERROR:
            self._mistake(record.getMessage())
        elif record.levelno >= logging.INFO and not _is_noise(record.getMessage()):
            self.console.print(Text(record.getMessage()))

    def _note(self, event: LogEvent, said: dict[str, Any]) -> None:
        if event == LogEvent.RUN_INFO:
            ours = {rule: n for rule, n in said["stats"].items() if rule not in (TARGET, "total")}
            self.board = Board(Counter(ours))
            if self.console.is_terminal:
                self.live.start()
        elif event == LogEvent.ERROR:
            self._mistake(said["msg"])
        elif self.board is not None:
            self._note_job(self.board, event, said)

    def _note_job(self, board: Board, event: LogEvent, said: dict[str, Any]) -> None:
        if event == LogEvent.JOB_INFO and said["rule_name"] != TARGET:
            if not board.earlier and said["benchmark"]:
                board.earlier = benchmarks(Path(said["benchmark"]))
            log = Path(said["log"][0]) if said["log"] else None
            name = " ".join(
                [said["rule_name"], *filter(None, map(str, said["wildcards"].values()))]
            )
            board.begin(said["jobid"], Job(said["rule_name"], name, log))
            self.failed.pop(said["jobid"], None)
        elif event == LogEvent.JOB_FINISHED and said["job_id"] in board.running:
            board.finish(said["job_id"])
            self._log_line(board)
        elif event == LogEvent.JOB_ERROR and said["jobid"] in board.running:
            job = self.failed[said["jobid"]] = board.fail(said["jobid"])
            if said["rule_msg"]:  # what a cluster says of it
                self.console.print(Text(f"{job.name}: {said['rule_msg']} {said['log'][-1]}"))

    def _log_line(self, board: Board) -> None:
        every = max(1, board.total // LINES)
        if not self.console.is_terminal and board.done % every == 0 and board.done < board.total:
            self.console.print(Text(board.line()))

    def _shown(self) -> Text:
        text = Text(self.board.line() if self.board else "")
        text.truncate(self.console.width, overflow="ellipsis")
        return text

    def _mistake(self, message: str) -> None:
        if not _is_noise(message):
            lines = message.splitlines()  # where in the rules stands in the first line, too
            self.mistakes.append("\n".join(line for line in lines if not PLACE.match(line)))

    def close(self) -> None:
        """Say how it ended: why it failed, last of all, or how long it took."""
        super().close()
        self.live.stop()
        if not self.ended:  # Python, too, closes it at exit
            self.ended = True
            self._conclude()

    def _conclude(self) -> None:
        for job in self.failed.values():
            self.console.print(Text(f"{job.name} failed; its log is {job.log}"))
        reasons = [why for job in self.failed.values() if (why := reason(job))]
        for text in reasons or self.mistakes:
            self.console.print(Text(text))
        if self.board and not (self.failed or self.mistakes):
            self.console.print(Text(self.board.last_line(time.monotonic() - self.began)))
