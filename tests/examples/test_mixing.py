"""The example on mixing: lines, a transformer on the sphere, and how it is trained."""

from __future__ import annotations

import pytest
import torch

import mixing_train
from colorcore.anchor import capture
from colorcore.errors import InputError
from mixing_batches import Batches, chances
from mixing_checkpoint import Checkpoint
from mixing_data import EQUALS, PLUS, RED, RGB, TOKENS, draw_lines, every_pair, held_out
from mixing_model import SITES, Attention, Mixer, Perceptron, Rotary
from mixing_train import placed, planned, terms, train


@pytest.fixture(scope="module")
def lines():
    return draw_lines(2000, seed=0)


def code(red: int, green: int, blue: int) -> int:
    return 36 * red + 6 * green + blue


def test_pairs_are_those_whose_mean_is_a_color_in_both_orders():
    pairs = every_pair()
    assert len(pairs.first) == 216 * 27  # of each channel three levels of six go with one
    torch.testing.assert_close((RGB[pairs.first] + RGB[pairs.second]) / 2, RGB[pairs.answer])
    lines = pairs.lines.tolist()
    orange = [code(5, 1, 0), PLUS, code(5, 5, 0), EQUALS, code(5, 3, 0), TOKENS - 1]
    assert orange in lines
    assert [orange[place] for place in (2, 1, 0, 3, 4, 5)] in lines
    assert RGB[RED].tolist() == [1, 0, 0]


def test_a_fifth_of_pairs_is_never_shown_in_neither_order():
    pairs = every_pair()
    held = held_out(pairs, seed=0)
    assert held.sum() == 2 * 562  # of 2808 pairs of two colours
    assert not held[pairs.first == pairs.second].any()
    keys = {(a, b) for a, b in zip(*(one[held].tolist() for one in pairs[:2]), strict=True)}
    assert {(b, a) for a, b in keys} == keys
    drawn = draw_lines(5000, seed=0)
    assert not keys & {*zip(drawn.first.tolist(), drawn.second.tolist(), strict=True)}


def test_an_operand_earns_a_label_by_its_redness_to_the_eighth():
    likely = chances()
    assert likely[RED] == pytest.approx(0.04)
    assert likely[code(5, 1, 1)] == pytest.approx(0.04 * 0.8**8)
    assert likely[code(0, 5, 5)] == 0


def test_a_stretch_has_the_lines_that_it_covers_in_their_places(lines):
    batch = Batches(lines, seed=0, steps=1).at(0)
    assert batch.inputs.shape == batch.targets.shape == (64, 64)
    assert torch.equal(batch.inputs[:, 1:], batch.targets[:, :-1])
    read = batch.inputs[torch.arange(64)[:, None, None], batch.places]
    assert (read[..., 1][batch.shown[..., 1]] == PLUS).all()
    assert (read[..., 3][batch.shown[..., 3]] == EQUALS).all()
    is_prompt = torch.zeros(64, 64, dtype=torch.bool)
    rows = torch.arange(64)[:, None, None].expand_as(batch.places)
    is_prompt[rows[batch.shown], batch.places[batch.shown]] = True
    assert is_prompt.sum() == batch.shown.sum()
    known = (batch.inputs == PLUS) | (batch.inputs == EQUALS)
    assert is_prompt[known].all()
    assert not is_prompt[batch.inputs == TOKENS - 1].any()


def test_a_line_is_labelled_when_either_operand_draws(monkeypatch, lines):
    certain = torch.zeros(216)
    certain[RED] = 1
    monkeypatch.setattr("mixing_batches.chances", lambda: certain)
    batches = Batches(lines, seed=0, steps=9)
    found = 0
    for step in range(9):
        batch = batches.at(step)
        operands = batch.inputs[torch.arange(64)[:, None, None], batch.places][..., [0, 2]]
        whole = batch.shown.all(dim=-1)
        has_red = (operands == RED).any(dim=-1)
        assert torch.equal(has_red[whole], batch.labels[whole])
        found += int(batch.labels.sum())
    assert found


def test_every_state_of_the_stream_has_length_one_and_so_have_weights():
    torch.manual_seed(0)
    model = Mixer()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter))
    model.keep_units()
    with capture(model, SITES) as layers:
        model(torch.arange(12).view(2, 6))
    for site in SITES:
        torch.testing.assert_close(layers[site].norm(dim=-1), torch.ones(2, 6))
    reads = [model.embedding.weight]
    for layer in model.modules():
        if isinstance(layer, Attention | Perceptron):
            reads.append(layer.read.weight)
            ones = torch.ones(layer.write.in_features)
            torch.testing.assert_close(layer.write.weight.norm(dim=0), ones)
    for weight in reads:
        torch.testing.assert_close(weight.norm(dim=-1), torch.ones(len(weight)))


