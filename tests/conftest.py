"""Small, real experiments that several tests share: trained once, evaluated once."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import torch
from hypothesis import settings

import paper  # noqa: F401  a document's own modules are then those of the repository
from colorcore.experiment.folder import TAIL
from colorcore.experiment.loading import Experiment, load
from colorcore.experiment.operators import ALWAYS
from colorcore.results import tails
from colorcore.results.audited import DAMAGE, LEFT, WAYS
from colorcore.results.files import AUDIT, Results, write_runs
from colorcore.writeup import making, opening
from colorcore.writeup.document import Document
from colorcore.writeup.subject import Subject, subject
from commands import MAIN, copy_experiments, run_all

if not torch.cuda.is_available():  # Triton reads it once, when something first imports it
    os.environ["TRITON_INTERPRET"] = "1"

# The same examples each time, as Hypothesis does it where nobody watches; and new ones, as many as
# keep a processor busy for minutes.
settings.load_profile("ci")
settings.register_profile("fuzz", derandomize=False, max_examples=20_000)

MOMENTS = (0, 50, 1000)  # of runs that are trained on, among those that there are

SHEET = """STEP,PHASE,ACTION,lr,reg-separate,reg-anchor,reg-anti-subspace
0,Start,,1e-8,,0,0.25
+5,,,0.01,,,
20,Main,,0.1,0.01,0.15,0.03
30,,,0.05,0,0,0
"""
BLUE = """title: Delete blue
base: ex-2.10.1
concepts:
  red:
  blue: {affinity: similarity, power: 6, rate: 0.1}
regularizers: {reg-anchor: {labels: {red: , blue: 1.0}}}
"""
BOTH = """title: Delete red and blue
data: {cube: {space: hsv, points: [12, 3, 4]}, batch_size: 64}
concepts:
  red: {affinity: redness, power: 8, rate: 0.08}
  blue: {affinity: similarity, power: 6, rate: 0.1, axis: 3}
model: {hidden: 16, depth: 2, latent: 6}
optimizer: {betas: [0.9, 0.999], eps: 1.0e-8}
regularizers:
  reg-separate: {term: angular-separation, power: 100, shift: true}
  reg-anchor: {term: angular-anchor, labels: {red: 1.0}}
  reg-blue: {term: angular-anchor, labels: {blue: 1.0}}
  reg-anti-subspace: {term: repel-subspace}
