"""Settings and dopesheets that do not fit together are refused."""

from __future__ import annotations

import pytest

from colorcore.experiment.folder import ExperimentError
from colorcore.experiment.loading import load
from editing import change


def test_a_column_that_no_regularizer_uses_is_refused(folder):
    change(folder, "reg-anchor", "reg-anker", "dopesheet.csv")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/dopesheet.csv, row 1, column 'reg-anker': wanted lr or a regularizer of "
        f"{folder}/experiment.yaml, reg-separate, reg-anchor, reg-anti-subspace; "
        "did you mean reg-anchor?"
    )


def test_a_regularizer_without_a_column_is_refused(folder):
    change(folder, "surgery:", "  reg-unit: {term: unitarity}\n\nsurgery:")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: regularizers.reg-unit: wanted a column of that name in "
        f"{folder}/dopesheet.csv, got ['lr', 'reg-separate', 'reg-anchor', 'reg-anti-subspace']; "
        "add it"
    )


def test_a_sheet_without_learning_rate_is_refused(folder):
    change(folder, ",lr,", ",rate,", "dopesheet.csv")
    with pytest.raises(ExperimentError, match="row 1: wanted a column lr"):
        load(folder)


def test_a_negative_learning_rate_is_refused(folder):
    change(folder, "0.05,,,", "-0.05,,,", "dopesheet.csv")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/dopesheet.csv, column lr: wanted nothing below 0, got -0.05; raise it"
    )


def test_a_negative_weight_is_refused(folder):
    change(folder, "0.15", "-0.15", "dopesheet.csv")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/dopesheet.csv, column reg-anchor: wanted nothing below 0, got -0.15; raise it"
    )


BLUE = "blue: {affinity: similarity, power: 6, rate: 0.1, axis: 3}"


@pytest.mark.parametrize(
    "direction",
    [
        [0, 1, 0, 0, 0],
        [-1, 0, 0, 0, 0],
        [1, 0, 0, -2, 0],
        [1, -1, 0, 0, 0],
        [1, 1, 1, 1, 1],
        [1, 0.5, 0, 0, 0],
    ],
)
@pytest.mark.parametrize("term", ["angular-anchor", "euclidean-anchor"])
def test_an_anchor_away_from_the_axis_that_surgery_removes_is_refused(folder, term, direction):
    change(folder, "rate: 0.08}", f"rate: 0.08}}\n  {BLUE}")
    anchor = f"term: {term}, labels: {{red: 1.0}}, direction: {direction}"
    change(folder, "term: angular-anchor, labels: {red: 1.0}", anchor)
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    numbers = [float(number) for number in direction]
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: regularizers.reg-anchor.direction: wanted one along "
        f"axis 0 alone, that of red, which surgery removes, got {numbers}; leave it out or change "
        "concepts' axes"
    )


@pytest.mark.parametrize("title", ["", "  "])
def test_a_title_that_says_nothing_is_refused(folder, title):
    path = folder / "experiment.yaml"
    _, *others = path.read_text().splitlines()
    path.write_text("\n".join([f'title: "{title}"', *others]))
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{path}: title: wanted one that says something, got {title!r}; write one"
    )


def test_concepts_are_anchored_by_a_term_that_has_a_weight(folder):
    assert load(folder).anchored == ["red"]
    change(folder, "rate: 0.08}", f"rate: 0.08}}\n  {BLUE}")
    assert load(folder).anchored == ["red"]
    sheet = folder / "dopesheet.csv"
    rows = [line.split(",") for line in sheet.read_text().splitlines()]
    place = rows[0].index("reg-anchor")
    for row in rows[1:]:
        row[place] = row[place] and "0"
    sheet.write_text("".join(",".join(row) + "\n" for row in rows))
    assert load(folder).anchored == []


def test_labels_are_expected_in_the_steps_that_anchor_their_concept(folder):
    (folder / "colors.csv").write_text("r,g,b,warm\n1,0,0,1\n0,0,1,0\n")
    change(folder, "cube: {space: rgb, points: 10}", "csv: colors.csv")
    change(folder, "affinity: redness, power: 8", "affinity: column, column: warm, power: 1")
    sheet = "STEP,PHASE,ACTION,lr,reg-separate,reg-anchor,reg-anti-subspace\n"
    (folder / "dopesheet.csv").write_text(f"{sheet}0,,,0.1,0,0.1,0\n9,,,0.1,0,0.1,0\n")
    change(folder, "[0, 100, 250, 375, 500, 750, 1100, 1501]", "[0, 10]")
    assert load(folder).expected_labels == {"red": pytest.approx(0.08 / 2 * 64 * 10)}
    assert load(folder).anchoring_steps == {"red": 10}


def test_a_concept_that_would_be_anchored_without_labels_is_refused(folder):
    change(folder, "rate: 0.08", "rate: 0.001")
    with pytest.raises(ExperimentError) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder}/experiment.yaml: concepts.red: wanted at least 1 label expected in the 1424 "
        "steps of a run that anchor it, got 0.87; raise its rate or its affinities, or train longer"
    )
    change(folder, "labels: {red: 1.0}", "direction: [1, 0, 0, 0, 0]")
    assert load(folder).expected_labels == {"red": 0}  # nothing asks for them


@pytest.mark.parametrize("name", ["recon", "loss", "labelled_red"])
def test_a_regularizer_named_as_a_column_of_the_history_is_refused(folder, name):
    for file in ("experiment.yaml", "dopesheet.csv"):
        change(folder, "reg-anchor", name, file)
    with pytest.raises(ExperimentError, match=f"rename it, reg-{name} say"):
        load(folder)
