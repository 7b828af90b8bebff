"""Tuning: every combination of a grid tried once, on seeds apart, and mistakes told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colorcore.errors import InputError
from colorcore.experiment.loading import load
from colorcore.results import tails
from colorcore.search import grid as grids
from colorcore.search import settings
from colorcore.search.tuning import Choice, choices, read, tune
from colorcore.writeup import opening
from editing import change

TRAININGS = ("weights.reg-anti-subspace 0", "weights.reg-anti-subspace 1")
HEADER = "training,operator,setting,score median,score min,target median,harm median,harmed"
ROWS = """{training},ablated,as it is,0.5,0.4,0.3,0.001,0
{training},held,as it is,0.5,0.4,0.3,0.001,0
{training},softer,"angle 60, power 1",0.6,0.4,0.3,0.001,0
{training},softer,"angle 60, power 2",{best},0.4,0.3,0.001,0
{training},softer,"angle 90, power 1",0.8,0.4,0.3,0.001,0
{training},softer,"angle 90, power 2",0.8,0.4,0.3,0.001,0
{training},sent,amount 0.5,{sent},0.4,0.3,0.001,0
{training},sent,amount 1,0.7,0.4,0.3,0.001,1
"""


@pytest.fixture(scope="module")
def tried(gridded, tmp_path_factory):
    """What was tried of it, beside it."""
    folder = Path(shutil.copytree(gridded, tmp_path_factory.mktemp("tuned") / "small"))
    tune(load(folder), folder / "tuned.csv", show=quiet)
    return folder


@pytest.fixture
def folder(tried, tmp_path):
    return Path(shutil.copytree(tried, tmp_path / "small"))


def quiet(line):
    pass


def told(folder: Path, *, best: float, sent: float = 0.6) -> None:
    """Put other numbers into what was tried; `best` is the score of a setting in one training."""
    head = (folder / "tuned.csv").read_text().partition("\n")[0]
    parts = ((TRAININGS[0], 0.7, 0.9), (TRAININGS[1], best, sent))
    rows = "".join(ROWS.format(training=t, best=b, sent=s) for t, b, s in parts)
    (folder / "tuned.csv").write_text(f"{head}\n{HEADER}\n{rows}")


def found(folder: Path) -> dict[str, tuple[str, str | None]]:
    return {choice.of: (choice.used, choice.best) for choice in choices(load(folder))}


def test_every_operator_of_every_training_is_tried(folder):
    experiment = load(folder)
    table = read(experiment, grids.read(experiment), folder / "tuned.csv")
    assert list(table["training"].unique()) == [*TRAININGS]
    own = table[table["training"] == TRAININGS[0]]
    assert list(zip(own["operator"], own["setting"], strict=True)) == [
        ("ablated", "as it is"), ("held", "as it is"),
        ("softer", "angle 60, power 1"), ("softer", "angle 60, power 2"),
        ("softer", "angle 90, power 1"), ("softer", "angle 90, power 2"),
        ("sent", "amount 0.5"), ("sent", "amount 1"),
    ]  # fmt: skip
    assert table["score median"].between(0, 1).all()
    assert (table["score min"] <= table["score median"]).all()


def test_an_experiment_uses_what_scores_best_under_the_training_that_does(folder):
    told(folder, best=0.85)
    assert found(folder) == {
        "training": (TRAININGS[1], TRAININGS[1]),
        "softer": ("angle 90, power 1", "angle 60, power 2"),
        "sent": ("amount 1", "amount 1"),
    }


def test_of_equals_the_first_is_best(folder):
    told(folder, best=0.7)
    assert found(folder) == {
        "training": (TRAININGS[1], TRAININGS[0]),
        "softer": ("angle 90, power 1", "angle 90, power 1"),
        "sent": ("amount 1", "amount 0.5"),
    }


def test_how_the_best_did_is_told(folder):
    told(folder, best=0.85)
    assert choices(load(folder))[2] == Choice(
        "sent", "amount 1", "amount 1",
        {"score median": 0.7, "score min": 0.4, "target median": 0.3, "harm median": 0.001,
         "harmed": 1},
    )  # fmt: skip


def test_a_better_setting_can_be_adopted_without_trying_anew(folder):
    told(folder, best=0.85)
    change(folder, "angle: 90, power: 1", "angle: 60, power: 2")
    assert found(folder)["softer"] == ("angle 60, power 2", "angle 60, power 2")


def test_without_a_grid_nothing_was_tried_of_what_can_be_set(folder):
    (folder / "grid.yaml").unlink()
    assert found(folder) == {"softer": ("angle 90, power 1", None), "sent": ("amount 1", None)}


def test_an_interrupted_tuning_goes_on_to_the_same_end(folder):
    path = folder / "tuned.csv"
    whole = path.read_text()
    path.write_text("".join(whole.splitlines(keepends=True)[:10]))
    with pytest.raises(InputError) as caught:
        choices(load(folder))
    assert str(caught.value) == f"{path}: wanted 2 trainings, got 1; make tune goes on with them"
    said: list[str] = []
    tune(load(folder), path, show=said.append)
    assert path.read_text() == whole
    assert len(said) == 1
    assert said[0].startswith("small, weights.reg-anti-subspace 1: score 0.")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("grid.yaml", "first: 3000", "first: 3001"),
        ("grid.yaml", "[0, 1]", "[0, 2]"),
        ("grid.yaml", "power: [1, 2]", "power: [1, 3]"),
        ("experiment.yaml", "{operator: optimal-ablation}", "{operator: leace, labels: perfect}"),
        ("experiment.yaml", "layer: encoder", "layer: bottleneck"),
        ("experiment.yaml", "batch_size: 64", "batch_size: 96"),
        ("dopesheet.csv", "0.05,0,0", "0.06,0,0"),
    ],
)
def test_what_was_tried_of_other_settings_is_refused(folder, file, old, new):
    change(folder, old, new, file)
    with pytest.raises(InputError) as caught:
        choices(load(folder))
    assert str(caught.value) == (
        f"{folder}/tuned.csv: wanted what was tried of small as its settings and its grid.yaml are,"
        " got that of others; delete it and make tune"
    )


@pytest.mark.parametrize(
    ("old", "new"), [("amount 1", "amount 2"), ("harmed", "harms"), ("softer", "held")]
)
def test_rows_of_something_else_are_refused(folder, old, new):
    change(folder, old, new, "tuned.csv")
    with pytest.raises(InputError) as caught:
        choices(load(folder))
    assert str(caught.value) == (
        f"{folder}/tuned.csv: wanted {HEADER.replace(',', ', ')} of each combination of grid.yaml, "
        "got something else; delete it and make tune"
    )


def test_a_training_that_diverges_is_not_the_best(folder):
    change(folder, "0.1,0.01,0.15", "0.1,0.01,1e30", "dopesheet.csv")
    change(folder, "reg-anti-subspace: [0, 1]", "reg-anchor: [1, 0]", "grid.yaml")
    (folder / "tuned.csv").unlink()
    tune(load(folder), folder / "tuned.csv", show=quiet)
    assert found(folder)["training"] == ("weights.reg-anchor 1", "weights.reg-anchor 0")


def test_seeds_that_anything_was_chosen_on_are_apart_from_all_that_it_is_judged_on():
    document = opening.read(Path("paper"))
    judged, chosen = set(range(tails.FIRST, tails.FIRST + 100_000)), set()
    for name in document.names:
        experiment = document.load(name)
        judged |= set(experiment.seeds(60))
        if (experiment.folder / "search.yaml").is_file():
            chosen |= seeds_of(settings.read(experiment.folder).seeds)
    tuned = [
        seeds_of(grids.read(document.load(name)).seeds)
        for name in document.names
        if (document.experiments / name / "grid.yaml").is_file()
    ]
    assert len(tuned) == 7
    assert all(own.isdisjoint(judged | chosen) for own in tuned)


def seeds_of(seeds: settings.Seeds) -> set[int]:
    return set(range(seeds.first, seeds.first + seeds.count))
