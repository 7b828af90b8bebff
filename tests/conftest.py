"""A small, real experiment that several tests share: trained once, evaluated once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from colorcore.results.comparison import GROUPS
from colorcore.results.files import Results, write_runs
from commands import MAIN, run

# The same examples each time, as Hypothesis does it where nobody watches; and new ones, as many as
# keep a processor busy for minutes.
settings.load_profile("ci")
settings.register_profile("fuzz", derandomize=False, max_examples=20_000)

PUBLISHED = Path("paper/reference/ex-2.10.1.runs.csv")
SHEET = """STEP,PHASE,ACTION,lr,reg-separate,reg-anchor,reg-anti-subspace
0,Start,,1e-8,,0,0.25
+5,,,0.01,,,
20,Main,,0.1,0.01,0.15,0.03
30,,,0.05,0,0,0
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    """The folder of the main experiment with a schedule of 31 steps."""
    experiments = shutil.copytree(MAIN.parent, tmp_path_factory.mktemp("repo") / "experiments")
    folder = Path(shutil.copytree(MAIN, experiments / "small"))
    (folder / "dopesheet.csv").write_text(SHEET)
    settings = (folder / "experiment.yaml").read_text()
    head = settings[: settings.index("snapshots:")]
    (folder / "experiment.yaml").write_text(head + "snapshots: [0, 10, 31]\n")
    return folder


@pytest.fixture(scope="session")
def results(small, tmp_path_factory) -> Results:
    """Results of four runs of the small experiment, in two shards.

    Beside them, results of the conditions that it is compared with: the same, a little better.
    """
    out = tmp_path_factory.mktemp("build") / "small"
    for shard in range(2):
        run("train", small, "--out", out, "--seeds", 4, "--shards", 2, "--shard", shard)
    run("evaluate", small, "--out", out, "--shards", 2)
    run("cubes", small, "--out", out, "--shards", 2)
    run("interventions", small, "--out", out, "--shards", 2)
    found = Results(out, PUBLISHED)
    for name in (name for group in GROUPS.values() for name in group):
        better = found.runs().assign(score_r2=lambda runs: runs["score_r2"] + 0.01)
        write_runs(found.of(name).runs_path, better)
        write_runs(found.of(name).moments_path, found.moments())
    return found
