"""A build on a Slurm cluster: the bits of one at home, whatever becomes of jobs and nodes.

Only `make test-slurm` runs these: a cluster of two nodes, both on this machine, takes minutes.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkout import REPOSITORY, Checkout
from cluster import NODES, Cluster, cluster, wait

EXPERIMENT = "ex-2.10.1"
SEEDS = 200  # train for some seconds, in which things can go wrong
LACKING = [
    *[name for name in ("slurmctld", "slurmd", "munged", "unshare") if not shutil.which(name)],
    *(
        ["the extra slurm"]
        if not importlib.util.find_spec("snakemake_executor_plugin_slurm")
        else []
    ),
    *(["the rights of root"] if os.geteuid() else []),
]
pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(bool(LACKING), reason=f"wants {', '.join(LACKING)}"),
]


@pytest.fixture(scope="module")
def slurm(tmp_path_factory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


class OnCluster(Checkout):
    """A copy of the repository that builds on the cluster, on its own shelf for results."""

    def __init__(self, folder: Path, slurm: Cluster) -> None:
        super().__init__(folder)
        self.slurm = slurm
        self.results = folder / "build" / EXPERIMENT

    @property
    def environment(self) -> dict[str, str]:
        return {**self.slurm.environment, "PYTHONPATH": str(self.folder / "python")}

    def build(self, *targets: str) -> subprocess.Popen[str]:
        """Begin to build results of the experiment, of two shards."""
        profiles = ["--profile", "profiles/default", "--workflow-profile", "profiles/slurm"]
        config = ["--configfile", "config/report.yaml", "--config", "build=build", f"seeds={SEEDS}"]
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", *profiles, *config, "--"]
            + [f"build/{EXPERIMENT}/{target}" for target in targets],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def queued(self, form: str, *asked: str) -> list[str]:
        """What Slurm says of the jobs submitted here."""
        shown = self.slurm.run("squeue", "--noheader", f"--format=%Z|{form}", *asked)
        rows = [row.partition("|") for row in shown.splitlines()]
        return [said for place, _, said in rows if place == str(self.folder)]

    def trains(self) -> bool:
        log = self.folder / "build" / "logs" / EXPERIMENT / "train-0.log"
        return log.is_file() and "step" in log.read_text()


@pytest.fixture
def checkout(slurm, tmp_path) -> OnCluster:
    Checkout.copied(tmp_path).edit(
        "profiles/slurm/config.yaml", "status-checks: 10", "status-checks: 1"
    )
    slurm.heal()
    return OnCluster(tmp_path, slurm)


@pytest.fixture(scope="module")
def at_home(tmp_path_factory) -> Path:
    """The weights as a command trains them by itself."""
    out = tmp_path_factory.mktemp("home") / EXPERIMENT
    for shard in range(2):
        asked = ["--seeds", str(SEEDS), "--shards", "2", "--shard", str(shard), "--out", str(out)]
        command = [sys.executable, "-m", "colorcore", "train", f"experiments/{EXPERIMENT}", *asked]
        subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return out


def assert_same(checkout: OnCluster, at_home: Path, *names: str) -> None:
    for name in names:
        assert (checkout.results / name).read_bytes() == (at_home / name).read_bytes(), name


def test_a_build_on_a_cluster_makes_the_bits_of_one_at_home(checkout, at_home):
    drawn = [f"tables/{name}.md" for name in ("settings", "schedule")]
    drawn += [f"figures/{name}-light.svg" for name in ("dopesheet", "sweep")]
    build = checkout.build(*drawn)
    said, _ = build.communicate()
    assert build.returncode == 0, said
    assert "7 of 7 jobs done" in said.splitlines()[-1]
    assert_same(checkout, at_home, *(f"weights-{shard}.safetensors" for shard in range(2)))
    assert all((checkout.results / name).is_file() for name in drawn)
    jobs = checkout.queued("%k|%T|%m|%C", "--states=all")
    assert sorted(job.split("|")[0].split("_")[1] for job in jobs) == [
        "drawing", "evaluate", "train", "train"
    ]  # fmt: skip
    assert "rule_drawing_figure_table|COMPLETED|4000M|4" in jobs


def test_an_interrupted_build_cancels_its_jobs(checkout):
    with checkout.build("weights-0.safetensors") as build:
        wait(checkout.trains)
        build.send_signal(signal.SIGINT)
        assert build.wait() == 1
    wait(lambda: checkout.queued("%T", "--states=all") == ["CANCELLED"])
    assert not list(checkout.results.glob("*.safetensors"))


def test_a_cancelled_job_is_done_again_and_makes_the_same_bits(checkout, slurm, at_home):
    with checkout.build("weights-0.safetensors") as build:
        wait(checkout.trains)
        slurm.run("scancel", *checkout.queued("%A", "--states=running"))
        said, _ = build.communicate()
    assert build.returncode == 0, said
    assert "SLURM status is: 'CANCELLED'" in said
    assert "1 of 1 jobs done" in said.splitlines()[-1]
    assert sorted(checkout.queued("%T", "--states=all")) == ["CANCELLED", "COMPLETED"]
    assert_same(checkout, at_home, "weights-0.safetensors")


def test_a_job_whose_node_fails_is_done_by_another_and_makes_the_same_bits(
    checkout, slurm, at_home
):
    with checkout.build("weights-0.safetensors") as build:
        wait(checkout.trains)
        (node,) = checkout.queued("%N", "--states=running")
        slurm.kill_node(node)
        said, _ = build.communicate()
    assert build.returncode == 0, said
    assert "1 of 1 jobs done" in said.splitlines()[-1]
    (other,) = set(NODES) - {node}
    assert checkout.queued("%T %N", "--states=all") == [f"COMPLETED {other}"]
    assert_same(checkout, at_home, "weights-0.safetensors")
