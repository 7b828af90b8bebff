"""A table tells what was tried of settings, and how the best did."""

from __future__ import annotations

import pytest

from colorcore.errors import InputError
from colorcore.search import grid as grids
from colorcore.search.tuning import Choice
from colorcore.writeup.tables import tunings

LEACE_AND_KIN = "rival-no-anchor"
DID = {
    "score median": 0.917, "score min": 0.8, "target median": 0.161, "harm median": 0.0012,
    "harmed": 3.0,
}  # fmt: skip


def told(cells):
    """Cells without what keeps Markdown from reading more into them."""
    return [cell.replace("\\", "") for cell in cells]


def test_a_training_has_what_was_varied_and_how_the_best_did(document):
    choice = Choice("training", "as it is", "weights.reg-anchor 2, phases.Anchor 500", DID)
    assert told(tunings.cells(grids.read(document.load("rival-late-anchor")), choice)) == [
        "weights.reg-anchor 0.5, 1, 2; phases.Anchor 250, 500, 1000, 1400",
        "weights.reg-anchor 2, phases.Anchor 500",
        "0.92 (0.80)", "0.16", "0.001", "3",
    ]  # fmt: skip


def test_an_operator_has_what_it_can_be_set_to(document):
    choice = Choice("inlp-few", "rounds 1", "rounds 2", DID)
    tried, best, *_ = told(tunings.cells(grids.read(document.load(LEACE_AND_KIN)), choice))
    assert (tried, best) == ("rounds 1, 2, 3, 4", "rounds 2")


def test_a_table_has_a_row_for_each_operator_that_was_tried(main):
    header, _, *rows = tunings.write(main, of={"no anchor": LEACE_AND_KIN}).strip().splitlines()
    assert told(cell.strip() for cell in header.strip("|").split("|")) == [*tunings.HEADER]
    names = told(row.strip("|").split("|")[1].strip() for row in rows)
    assert names == ["inlp-few", "inlp-perfect", "suppression-few", "suppression-perfect"]


def test_an_experiment_without_a_grid_is_told_before_anything_is_made(document):
    with pytest.raises(InputError) as caught:
        tunings.check(document, {"reliable": "ex-reliable"})
    path = document.experiments / "ex-reliable" / "grid.yaml"
    assert str(caught.value).startswith(f"{path}: no such file; ")