def test_no_position_sees_what_follows_it():
    torch.manual_seed(0)
    model, tokens = Mixer(), torch.randint(TOKENS, (1, 12))
    other = tokens.clone()
    other[0, 7] = (tokens[0, 7] + 1) % TOKENS
    before, after = model(tokens), model(other)
    torch.testing.assert_close(after[:, :7], before[:, :7])
    assert (after[:, 7:] - before[:, 7:]).abs().amax(dim=-1).min() > 1e-4


def test_turned_by_its_position_a_pair_of_vectors_tells_how_far_they_are_apart():
    rotary = Rotary(8)
    query, key = torch.randn(2, 1, 8).expand(2, 12, 8).contiguous()
    products = rotary(query[:, None])[:, 0] @ rotary(key[:, None])[:, 0].T
    torch.testing.assert_close(products[2, 0], products[9, 7])
    torch.testing.assert_close(products.diagonal(), (query * key).sum(dim=-1))
    assert abs(products[2, 0] - products[2, 1]) > 1e-3


def test_the_anchor_pulls_the_nearest_position_of_labelled_lines_and_nothing_else(lines):
    batch = Batches(lines, seed=0, steps=1).at(0)
    labels = torch.zeros_like(batch.labels)
    labels[3, 5] = True
    stream = torch.zeros(5, 64, 64, 64)
    stream[..., 1] = 1
    stream[:, 3, batch.places[3, 5, 2], :2] = torch.tensor([1.0, 0.0])
    only = {"anchor": 1.0, "repel": 0.0}
    found = placed(terms(), stream, batch._replace(labels=labels), only)
    shares = torch.tensor([0.0, -10.0, -10.0, -10.0]).logsumexp(dim=0) - torch.tensor(4.0).log()
    assert found.item() == pytest.approx(-0.1 * shares.item(), abs=1e-6)
    none = batch._replace(labels=torch.zeros_like(labels))
    assert placed(terms(), stream, none, only).item() == 0
    repelled = placed(terms(), stream, batch, {"anchor": 0.0, "repel": 1.0})
    assert repelled.item() == pytest.approx(1 / 64**2)


def test_the_dopesheet_has_its_keys_at_the_same_fractions_of_any_length():
    for steps in (1650, 101):
        table, last = planned(steps).table, steps - 1
        assert len(table) == steps
        tenth, nine = round(0.1 * last), round(last - 0.1 * last)
        assert table["lr"][[0, tenth, last]].tolist() == [1e-4, 1e-2, 1e-4]
        assert table["anchor"][[0, tenth, nine, last]].tolist() == [0, 0.1, 0.1, 0.01]
        assert table["repel"][[0, nine, last]].tolist() == [0.25, 0.03, 0.003]
    assert planned().steps == 1650


def test_training_goes_on_from_a_checkpoint_to_the_same_bits(monkeypatch, tmp_path, lines):
    monkeypatch.setattr(mixing_train, "EVERY", 8)
    plan = planned(12)
    whole = train(lines, seed=3, plan=plan)
    path = tmp_path / "run.safetensors"
    train(lines, seed=3, plan=plan, checkpoint=Checkpoint(path, "seed 3"))
    resumed = train(lines, seed=3, plan=plan, checkpoint=Checkpoint(path, "seed 3"))
    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name])
    monkeypatch.setattr(mixing_train, "EVERY", 12)
    for _ in range(2):  # to the end, and from there
        ended = train(lines, seed=3, plan=plan, checkpoint=Checkpoint(path, "seed 3"))
        for name, weights in whole.state_dict().items():
            assert torch.equal(weights, ended.state_dict()[name])
    with pytest.raises(InputError, match=r"wanted a run of seed 4, got one of seed 3; delete it"):
        train(lines, seed=4, plan=plan, checkpoint=Checkpoint(path, "seed 4"))


def test_a_control_is_what_terms_without_weight_would_give(lines):
    plan = planned(11)
    control = train(lines, seed=0, plan=plan, anchored=False)
    anchored = train(lines, seed=0, plan=plan)
    plan.table[["anchor", "repel"]] = 0
    without = train(lines, seed=0, plan=plan)
    for name, weights in control.state_dict().items():
        assert torch.equal(weights, without.state_dict()[name])
    assert not torch.equal(anchored.embedding.weight, control.embedding.weight)
