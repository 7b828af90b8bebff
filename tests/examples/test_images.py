"""The example on images: a digit deleted with a channel of a convolution, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import images
import images_figure
import outcomes
from colorcore.errors import InputError
from digits_data import load
from quoted import quoted, value_of

PAGE = Path("docs/model.md")


@pytest.fixture(scope="module")
def samples():
    return load()


@pytest.fixture(scope="module")
def found(samples, tmp_path_factory):
    """A classifier and a control, operated on; the pruned one saved and loaded."""
    out = tmp_path_factory.mktemp("images")
    return images.study(*samples, digit=3, seed=0, steps=400, out=out)


def test_the_anchored_digit_is_lost_and_the_others_stay(found):
    before, after = (images.outcome(found, "anchored", one) for one in ("before", "pruned"))
    assert before["lost"] > 0.9
    assert after["lost"] < 0.1
    assert after["kept"] > before["kept"] - 0.03
    assert after["worst"] > 0.7


def test_without_an_anchor_the_digit_stays(found):
    assert images.outcome(found, "control", "pruned")["lost"] > 0.5


def test_zeroed_and_cut_out_answer_alike_and_the_loaded_model_as_the_pruned_one(found):
    assert found["anchored"]["ablated"] == found["anchored"]["pruned"]
    assert found["gap"] < 1e-4
    assert found["loaded"] == 0


def test_a_pruned_classifier_has_a_channel_less_on_both_sides_of_the_cut():
    torch.manual_seed(0)
    pruned = images.operate(images.Classifier(), torch.rand(5, 1, 8, 8))["pruned"]
    assert pruned.bottleneck.weight.shape == (7, 32, 4, 4)
    assert pruned.reader[0].weight.shape == (32, 7, 1, 1)


def test_the_figure_is_drawn_from_the_results_and_says_so(found, tmp_path):
    for folder in ("first", "second"):
        images_figure.save(found, tmp_path / folder)
    for name in ("images-light.svg", "images-dark.svg"):
        first, second = (tmp_path / folder / name for folder in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    lost = 100 * images.outcome(found, "anchored", "pruned")["lost"]
    assert f"(a) anchored: {lost:.0f} % of the digit 3" in images_figure.describe(found)


def test_the_page_quotes_numbers_that_there_are(found, samples):
    numbers = images.numbers(found, samples[1])
    assert json.loads(json.dumps(numbers)) == numbers
    assert all(isinstance(value_of(numbers, path), str) for path in quoted(PAGE, "images"))


def test_results_that_do_not_bear_the_page_out_are_refused(found):
    outcomes.check("images", images.claims(found))
    kept = {**found, "anchored": {**found["anchored"], "pruned": found["anchored"]["before"]}}
    with pytest.raises(InputError, match="bear out «after, hardly one image of the digit is»"):
        outcomes.check("images", images.claims(kept))
