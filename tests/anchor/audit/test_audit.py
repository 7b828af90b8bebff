import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from colorcore.anchor import EnsembleLinear, Projection, ablate, prune
from colorcore.anchor.audit import required
from colorcore.anchor.audit.audits import Audit, audit_edit
from colorcore.anchor.audit.collateral import collateral
from colorcore.anchor.audit.drawing import COLORS, describe
from colorcore.anchor.audit.readings import AuditSamples, readings
from colorcore.errors import InputError
from colorcore.writeup import style

INPUTS = torch.randn(80, 2, generator=torch.Generator().manual_seed(0))
VALUES = INPUTS[:, 0].double().numpy()
SAMPLES = AuditSamples(VALUES, VALUES > 0.5, INPUTS.numpy(), rest=INPUTS[:, 1:].numpy())


def identity() -> nn.Sequential:
    model = nn.Sequential(nn.Linear(2, 2), nn.Identity(), nn.Linear(2, 2))
    weights = {"0.weight": torch.eye(2), "2.weight": torch.eye(2)}
    model.load_state_dict(weights | {"0.bias": torch.zeros(2), "2.bias": torch.zeros(2)})
    return model


def found(model: nn.Module, edit, **more) -> Audit:
    settings = {"layer": "1", "seeds": [0], "steps": 20, "relearn_steps": 0} | more
    return audit_edit(model, edit, INPUTS, SAMPLES, **settings)


def cut(latents):
    return latents * latents.new_tensor([0.0, 1.0])


@pytest.mark.parametrize(
    "edit",
    [
        lambda model: ablate(model, [0], layer="1", frozen=True),
        lambda model: prune(model, [0], layer="1"),
        lambda model: Projection([1.0, 0.0]),
        lambda model: cut,
    ],
    ids=["ablated", "pruned", "intervention", "function"],
)
def test_whatever_edits_the_layer_a_linear_reader_falls_from_all_to_the_rest_alone(edit):
    model = identity()
    table = found(model, edit(model)).table
    linear = table.xs("linear", level="reader").xs("natural", level="prior")
    [[ceiling, edited, floor]] = linear[["ceiling", "edited", "floor"]].to_numpy()
    assert ceiling == pytest.approx(1)
    assert edited == pytest.approx(floor)
    assert floor < 0.2


def test_a_table_has_medians_and_between_which_nine_in_ten_lie():
    rows = pd.DataFrame(
        {"read": "value, R²", "reader": "linear", "prior": "natural", "run": range(21), "seed": 0}
    ).assign(ceiling=np.linspace(0, 1, 21), edited=0.5, floor=0.0)
    table = Audit(rows, pd.DataFrame(), pd.DataFrame()).table
    assert table.columns.tolist()[:3] == ["ceiling", "ceiling low", "ceiling high"]
    np.testing.assert_allclose(table, [[0.5, 0.05, 0.95, 0.5, 0.5, 0.5, 0, 0, 0]])


def test_damage_is_told_of_the_concept_of_what_is_near_and_of_what_is_unlike():
    values = np.array([1, 1, 1, 1, 0.5, 0.4, 0, 0])
    samples = AuditSamples(values, values == 1, outputs=values[:, None])
    before = np.array([[0.0] * 8, [0.1] * 8])
    table = collateral(before, before + values, samples)
    assert table["group"].unique().tolist() == ["concept", "near", "unlike", "all"]
    np.testing.assert_allclose(
        table[table["run"] == 1][["samples", "before", "after", "worst"]],
        [[4, 0.1, 1.1, 1], [2, 0.1, 0.55, 0.5], [2, 0.1, 0.1, 0], [8, 0.1, 0.7125, 1]],
        atol=1e-12,
    )


def test_where_samples_have_the_concept_or_not_none_is_near():
    values = np.array([1.0] * 4 + [0.0] * 4)
    samples = AuditSamples(values, values == 1, outputs=values[:, None])
    table = collateral(np.zeros((1, 8)), np.zeros((1, 8)), samples)
    assert table["group"].tolist() == ["concept", "unlike", "all"]


def test_errors_of_an_edited_model_are_those_of_what_was_cut():
    after = found(identity(), cut).collateral["after"].to_numpy()  # concept, near, unlike, all
    assert after[0] == pytest.approx((VALUES[VALUES > 0.5] ** 2).mean() / 2)
    assert after[3] == pytest.approx((VALUES**2).mean() / 2)


class Pair(nn.Module):
    """Gives each sample as a sequence: what is in the first dimension, and what is in the other."""

    def __init__(self):
        super().__init__()
        self.both, self.model = nn.Identity(), identity()

    def forward(self, x):
        return self.model(self.both(torch.diag_embed(x)).sum(dim=-2))


def test_of_a_sequence_one_position_is_read():
    for position, wanted in ((0, 1.0), (-1, 0.0)):
        table = found(Pair(), lambda x: x, layer="both", position=position).table
        read = table.loc[("value, R²", "linear", "natural"), "edited"]
        assert read == pytest.approx(wanted, abs=0.2)
    for layer, position in (("both", 2), ("both", -3), ("model", 0)):
        told = rf"position must be one of sequences that layer {layer} gives, got {position} of"
        with pytest.raises(InputError, match=told):
            found(Pair(), lambda x: x, layer=layer, position=position)


