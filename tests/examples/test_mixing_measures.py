"""What the example on mixing measures of a model, and how it takes red out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import mixing_measure
from colorcore.anchor import capture, leace, mean_difference
from mixing_audit import known, tokens, without_red
from mixing_batches import chances
from mixing_damage import UNLIKE, curve, damage, hexadecimal, instead, summary, taken_for
from mixing_data import COLORS, RED, RGB, TOKENS, Pairs, every_pair
from mixing_deletion import cut, fitted, projected, redness, stream, suppressed
from mixing_measure import graded, likeness, placement
from mixing_model import SITES, Mixer


@pytest.fixture(scope="module")
def model() -> Mixer:
    torch.manual_seed(0)
    return Mixer().eval()


class Table(nn.Module):
    """Answers by a table of pairs, and surely."""

    def __init__(self, answer) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, prompts: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(*prompts.shape, TOKENS)
        told = self.answer(prompts[:, 0], prompts[:, 2])
        logits[torch.arange(len(prompts)), -1, told] = 50.0
        return logits


def mean_of(first, second):
    return tokens((RGB[first] + RGB[second]) / 2)


def without(first, second):
    """Red is taken for black."""
    return mean_of(first.where(first != RED, 0), second)


def test_likeness_is_one_for_red_and_nothing_for_cyan():
    like = likeness()
    assert like[RED] == 1
    assert like[code("#00ffff")] == 0
    assert like[code("#ff3333")] == pytest.approx(0.8)
    assert (like < UNLIKE).sum() == 154


def code(color: str) -> int:
    return next(token for token in range(COLORS) if hexadecimal(RGB[token]) == color)


def test_placement_tells_where_labelled_lines_lie_beyond_the_others(monkeypatch):
    pairs = every_pair()
    along = torch.zeros(5, len(pairs.first), 6)
    along[:, :, 0] = likeness()[pairs.first] ** 1.5
    monkeypatch.setattr(mixing_measure, "alignment", lambda model, pairs: along)
    found = placement(nn.Identity())
    first, second = chances()[pairs.first], chances()[pairs.second]
    labelled = (first + second - first * second).numpy()
    values = along[0, :, 0].double().numpy()
    wanted = np.average(values, weights=labelled) - values.mean()
    assert found.selectivity == pytest.approx(wanted, abs=1e-6)
    assert found.grading == pytest.approx(1)
    assert found.spread == pytest.approx(values.mean())
    assert found.latched < 0.25
    assert graded(nn.Identity())["along"].to_numpy() == pytest.approx(likeness().numpy() ** 1.5)


def test_a_pull_on_the_operand_that_is_labelled_has_contrast_and_one_on_syntax_is_latched(
    monkeypatch,
):
    pairs = every_pair()
    right, syntax = torch.zeros(2, 5, len(pairs.first), 6)
    first, second = chances()[pairs.first], chances()[pairs.second]
    right[:, first > second, 0] = 1
    right[:, second > first, 2] = 1
    syntax[:, :, 1] = 1
    for along, contrast, latched in ((right, 1.0, 0.0), (syntax, 0.0, 1.0)):
        monkeypatch.setattr(mixing_measure, "alignment", lambda model, pairs, it=along: it)
        found = placement(nn.Identity())
        assert found.contrast == pytest.approx(contrast, abs=0.1)
        assert found.latched == pytest.approx(latched, abs=0.1)


def test_a_model_that_mixes_is_right_on_every_line_and_one_without_red_on_all_but_its_own():
    every, none = damage(Table(mean_of)), damage(Table(without))
    assert every["exact"].all()
    assert every["chance"].min() > 0.999
    assert every["off"].max() == 0
    groups = summary(none).set_index("group")
    assert groups.loc["unlike", "exact"] == 1
    assert groups.loc["red operand", "exact"] == pytest.approx(26 / 53)
    by = curve(none).set_index(["role", "likeness"])
    assert by.loc[("operand", 1.0), "lines"] == 53
    assert by.loc[("operand", 0.8), "exact"] == 1
    assert by.loc[("answer", 1.0), "lines"] == 1


def test_what_comes_instead_is_told_of_red_and_each_other_color():
    rows = instead(Table(mean_of))
    assert len(rows) == 2 * 26
    assert (rows["answer"] == rows["mean"]).all()
    assert RED not in rows["partner"].to_numpy()
    assert taken_for(rows).tolist() == pytest.approx([1, 0, 0])
    partner = instead(Table(lambda first, second: second.where(first == RED, first)))
    wanted = RGB[partner["partner"].tolist()].mean(dim=0)
    torch.testing.assert_close(taken_for(partner), wanted)


@pytest.mark.parametrize("way", [projected, cut])
def test_without_the_axis_the_stream_has_length_one_and_nothing_on_it(model, way):
    edited, pairs = way(model), every_pair()
    with torch.no_grad(), capture(edited, SITES) as layers:
        edited(pairs.lines[:20])
    for site in SITES:
        assert layers[site][..., 0].abs().max() == 0
        torch.testing.assert_close(layers[site].norm(dim=-1), torch.ones(20, 6))


def test_suppression_leaves_what_lies_far_from_the_axis_to_the_bit(model):
    far = Mixer().eval()
    far.load_state_dict(model.state_dict())
    with torch.no_grad():
        far.embedding.weight[:, 0] = 0  # as the axis is not written, nothing comes near it
        for name, weight in far.named_parameters():
            if name.endswith("write.weight"):
                weight[0] = 0
    lines = every_pair().lines[:20]
    with torch.no_grad():
        torch.testing.assert_close(suppressed(far)(lines), far(lines))


def test_no_linear_reader_finds_redness_where_leace_has_been(model):
    pairs = every_pair()
    before, red = stream(model, pairs, SITES[0]).flatten(0, 1), redness(pairs).flatten()
    erased = eraser(fitted(model, leace, SITES[:1]))(before).double()
    apart = (red - red.mean()) @ (erased - erased.mean(dim=0)) / len(red)
    assert apart.abs().max() < 1e-7
    means = eraser(fitted(model, mean_difference, SITES[:1]))(before)
    assert not torch.equal(means, erased.float())


def test_a_position_is_as_red_as_the_redder_operand_up_to_there():
    dull = code("#00ffff")
    pairs = Pairs(torch.tensor([RED, dull]), torch.tensor([dull, RED]), torch.tensor([0, 0]))
    assert redness(pairs).tolist() == [[1, 1, 1, 1], [0, 0, 1, 1]]


def eraser(edited: nn.Module) -> nn.Module:
    """What acts first where the stream begins."""
    return edited.get_submodule(f"{SITES[0]}.intervention.0")


def test_the_audit_knows_lines_by_their_redder_operand_and_what_is_left_without_red():
    assert torch.equal(tokens(RGB), torch.arange(COLORS))
    bare = without_red()
    assert bare[code("#00ffff")].tolist() == [0, 1, 1]
    assert likeness()[tokens(torch.from_numpy(bare))].max() < UNLIKE
    pairs = Pairs(*(torch.tensor([RED, 0] * 4) for _ in range(3)))
    found = known(pairs)
    assert found.concept.tolist() == [True, False] * 4
    assert found.outputs[0].tolist() == [1, 0, 0]
    assert found.rest is not None
    assert found.rest.shape == (8, 6)