representative_seed: 0
snapshots: [0, 10, 31]
"""


@pytest.fixture(scope="session")
def repo(tmp_path_factory) -> Path:
    """The paper and its experiments, of which the main one has a schedule of 31 steps.

    Beside them the experiments `blue`, which is based on the main one, and `both`, of two concepts.
    """
    folder = tmp_path_factory.mktemp("repo")
    shutil.copytree("paper", folder / "paper", ignore=shutil.ignore_patterns("__pycache__"))
    experiments = copy_experiments(folder / "experiments")
    path = experiments / MAIN.name / "experiment.yaml"
    text = path.read_text()
    head, snapshots = text.split("snapshots:")
    path.write_text(head + "snapshots: [0, 10, 31]\n")
    for sheet in experiments.glob("*/dopesheet.csv"):  # those with schedules of their own
        own = sheet.with_name("experiment.yaml")
        if f"base: {MAIN.name}\n" in own.read_text() and "snapshots:" not in own.read_text():
            own.write_text(f"{own.read_text()}snapshots:{snapshots}")
    (experiments / MAIN.name / "dopesheet.csv").write_text(SHEET)
    tail = experiments / MAIN.name / TAIL  # is of the settings that it now has
    tail.write_text(f"{tails.head(load(tail.parent))}\n{tail.read_text().partition(chr(10))[2]}")
    for name, rate in (("half", 0.07), ("quarter", 0.06)):  # in 31 steps they would draw no label
        labels = experiments / f"{MAIN.name}-labels-{name}" / "experiment.yaml"
        labels.write_text(re.sub("rate: [0-9.]+", f"rate: {rate}", labels.read_text()))
    for name, text in (("blue", BLUE), ("both", BOTH)):
        (experiments / name).mkdir()
        (experiments / name / "experiment.yaml").write_text(text)
    columns = [line.split(",") for line in SHEET.splitlines()]
    two = [[*row[:6], "reg-blue" if i == 0 else row[5], *row[6:]] for i, row in enumerate(columns)]
    (experiments / "both" / "dopesheet.csv").write_text("".join(",".join(r) + "\n" for r in two))
    return folder


@pytest.fixture(scope="session")
def small(repo) -> Path:
    """The folder of the main experiment with a schedule of 31 steps."""
    return repo / "experiments" / MAIN.name


@pytest.fixture(scope="session")
def document(repo) -> Document:
    """The paper, about that."""
    return opening.read(repo / "paper")


@pytest.fixture(scope="session")
def results(small, document, tmp_path_factory) -> Results:
    """Results of four runs of the small experiment, in two shards.

    Beside them, results of the conditions that it is compared with: the same, a little better.
    """
    build = tmp_path_factory.mktemp("build")
    found = Results(build / small.name, load(small))
    run_all(small, found.folder, seeds=4, shards=2)
    better = found.runs().assign(score_r2=lambda runs: runs["score_r2"] + 0.01)
    for name in document.names:
        if name != small.name:
            other = Results(build / name, document.load(name))
            write_runs(other.runs_path, of_each_deletion(better, other.experiment))
            write_runs(other.moments_path, found.moments())
            other.note("evaluate", made=[other.runs_path, other.moments_path])
    for place in map(build.joinpath, making.audits(document)):
        stand_in_audit(Results(place.parent, document.load(place.parent.name)), place)
    return found


def of_each_deletion(runs: pd.DataFrame, experiment: Experiment) -> pd.DataFrame:
    """The same runs, as those of another experiment."""
    labels = {f"labelled_{concept}": runs["labelled_red"] for concept in experiment.concepts}
    each = [runs.assign(**labels, deletion=name) for name in experiment.deletions]
    return pd.concat(each, ignore_index=True)


def stand_in_audit(results: Results, path: Path) -> None:
    """An audit that nothing was found by: every measure of four runs is 0.1 to 0.4."""
    names = [*ALWAYS, *results.experiment.operators]
    axes = {"operator": names} if path.name == AUDIT else {"way": WAYS, "step": MOMENTS}
    rows = pd.MultiIndex.from_product([*axes.values(), range(4)], names=[*axes, "seed"])
    columns = DAMAGE + LEFT if path.name == AUDIT else ("target", "harm")
    table = rows.to_frame(index=False)
    found = 0.1 + table["seed"] / 10
    if "step" in table:
        found = found.where(table["step"] == 0, found / 100)  # it comes back
    write_runs(path, table.assign(**dict.fromkeys(columns, found)))
    results.note("audit" if path.name == AUDIT else "recover", made=[path])


@pytest.fixture(scope="session")
def main(document, results) -> Subject:
    """The small experiment as the paper's figures and tables are told of it."""
    return subject(document, results.folder.parent)


@pytest.fixture(scope="session")
def blue(repo, results) -> Subject:
    """An experiment of blue, evaluated beside the small one that it is based on."""
    folder, build = repo / "experiments" / "blue", results.folder.parent
    run_all(folder, build / "blue", seeds=4)
    return subject(opening.read(folder), build)


@pytest.fixture(scope="session")
def both(repo, results) -> Subject:
    """An experiment of red and blue in six dimensions, of which each is deleted and then both."""
    folder, build = repo / "experiments" / "both", results.folder.parent
    run_all(folder, build / "both", seeds=2, further=("blue", "red-and-blue"))
    return subject(opening.read(folder), build)