def test_errors_are_those_of_a_loss_of_ones_own():
    audit = found(identity(), cut, loss=lambda got, wanted: (got - wanted).abs().sum(dim=-1))
    after = audit.collateral["after"].to_numpy()
    assert after[0] == pytest.approx(VALUES[VALUES > 0.5].mean())
    assert after[3] == pytest.approx(np.abs(VALUES).mean())
    relearned = {"relearn_steps": 1, "loss": lambda got, wanted: (got - wanted).abs().sum(dim=-1)}
    first = found(identity(), ablate(identity(), [0], layer="1"), **relearned).relearning
    assert first["concept"][0] == pytest.approx(VALUES[VALUES > 0.5].mean())


def test_relearning_has_a_row_an_attack_seed_moment_and_run():
    model = identity()
    edited = ablate(model, [0], layer="1", frozen=True)
    more = {"seeds": [0, 1], "behind": ["2"], "fresh": nn.Sequential(*identity())}
    table = found(model, edited, relearn_steps=2, **more).relearning
    kinds = table[["part", "shown"]].drop_duplicates().to_numpy().tolist()
    assert kinds == [
        ["all", "natural"],
        ["all", "few"],
        ["all", "without"],
        ["behind", "natural"],
        ["fresh", "natural"],
    ]
    assert len(table) == 5 * 2 * 3  # attacks, seeds, steps 0, 1 and 2
    begin = table[(table["step"] == 0) & (table["part"] != "fresh")]["concept"]
    np.testing.assert_allclose(begin, (VALUES[VALUES > 0.5] ** 2).mean() / 2, rtol=1e-6)


def test_steps_to_an_error_are_none_where_it_was_never_reached():
    rows = [
        ("all", "few", 0, step, run, error, 0.0)
        for run, step, error in [
            (0, 0, 0.3),
            (0, 10, 0.1),
            (0, 20, 0.05),
            (1, 0, 0.3),
            (1, 20, 0.2),
        ]
    ]
    columns = ["part", "shown", "seed", "step", "run", "concept", "unlike"]
    one = Audit(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(rows, columns=columns))
    np.testing.assert_array_equal(one.steps_to(0.1)["step"], [10, np.nan])


def test_an_ensemble_is_audited_run_by_run():
    weights = torch.eye(2).expand(2, 2, 2).contiguous()
    model = nn.Sequential(
        EnsembleLinear(weights, torch.zeros(2, 2)),
        nn.Identity(),
        EnsembleLinear(weights, torch.zeros(2, 2)),
    )

    def only_first(latents):
        return latents * latents.new_tensor([[[0.0, 1.0]], [[1.0, 1.0]]])

    both = found(model, only_first, runs=2)
    linear = both.readings.query("reader == 'linear' and prior == 'natural'")
    first, second = linear[["edited", "floor"]].to_numpy()
    assert first[0] == pytest.approx(first[1])
    assert second[0] == pytest.approx(1)
    second_run = both.collateral[both.collateral["run"] == 1]
    assert (second_run["after"] == 0).all()


def test_an_audit_is_the_same_each_time_and_leaves_the_models_as_they_are():
    model = identity().train()
    first, second = (found(model, cut, relearn_steps=5) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, second.table)
    pd.testing.assert_frame_equal(first.relearning, second.relearning)
    assert model.training
    assert torch.equal(model.state_dict()["0.weight"], torch.eye(2))


def test_a_figure_shows_what_was_found_and_words_tell_it():
    model = identity()
    one = found(model, ablate(model, [0], layer="1", frozen=True), relearn_steps=5)
    figure = one.draw()
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["(a) what readers find", "(b) what they make of it", "(c) trained again"]
    ceilings = np.asarray(figure.axes[0].lines[0].get_xdata())
    assert ceilings[0] == pytest.approx(1)
    assert "linear -0.08, where 1.00 was and -0.08 is the floor" in describe(
        one.table, one.relearning
    )
    assert len(found(model, cut).draw().axes) == 2  # nothing was trained again


def test_its_colours_are_those_of_light_pages():
    assert style.LIGHT.lines == COLORS


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"inputs": INPUTS[:5]},
            "inputs must be one for each of 80 samples, got 5; give the inputs that the samples "
            "are about",
        ),
        ({"seeds": []}, "seeds must be at least one, got none; give one an initialisation"),
        (
            {"runs": 3},
            "layer 1: wanted a row a sample, (3, 80), got (80, 2); name a layer that gives one, "
            "and say runs= of an ensemble",
        ),
    ],
)
def test_what_cannot_be_audited_is_refused(given, told):
    settings = {"inputs": INPUTS, "samples": SAMPLES, "layer": "1", "seeds": [0]} | given
    model = identity() if "runs" not in given else nn.Sequential(nn.Identity(), _First())
    with pytest.raises(InputError) as caught:
        audit_edit(model, cut, **settings)
    assert str(caught.value) == told


class _First(nn.Module):
    def forward(self, x):
        return x[0]


def test_a_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(required, "find_spec", lambda name: None if name == "pandas" else name)
    with pytest.raises(ImportError) as caught:
        readings(np.zeros((1, 80, 2)), np.zeros((1, 80, 2)), SAMPLES, seeds=[0])
    assert str(caught.value) == (
        "audit: wanted scipy, sklearn, pandas, matplotlib, got no pandas; pip install "
        '"colorcore[audit]"'
    )
