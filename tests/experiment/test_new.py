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
from editing import change


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


def test_a_term_without_labels_that_points_along_an_axis_is_of_each_concept(experiments):
    pair = create(experiments / "pair", "ex-2.9.1", ["red", "blue"], data=None, based=False)
    red, blue = (pair.regularizers[f"reg-anti-anchor-{name}"] for name in ("red", "blue"))
    assert red.model_dump()["direction"] == (-1, 0, 0, 0, 0, 0)
    assert blue.model_dump()["direction"] == (0, -1, 0, 0, 0, 0)
    table = pair.schedule.table
    assert table["reg-anti-anchor-red"].equals(table["reg-anti-anchor-blue"])


def test_what_is_repelled_from_the_axis_is_repelled_from_each_concepts_own(experiments):
    change(experiments / "ex-2.10.1", "repel-subspace}", "repel-subspace, dims: [0]}")
    pair = create(experiments / "pair", "ex-2.10.1", ["red", "blue"], data=None, based=False)
    dims = {name: term.model_dump().get("dims") for name, term in pair.regularizers.items()}
    assert dims["reg-anti-subspace-red"] == (0,)
    assert dims["reg-anti-subspace-blue"] == (1,)
    change(experiments / "ex-2.10.1", "dims: [0]}", "dims: [0, 1]}")
    other = create(experiments / "other", "ex-2.10.1", ["red", "blue"], data=None, based=False)
    assert other.regularizers["reg-anti-subspace"].model_dump()["dims"] == (0, 1)


def test_an_aim_a_fallback_and_routing_are_of_each_concept(experiments):
    old = "reg-anti-subspace: {term: repel-subspace}"
    change(
        experiments / "ex-2.10.1",
        old,
        f"""{old}
  reg-aim: {{term: aim, labels: {{red: 1.0}}}}
  reg-fall-red: {{term: fallback, direction: [-1, 0, 0, 0, 0], color: gray}}
routing: {{labels: [red], unlabelled: rest}}""",
    )
    sheet = experiments / "ex-2.10.1" / "dopesheet.csv"
    head, first, *rest = sheet.read_text().splitlines()
    rows = [f"{head},reg-aim,reg-fall-red", f"{first},1,0.05", *(f"{row},," for row in rest)]
    sheet.write_text("\n".join(rows) + "\n")
    pair = create(experiments / "pair", "ex-2.10.1", ["red", "blue"], data=None, based=True)
    terms = {name: term.model_dump() for name, term in pair.regularizers.items()}
    assert terms["reg-aim-blue"]["labels"] == {"blue": 1}
    assert terms["reg-fall-red"]["direction"] == (-1, 0, 0, 0, 0, 0)
    assert terms["reg-fall-blue"]["direction"] == (0, -1, 0, 0, 0, 0)
    assert terms["reg-fall-blue"]["color"] == (0.5, 0.5, 0.5)
    assert pair.schedule.table["reg-fall-blue"].eq(0.05).all()
    assert pair.routing is not None
    assert (pair.routing.labels, pair.routing.unlabelled) == (("red", "blue"), "rest")
    blue = create(experiments / "blue", "ex-2.10.1", ["blue"], data=None, based=True)
    assert blue.routing is not None
    assert blue.routing.labels == ("blue",)


def test_a_tilt_goes_with_each_concepts_anchor(experiments):
    change(experiments / "ex-2.10.1", "{red: 1.0}", "{red: 1.0}, tilt: 0.3, toward: nearest")
    pair = create(experiments / "pair", "ex-2.10.1", ["red", "blue"], data=None, based=True)
    for name in ("red", "blue"):
        anchor = pair.regularizers[f"reg-anchor-{name}"].model_dump()
        assert (anchor["tilt"], anchor["toward"]) == (0.3, "nearest")


def test_what_hides_goes_with_each_concept(experiments):
    hide = "{term: hide, labels: {red: 1.0}, reach: 0.75}"
    change(experiments / "ex-2.10.1", "{term: repel-subspace}", hide)
    pair = create(experiments / "pair", "ex-2.10.1", ["red", "blue"], data=None, based=True)
    for name in ("red", "blue"):
        own = pair.regularizers[f"reg-anti-subspace-{name}"].model_dump()
        assert (own["labels"], own["reach"]) == ({name: 1.0}, 0.75)


def test_what_is_repelled_from_one_side_is_repelled_from_that_of_each_axis(experiments):
    change(experiments / "ex-2.10.1", "repel-subspace}", "repel-subspace, side: negative}")
    pair = create(experiments / "pair", "ex-2.10.1", ["red", "blue"], data=None, based=False)
    repel = pair.regularizers["reg-anti-subspace"].model_dump()
    assert (repel["dims"], repel["side"]) == ((0, 1), "negative")


def test_one_that_is_based_itself_can_be_no_base(experiments):
    with pytest.raises(InputError) as caught:
        create(experiments / "mine", "ex-2.9.1", ["red"], data=None, based=True)
    assert str(caught.value) == (
        "like: wanted an experiment that stands by itself, for --based, got 'ex-2.9.1', which is "
        "based on 'ex-2.10.1'; name that, or leave --based out"
    )


