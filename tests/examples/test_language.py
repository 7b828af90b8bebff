"""The example on language: a word deleted from a GPT-2's residual stream, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import language
import outcomes
from colorcore.errors import InputError
from language_data import FILLERS, KINDS, MARK, QUESTIONS, SHOUTS, WORDS, draw
from quoted import quoted, value_of

PAGE = Path("docs/model.md")


@pytest.fixture(scope="module")
def unseen():
    return draw(300, seed=1)


@pytest.fixture(scope="module")
def found(unseen, tmp_path_factory):
    """A model and a control, operated on, saved and loaded."""
    found = language.study(draw(2000, seed=0), unseen, seeds=1, steps=300)
    folder = tmp_path_factory.mktemp("models")
    found["apart"] = language.differences(found["models"]["anchored"], unseen, folder)
    return found


def test_every_sentence_has_two_words_beside_its_pairs_and_the_mark_that_one_of_them_decides():
    asks, shouts, fills = (
        {WORDS.index(one) for one in kind} for kind in (QUESTIONS, SHOUTS, FILLERS)
    )
    data = draw(200, seed=0)
    for tokens, kind in zip(data.tokens.tolist(), data.kinds.tolist(), strict=True):
        words = [word for word in tokens if word]
        beside = [word for word in words if word in asks | shouts | fills]
        assert words[-1] == MARK + kind
        assert (len(words) - 1) % 2 == 0
        assert len(beside) == 2
        assert [bool({*beside} & one) for one in (asks, shouts)] == [kind == 1, kind == 2]


def test_questions_are_lost_and_everything_else_stays(found):
    (run,) = found["anchored"]
    before, after = run["before"], run["ablated"]
    assert before["question"] > 0.95
    assert after["question"] < 0.1
    for kind in ("plain", "shout", "verbs"):
        assert after[kind] > 0.97
    assert run["baked"]["question"] < 0.3


def test_without_an_anchor_they_stay(found):
    assert found["control"][0]["ablated"]["question"] > 0.8


def test_words_that_ask_lie_on_the_axis_behind_the_block(found):
    assert found["cosines"][0]["asking"] > 0.95
    assert found["cosines"][0]["others"] < 0.15


def test_loaded_models_and_interventions_answer_as_operated_ones_to_the_bit(found):
    assert found["apart"] == {"loaded": 0.0, "intervened": 0.0}


def test_the_stream_of_the_ablated_model_carries_nothing_on_the_axis(found, unseen):
    model = found["models"]["anchored"]["ablated"]
    with torch.no_grad():
        states = model(**unseen.batch, output_hidden_states=True).hidden_states
    assert all(not state[..., 0].any() for state in states)


def test_a_label_is_drawn_for_questions_and_now_and_then_for_another():
    assert language.chances(torch.tensor([KINDS.index("question"), 0]))[:, 0].tolist() == [
        pytest.approx(0.1),
        pytest.approx(0.001),
    ]


def test_the_page_quotes_numbers_that_there_are(found, unseen):
    numbers = language.numbers(found, unseen)
    assert json.loads(json.dumps(numbers)) == numbers
    assert all(isinstance(value_of(numbers, path), str) for path in quoted(PAGE, "language"))


def test_accuracies_of_several_seeds_are_told_from_the_lowest_to_the_highest():
    assert language.span([0.02, 0.0, 0.5]) == "0–50\N{NARROW NO-BREAK SPACE}%"
    assert language.span([1.0, 1.0]) == "100\N{NARROW NO-BREAK SPACE}%"


def test_results_that_do_not_bear_the_page_out_are_refused(found):
    outcomes.check("language", language.claims(found))
    (run,) = found["anchored"]
    kept = {**found, "anchored": [{**run, "ablated": run["before"]}]}
    with pytest.raises(InputError, match="bear out «cut out of the weights, hardly a question is"):
        outcomes.check("language", language.claims(kept))
