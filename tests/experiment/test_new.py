"""New experiments, like others but for their concepts and data."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from colorcore.errors import InputError
from colorcore.experiment.labels import probabilities
from colorcore.experiment.loading import Experiment, load
from colorcore.experiment.new import create
from colorcore.experiment.origin import digest


@pytest.fixture
def experiments(tmp_path) -> Path:
    return Path(shutil.copytree("experiments", tmp_path / "experiments"))


def shares(experiment: Experiment) -> np.ndarray:
    """What share of all samples each concept is expected to label."""
    return probabilities(
        experiment.palette, experiment.concepts.values(), experiment.targets.values()
    ).mean(axis=0)


def test_blue_in_the_place_of_red_has_as_many_labels_and_all_else_alike(experiments):
    model = load(experiments / "ex-2.10.1")
    blue = create(experiments / "blue", "ex-2.10.1", ["blue"], data=None, based=False)
    assert blue.deletion.targets[0] == ("blue", (0.0, 0.0, 1.0), 0)
    np.testing.assert_allclose(shares(blue), shares(model), rtol=0.01)
    assert blue.regularizers["reg-anchor"].labels == {"blue": 1.0}
    assert blue.schedule.table.equals(model.schedule.table)
    assert (blue.model, blue.optimizer, blue.data) == (model.model, model.optimizer, model.data)
    assert blue.title == "Delete blue"


def test_several_concepts_have_a_dimension_and_an_anchor_more_each(experiments):
    pair = create(experiments / "pair", "ex-reliable", ["red", "blue"], data=None, based=False)
    assert pair.model.latent == 6
    assert [deletion.dims for deletion in pair.deletions.values()] == [[0], [1], [0, 1]]
    terms = {name: term.model_dump() for name, term in pair.regularizers.items()}
    assert terms["reg-anchor-red"]["direction"] == (1, 0, 0, 0, 0, 0)
    assert terms["reg-anchor-blue"]["direction"] == (0, 1, 0, 0, 0, 0)
    assert terms["reg-anti-subspace"]["dims"] == (0, 1)
    table = pair.schedule.table
    assert table["reg-anchor-red"].equals(table["reg-anchor-blue"])
    assert pair.concepts["red"].affinity == "redness"  # as the one that it is like has it
    assert pair.surgery.layer == "bottleneck"


def test_directions_that_are_spelt_out_get_the_dimensions_more(experiments):
    pair = create(experiments / "pair", "ex-2.9.1", ["red", "blue"], data=None, based=False)
    assert pair.regularizers["reg-anti-anchor"].model_dump()["direction"] == (-1, 0, 0, 0, 0, 0)


def test_a_column_of_ones_own_data_labels_the_concept_that_it_is_called_by(experiments, tmp_path):
    data = tmp_path / "mine.csv"
    data.write_text("name,r,g,b,sky\nday,0.5,0.75,1,1\nred,1,0,0,0\nnight,0,0,0.25,0.5\n")
    sky = create(experiments / "sky", "ex-2.10.1", ["sky", "red"], data=data, based=False)
    assert (experiments / "sky" / "colors.csv").read_text() == data.read_text()
    assert sky.deletion.targets[0] == ("sky", (0.5, 0.75, 1.0), 0)  # the most of it there is
    assert sky.concepts["sky"].column == "sky"
    chances = probabilities(sky.palette, sky.concepts.values(), sky.targets.values())
    assert (chances[:, 0] / chances[0, 0]).tolist() == [1, 0, 0.5]


def test_a_concept_can_be_given_a_colour(experiments):
    sky = create(experiments / "sky", "ex-2.10.1", ["sky=#80c0ff"], data=None, based=False)
    assert sky.deletion.targets[0].rgb == (128 / 255, 192 / 255, 1.0)


@pytest.mark.parametrize("concepts", [["teal"], ["red", "teal"], ["red"]])
def test_one_that_is_based_says_what_differs_and_comes_to_the_same(experiments, concepts):
    whole = create(experiments / "whole", "ex-2.10.1", concepts, data=None, based=False)
    based = create(experiments / "based", "ex-2.10.1", concepts, data=None, based=True)
    for part in ("data", "concepts", "model", "regularizers", "surgery", "deletions"):
        assert getattr(based, part) == getattr(whole, part)
    assert len(concepts) > 1 or digest(based) == digest(whole)  # further anchors come last
    text = (experiments / "based" / "experiment.yaml").read_text()
    assert "base: ex-2.10.1" in text
    assert "optimizer" not in text
    assert (experiments / "based" / "dopesheet.csv").exists() == (len(concepts) > 1)


@pytest.mark.parametrize(
    ("name", "like", "concept", "message"),
    [
        ("ex-2.9.1", "ex-2.10.1", "blue", "wanted a folder that is not there yet, got one that is"),
        ("mine", "ex-2.10", "blue", "like: wanted one of .*, got 'ex-2.10'; did you mean ex-2.10"),
        ("mine", "ex-2.10.1", "bleu", "got 'bleu'; did you mean blue?"),
        ("my exp", "ex-2.10.1", "blue", r"my exp: wanted a name of letters, .*; rename the folder"),
        ("mine/mine", "ex-2.10.1", "blue", "wanted a folder beside other experiments, got one in"),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(
    experiments, name, like, concept, message
):
    before = sorted(experiments.rglob("*"))
    with pytest.raises(InputError, match=message):
        create(experiments / name, like, [concept], data=None, based=False)
    assert sorted(experiments.rglob("*")) == before


@pytest.mark.parametrize("concepts", [["red", "red"], ["sky=#80c0ff", "sky=#80c0fe"]])
def test_a_concept_that_is_named_twice_is_refused(experiments, concepts):
    with pytest.raises(
        InputError, match=r"concept: wanted each once, got (\w+), \1; leave one out"
    ):
        create(experiments / "twice", "ex-2.10.1", concepts, data=None, based=False)
    assert not (experiments / "twice").exists()
