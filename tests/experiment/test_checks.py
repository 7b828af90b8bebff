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
        f"{folder}/dopesheet.csv, column lr: wanted no rate below 0, got -0.05; raise it"
    )


@pytest.mark.parametrize("name", ["recon", "loss", "labelled_red"])
def test_a_regularizer_named_as_a_column_of_the_history_is_refused(folder, name):
    for file in ("experiment.yaml", "dopesheet.csv"):
        change(folder, "reg-anchor", name, file)
    with pytest.raises(ExperimentError, match=f"rename it, reg-{name} say"):
        load(folder)