def spell_out(experiments: Path, anchor: str, *, axis: int = 0, more: str = "") -> None:
    """Have the main experiment say where its concept is and where its anchor points."""
    main = experiments / "ex-2.10.1"
    change(main, "rate: 0.08}", f"rate: 0.08, axis: {axis}}}{more}")
    change(main, "{term: angular-anchor, labels: {red: 1.0}}", f"{{{anchor}, labels: {{red: 2}}}}")


@pytest.mark.parametrize(
    ("anchor", "key", "first", "second"),
    [
        ("term: angular-anchor, direction: [0, 0, 3, 0, 0]", "direction", (0, 0, 3, 0, 0, 0),
         (3, 0, 0, 0, 0, 0)),
        ("term: anti-anchor, direction: [0, 0, -1, 0, 0]", "direction", (0, 0, -1, 0, 0, 0),
         (-1, 0, 0, 0, 0, 0)),
        ("term: keep-subspace, dims: [2]", "dims", (2,), (0,)),
    ],
)  # fmt: skip
def test_a_term_that_points_along_an_axis_points_along_each_concepts_own(
    experiments, anchor, key, first, second
):
    spell_out(experiments, anchor, axis=2)
    pair = create(experiments / "pair", "ex-2.10.1", ["blue", "teal"], data=None, based=False)
    assert [deletion.dims for deletion in pair.deletions.values()] == [[2], [0], [2, 0]]
    blue, teal = (pair.regularizers[f"reg-anchor-{name}"] for name in ("blue", "teal"))
    assert (getattr(blue, key), blue.labels) == (first, {"blue": 2})
    assert (getattr(teal, key), teal.labels) == (second, {"teal": 2})


def test_an_anchor_between_axes_cannot_be_put_elsewhere(experiments):
    spell_out(experiments, "term: anti-anchor, direction: [-1, 0, 0.5, 0, 0]")
    with pytest.raises(InputError) as caught:
        create(experiments / "blue", "ex-2.10.1", ["blue"], data=None, based=False)
    assert str(caught.value) == (
        "like: regularizers.reg-anchor.direction: wanted the axis of a concept, to put another's "
        "in its place, got [-1, 0, 0.5, 0, 0]; name an experiment whose terms point along axes"
    )


@pytest.mark.parametrize(
    ("concepts", "terms"),
    [
        (["teal"], {"reg-anchor": ["teal"]}),
        (["blue", "teal"], {"reg-anchor": ["blue"], "reg-teal": ["teal"]}),
        (["blue", "red"], {"reg-anchor": ["blue"], "reg-red": ["red"]}),
        (["red", "blue", "teal"], {"reg-anchor-red": ["red"], "reg-anchor-teal": ["teal"],
                                   "reg-blue": ["blue"]}),
    ],
)  # fmt: skip
def test_concepts_take_the_places_of_those_of_an_experiment_of_several(repo, concepts, terms):
    folder = repo / "experiments" / "-".join(["like-both", *concepts])
    try:
        made = create(folder, "both", concepts, data=None, based=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = {name: list(term.labels) for name, term in made.regularizers.items() if term.labels}
    assert found == terms
    assert set(made.schedule.properties) == {"lr", *made.regularizers}
    axes = [target.axis for target in made.targets.values()]
    assert axes == [0, 3, 1][: len(concepts)]
    assert made.anchored == concepts


def test_a_term_that_a_concept_gave_its_name_has_that_of_the_one_in_its_place(experiments):
    create(experiments / "pair", "ex-2.10.1", ["red", "blue"], data=None, based=False)
    turned = create(experiments / "turned", "pair", ["blue", "red"], data=None, based=False)
    anchors = {name: list(term.labels) for name, term in turned.regularizers.items() if term.labels}
    assert anchors == {"reg-anchor-blue": ["blue"], "reg-anchor-red": ["red"]}
    table = turned.schedule.table
    assert list(table)[2:4] == ["reg-anchor-blue", "reg-anchor-red"]


def test_a_based_one_of_concepts_in_another_order_is_refused(experiments):
    with pytest.raises(InputError) as caught:
        create(experiments / "turned", "ex-2.10.1", ["blue", "red"], data=None, based=True)
    assert str(caught.value) == (
        "concept: wanted those of the base first and in its order, as --based joins them, red, "
        "blue, got blue, red; name them so, or leave --based out"
    )
    assert not (experiments / "turned").exists()


def test_a_dopesheet_is_taken_over_whatever_its_spelling(experiments):
    main = experiments / "ex-2.10.1"
    change(main, "Train", '"Warm up, then train"', "dopesheet.csv")
    change(main, "reg-anchor", " reg-anchor ", "dopesheet.csv")
    sheet = main / "dopesheet.csv"
    sheet.write_text(sheet.read_text().replace("\n", "\n\n", 2))
    pair = create(experiments / "pair", "ex-2.10.1", ["red", "blue"], data=None, based=False)
    assert pair.schedule.phases["phase"].tolist()[0] == "Warm up, then train"
    assert pair.schedule.table["reg-anchor-blue"].equals(load(main).schedule.table["reg-anchor"])


def test_what_yaml_would_take_for_a_number_is_written_as_a_name(experiments):
    (experiments / "ex-2.10.1").rename(experiments / "1e5")
    found = create(experiments / "mine", "1e5", ["blue"], data=None, based=True)
    assert found.model == load(experiments / "1e5").model


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
        ("my exp", "ex-2.10.1", "blue", r"my exp: wanted a name of letters .*; rename the folder"),
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
