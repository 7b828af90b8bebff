"""The example on digits: a concept deleted from a model that knows nothing of colours."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch

import digits
import digits_audit
import digits_figure
import digits_report
from colorcore.anchor import Audit
from colorcore.errors import InputError
from digits_data import Samples, load

STEPS = 300  # enough for the claims, in less time
DIGIT = 3
PAGE = Path("docs/digits.md")


@pytest.fixture(scope="module")
def samples() -> tuple[Samples, Samples]:
    return load()


@pytest.fixture(scope="module")
def studies(samples) -> list[digits.Study]:
    """A digit with two seeds, its controls, and another digit."""
    runs = [
        {"digit": DIGIT, "seed": 0},
        {"digit": DIGIT, "seed": 1},
        {"digit": DIGIT, "seed": 0, "anchored": False},
        {"digit": DIGIT, "seed": 1, "anchored": False},
        {"digit": 0, "seed": 0},
    ]
    return [digits.study(*samples, steps=STEPS, **run) for run in runs]


@pytest.fixture(scope="module")
def classes(studies) -> pd.DataFrame:
    return pd.concat([one.classes for one in studies], ignore_index=True)


@pytest.fixture(scope="module")
def runs(studies) -> pd.DataFrame:
    return pd.DataFrame([one.run for one in studies])


@pytest.fixture(scope="module")
def audit(samples) -> Audit:
    model = digits.train(samples[0], digit=DIGIT, seed=0, steps=STEPS)
    return digits.audited(model, samples[0], digit=DIGIT, seeds=1)


def test_the_example_needs_no_package_that_only_the_paper_needs():
    paper_only = ["pydantic", "pyarrow", "snakemake", "typst", "xarray", "yaml"]
    program = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({paper_only}))\n"  # None halts an import
        "sys.path.insert(0, 'examples')\n"
        "import digits\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_training_and_held_out_images_are_different_ones_of_every_digit(samples):
    seen, unseen = samples
    assert len(seen.images) + len(unseen.images) == 1797
    assert seen.digits.unique().tolist() == unseen.digits.unique().tolist() == [*range(10)]
    assert torch.cdist(seen.images, unseen.images).min() > 0


@pytest.mark.parametrize("digit", [0, DIGIT])
def test_an_anchored_digit_is_lost_and_the_others_stay(classes, digit):
    table = digits_report.outcomes(classes).query("model == 'anchored' and digit == @digit")
    assert (table["lost accuracy before"] > 0.85).all()
    assert (table["lost accuracy ablated"] < 0.05).all()
    assert (table["change"].abs() < 0.03).all()
    assert (table["lost cosine"] > table["kept cosine"] + 0.4).all()


def test_without_an_anchor_the_digit_stays(classes):
    table = digits_report.outcomes(classes).query("model == 'control'")
    assert (table["lost accuracy ablated"] > 0.5).all()


def test_ablated_and_pruned_models_give_the_same_answers(classes, runs):
    after = classes.pivot(index=["model", "digit", "seed", "class"], columns="variant")["accuracy"]
    assert after["ablated"].equals(after["pruned"])
    assert runs["gap"].max() < 1e-5


def test_a_seed_gives_the_same_model_bit_for_bit_whatever_was_drawn_before(samples):
    first = digits.train(samples[0], digit=DIGIT, seed=5, steps=20)
    torch.rand(7)
    second = digits.train(samples[0], digit=DIGIT, seed=5, steps=20)
    other = digits.train(samples[0], digit=DIGIT, seed=6, steps=20)
    for name, weights in first.state_dict().items():
        assert torch.equal(weights, second.state_dict()[name])
        assert not torch.equal(weights, other.state_dict()[name])


def test_what_the_reader_is_told_does_not_reach_the_encoder():
    model = digits.Model()
    recon, logits = model(torch.rand(4, 64))
    logits.sum().backward()
    assert all(weights.grad is None for weights in model.encoder.parameters())
    recon.sum().backward()
    assert all(weights.grad is not None for weights in model.encoder.parameters())


def test_labels_are_mostly_right_and_sometimes_wrong(samples):
    likely = digits.chances(torch.tensor([3, 4, 3]), 3)
    assert likely.squeeze(-1).tolist() == pytest.approx([0.1, 0.001, 0.1])


def test_the_labels_of_a_run_are_those_of_its_batches():
    counts = {"digit": 3, "seed": 0, "steps": 5, "batch_size": 8}
    shown, certain = torch.tensor([3, 4]), torch.tensor([[1.0], [1.0]])
    found = digits.count_labels(shown, certain, **counts)
    assert found["samples"] == found["labels"] == 40
    assert 0 < found["wrong"] < 40
    only_right = digits.count_labels(shown, torch.tensor([[1.0], [0.0]]), **counts)
    assert only_right["labels"] == 40 - found["wrong"]
    assert only_right["wrong"] == 0


def changed(classes: pd.DataFrame, rows: str, column: str, value: float) -> pd.DataFrame:
    result = classes.copy()
    result.loc[result.query(rows).index, column] = value
    return result


def test_results_that_bear_the_page_out_pass(classes, runs):
    digits_report.check(classes, runs, DIGIT)


@pytest.mark.parametrize(
    ("rows", "column", "value", "sentence"),
    [
        ("variant == 'before'", "accuracy", 0.8, "at least nine in ten"),
        (
            "variant == 'ablated' and digit == 3 and seed == 1 and `class` == 3",
            "accuracy", 0.1, "hardly one image of the digit",
        ),
        ("variant == 'ablated' and seed == 1 and `class` == 8", "accuracy", 0.4, "than three"),
        ("variant == 'ablated' and digit == `class`", "mse", 0.01, "error at least doubles"),
        (
            "variant == 'ablated' and model == 'control' and `class` == 3",
            "accuracy", 0.2, "in a control most images of the digit",
        ),
        ("variant == 'ablated' and digit == `class`", "fresh", 1.0, "a fresh reader"),
        (
            "variant == 'ablated' and digit == 0 and `class` == 0",
            "accuracy", 0.5, "any digit can be deleted",
        ),
    ],
)  # fmt: skip
def test_results_that_do_not_bear_the_page_out_are_refused(
    classes, runs, rows, column, value, sentence
):
    with pytest.raises(InputError, match=f"wanted results that bear out «.*{sentence}"):
        digits_report.check(changed(classes, rows, column, value), runs, DIGIT)


def test_surgeries_that_differ_are_refused(classes, runs):
    with pytest.raises(InputError, match="«ablated and pruned agree»"):
        digits_report.check(classes, runs.assign(gap=0.1), DIGIT)


def test_a_run_too_short_for_its_claims_leaves_results_to_look_at_but_no_numbers(tmp_path):
    (tmp_path / "digits.json").write_text("{}")
    with pytest.raises(InputError, match="nine in ten of the digit"):
        digits.main(out=tmp_path, digit=DIGIT, seeds=1, steps=2)
    assert len(pd.read_csv(tmp_path / "results.csv")) == 11 * 3 * 10
    assert not (tmp_path / "digits.json").exists()


def test_the_figure_is_drawn_from_the_results_and_says_so(classes, studies, tmp_path):
    data = digits_figure.Data(classes, studies[0].pictures.numpy(), DIGIT)
    after = data.table("anchored", "ablated", "accuracy")
    assert after.shape == (2, 10)
    text = digits_figure.describe(data)
    digits_figure.save(data, tmp_path / "first")
    digits_figure.save(data, tmp_path / "second")
    for name in ("digits-light.svg", "digits-dark.svg"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert f"{100 * after[DIGIT].median():.0f} % of the digit in the median" in text
    assert f"only the {DIGIT} turns" in text


def test_an_audit_that_bears_the_page_out_passes_and_one_that_does_not_is_refused(audit):
    digits_audit.check(audit)
    readings = audit.readings.assign(edited=audit.readings["ceiling"])
    with pytest.raises(InputError, match="bears out «a linear reader finds next to nothing»"):
        digits_audit.check(replace(audit, readings=readings))
    again = audit.relearning.assign(concept=0.0)
    with pytest.raises(
        InputError, match="bears out «trained alone, the decoder does not get there"
    ):
        digits_audit.check(replace(audit, relearning=again))


def test_the_figure_of_an_audit_is_the_same_each_time(audit, tmp_path):
    for folder in ("first", "second"):
        digits_audit.save(audit, tmp_path / folder)
    for name in ("audit-light.svg", "audit-dark.svg"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_the_page_quotes_numbers_that_there_are_and_code_that_there_is(
    classes, runs, samples, audit
):
    found = {
        **digits_report.numbers(classes, runs, DIGIT),
        "settings": digits.settings(samples[1]),
        "alt": "",
        "audit": digits_audit.numbers(audit),
    }
    text, code = PAGE.read_text(), Path("examples/digits.py").read_text()
    quoted = re.findall(r"\{\{ digits\.([\w.]+) \}\}", text)
    assert len(quoted) == text.count("{{")
    for path in quoted:
        value = found
        for name in path.split("."):
            value = value[name]
        assert isinstance(value, str)
    sections = re.findall(r'--8<-- "examples/digits\.py:(\w+)"', text)
    assert sections == re.findall(r"--8<-- \[start:(\w+)\]", code)
