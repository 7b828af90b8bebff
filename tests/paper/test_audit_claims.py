"""Claims on what is left, on rivals and on other concepts hold and fail by their results."""

from __future__ import annotations

import pandas as pd
import pytest

from colorcore.search.tuning import TRAINING, Choice
from paper.claims import concepts, erasing, remains, rivals, seldom
from paper.claims.evidence import MAIN, Evidence

SEEDS = range(60)
CLAIMS = [
    *remains.CLAIMS, *rivals.CLAIMS, *erasing.CLAIMS, *concepts.CLAIMS, *seldom.CLAIMS,
]  # fmt: skip
KEPT = {
    "linear": 0.93, "network": 0.998, "nearest": 0.001, "long decoder": 0.001,
    "long decoder unseen": 0.001,
}  # fmt: skip
BEHIND = {**KEPT, "linear": 0.4, "decoder without": 0.3}
BEFORE = {
    "linear": 0.7, "network": 0.9, "nearest": 0.3, "decoder": 0.1, "long decoder": 0.01,
    "long decoder unseen": 0.2,
}  # fmt: skip
HURTS = {"score_r2": 0.7, "harm": 0.07, "target": 0.4}
SPARES = {"score_r2": 0.91, "harm": 0.001, "target": 0.16}
RELIABLE = {"score_r2": 0.955, "harm": 0.002, "target": 0.29}
HIDES = {
    "score_r2": 0.92, "target": 0.5, "nearest": 0.5, "decoder": 0.4, "long decoder": 0.02,
    "decoder balanced": 0.2, "network auc": 0.93, "long decoder unseen": 0.35,
}  # fmt: skip
FOUND = {"long decoder": 100}
HARD = {"decoder": 2, "long decoder unseen": 25, "long decoder": 85}
HIDDEN = {**HIDES, "score_r2": 0.95, "target": 0.4}
FLOOR = {"long decoder unseen": 0.15}
WAYS = {
    "all": [0.3, 0.01, 0.0],
    "decoder": [0.3, 0.1, 0.005],
    "few": [0.3, 0.002, 0.0],
    "without": [0.3, 0.2, 0.09],
    "scratch": [0.33, 0.2, 0.0],
}


def audit(**operators: dict[str, float]) -> pd.DataFrame:
    """Runs under each operator, all alike but for errors, which spread by a tenth."""
    rows = [
        {
            "operator": name.replace("_", "-"),
            "seed": seed,
            **made,
            "target": made.get("target", 0) + 0.1 * seed / 60,
        }
        for name, made in operators.items()
        for seed in SEEDS
    ]
    return pd.DataFrame(rows).replace(
        {"operator": {name: name.replace("_", "-") for name in operators}}
    )


def recovery(**ways: list[float]) -> pd.DataFrame:
    rows = [
        {"way": way, "step": step, "seed": seed, "target": error}
        for way, errors in {**WAYS, **ways}.items()
        for step, error in zip((0, 50, 1000), errors, strict=True)
        for seed in SEEDS
    ]
    return pd.DataFrame(rows)


def tail(*, score_r2: float = 0.95, strong: int = 0, harm: int = 0, **fail: int) -> pd.DataFrame:
    """A hundred runs, of which so many fail by the error of a reader, of red, or by harm."""
    runs = pd.DataFrame({"seed": range(100), "score_r2": score_r2, "harm": 0.002})
    runs.loc[: harm - 1, "harm"] = 0.02
    for name in ("target", "nearest", "decoder", "long decoder unseen", "long decoder"):
        runs[name] = 0.4
        runs.loc[: fail.get(name, 0) - 1, name] = 0.1
    runs.loc[runs.index[-1] - strong + 1 :, "target"] = 0.6
    return runs


def turned_out(score: float, target: float, harm: float) -> pd.DataFrame:
    """Runs of another concept."""
    return pd.DataFrame({"seed": SEEDS, "score_r2": score, "ablated target": target, "harm": harm})


@pytest.fixture
def evidence():
    """Evidence that bears out every claim."""
    erased = {
        f"{kind}_{labels}": HURTS
        for kind in ("leace", "mean_difference", "inlp")
        for labels in ("few", "perfect")
    }
    spread = {f"suppression_{labels}": SPARES for labels in ("few", "perfect")}
    reliable = {**BEHIND, **RELIABLE}
    audits = {
        MAIN: audit(ablated=BEFORE),
        f"{MAIN}-behind": audit(none=KEPT, ablated=BEHIND),
        "ex-reliable-before": audit(ablated={"nearest": 0.004}),
        "ex-reliable": audit(
            none=KEPT, ablated=reliable, optimal_ablation={"target": 0.2, "harm": 0.01}
        ),
        "rival-no-anchor": audit(**erased, **spread),
        "rival-reconstruction": audit(suppression_few=HURTS | {"score_r2": 0.3}),
        "rival-late-anchor": audit(ablated=RELIABLE),
        "rival-routing": audit(ablated={"target": -0.04}),
        "rival-routing-perfect": audit(ablated={"target": -0.04}),
        "rival-fallback": audit(redirection=HURTS),
        "ex-tilt": audit(ablated=HIDES, rest=FLOOR),
        "ex-erasing": audit(ablated=HIDDEN, rest=FLOOR),
        "ex-tilt-far": audit(ablated={"score_r2": 0.96, "nearest": 0.2}),
        "ex-tilt-nearest": audit(ablated={"nearest": 0.05}),
    }
    corners = dict.fromkeys(concepts.CORNERS, turned_out(0.94, 0.26, 0.002))
    between = dict.fromkeys(concepts.BETWEEN, turned_out(0.82, 0.17, 0.002))
    enough = turned_out(0.95, 0.29, 0.002)
    names = ("concept-red", "concepts-two", "concepts-three")
    widths = {f"{name}-wide": enough for name in names}
    narrow = {f"{name}-narrow": turned_out(0.75, 0.3, 0.1) for name in names}
    conditions = {
        **corners, **between, **widths, **narrow,
        "ex-reliable": enough, "concepts-two": enough, "concepts-three": enough,
        "concept-black": turned_out(0.2, 0.24, 0.18), "concept-gray": turned_out(0.4, 0.02, 0.002),
    }  # fmt: skip
    recoveries = {
        MAIN: recovery(decoder=[0.3, 0.29, 0.2]), "ex-reliable": recovery(),
        "ex-erasing": recovery(decoder=[0.4, 0.4, 0.35]),
    }  # fmt: skip
    tails = {
        MAIN: tail(target=19),
        "ex-reliable": tail(**FOUND, target=2, harm=1),
        "ex-reliable-sided": tail(**FOUND, target=2),
        "ex-tilt": tail(**HARD | {"decoder": 0}, score_r2=0.92, strong=60),
        "ex-erasing": tail(**HARD | {"nearest": 2}, strong=12, harm=1),
    }
    none = pd.DataFrame()
    choices = {name: [Choice(TRAINING, "as it is", "as it is", {})] for name in rivals.TRAINED}
    choices["rival-no-anchor"] = [Choice("inlp-few", "rounds 1", "rounds 1", {})]
    return Evidence(none, none, conditions, {}, {}, none, audits, recoveries, tails, choices, none)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.sentence[:50])
def test_every_claim_can_hold(claim, evidence):
    assert claim.holds(evidence)


def said(part: str):
    (claim,) = [claim for claim in CLAIMS if part in claim.sentence]
    return claim


@pytest.mark.parametrize(
    ("part", "name", "operator", "measure", "value"),
    [
        ("loses a third", "ex-reliable", "ablated", "network", 0.9),
        ("loses a third", f"{MAIN}-behind", "ablated", "linear", 0.8),
        ("seen nothing like red", "ex-reliable", "ablated", "decoder without", 0.1),
        ("error or less when it takes its time", MAIN, "ablated", "long decoder", 0.09),
        ("one with its time", MAIN, "ablated", "long decoder unseen", 0.02),
        ("one with its time", f"{MAIN}-behind", "ablated", "long decoder unseen", 0.2),
        ("give red away", "ex-reliable-before", "ablated", "nearest", 0.2),
        ("linear erasers score", "rival-no-anchor", "leace-few", "score_r2", 0.9),
        ("linear erasers score", "rival-no-anchor", "inlp-perfect", "harm", 0.001),
        ("perfect labels change", "rival-no-anchor", "leace-perfect", "score_r2", 0.84),
        ("suppression along", "rival-no-anchor", "suppression-few", "target", 0.3),
        ("spread colours out", "rival-reconstruction", "suppression-few", "score_r2", 0.9),
        ("anchored late", "rival-late-anchor", "ablated", "score_r2", 0.8),
        ("gathers nothing", "rival-routing", "ablated", "target", 0.3),
        ("as many labels as", "rival-routing-perfect", "ablated", "target", 0.3),
        ("to a fallback", "rival-fallback", "redirection", "harm", 0.001),
        ("optimal ablation", "ex-reliable", "optimal-ablation", "harm", 0.002),
        ("tilted by 0.3", "ex-tilt", "ablated", "nearest", 0.1),
        ("takes its time has red", "ex-tilt", "ablated", "long decoder", 0.4),
        ("tilted anchor scores", "ex-tilt", "ablated", "target", 0.3),
        ("tilted further", "ex-tilt-far", "ablated", "nearest", 0.6),
        ("half of the time does", "ex-tilt", "ablated", "decoder balanced", 0.4),
        ("half of the time does", "ex-erasing", "ablated", "network auc", 0.6),
        ("takes its time has red", "ex-erasing", "ablated", "long decoder", 0.4),
        ("red is off by a quarter", "ex-erasing", "ablated", "target", 0.6),
        ("red is off by a quarter", "ex-erasing", "ablated", "nearest", 0.1),
        ("red is off by a quarter", "ex-erasing", "ablated", "score_r2", 0.9),
        ("was not shown red itself is", "ex-erasing", "ablated", "long decoder unseen", 0.1),
        ("was not shown red itself is", "ex-tilt", "rest", "long decoder unseen", 0.4),
        ("was not shown red itself is", "ex-reliable", "ablated", "long decoder unseen", 0.1),
    ],
)
def test_a_claim_on_an_operator_fails_without_its_data(
    evidence, part, name, operator, measure, value
):
    changed = evidence.audits[name].copy()
    changed.loc[changed["operator"] == operator, measure] = value
    assert not said(part).holds(evidence._replace(audits={**evidence.audits, name: changed}))


@pytest.mark.parametrize(
    ("part", "name", "choices"),
    [
        ("can be set", "rival-no-anchor", [Choice("inlp-few", "rounds 1", "rounds 2", {})]),
        ("can be set", "ex-reliable", [Choice("softer", "power 1", None, {})]),
        ("trained as", "rival-fallback", [Choice(TRAINING, "reg-side 1", "reg-side 0", {})]),
        ("trained as", "rival-routing", []),
    ],
)
def test_a_claim_on_what_was_chosen_fails_when_it_is_not_the_best(evidence, part, name, choices):
    assert not said(part).holds(evidence._replace(choices={**evidence.choices, name: choices}))


@pytest.mark.parametrize(
    ("part", "way", "errors"),
    [
        ("with all weights free", "all", [0.3, 0.2, 0.0]),
        ("with all weights free", "scratch", [0.3, 0.02, 0.0]),
        ("four colours do as well", "few", [0.3, 0.2, 0.0]),
        ("shown nothing like red", "without", [0.3, 0.3, 0.29]),
        ("decoder by itself", "decoder", [0.3, 0.3, 0.3]),
    ],
)
def test_a_claim_on_recovery_fails_without_its_data(evidence, part, way, errors):
    changed = {**evidence.recoveries, "ex-reliable": recovery(**{way: errors})}
    assert not said(part).holds(evidence._replace(recoveries=changed))


@pytest.mark.parametrize(
    ("part", "name", "score", "target", "harm"),
    [
        ("bright and saturated corners", "concept-cyan", 0.85, 0.26, 0.002),
        ("score lower than any", "concept-white", 0.96, 0.26, 0.002),
        ("black scores", "concept-black", 0.9, 0.25, 0.002),
        ("grey is not deleted", "concept-gray", 0.9, 0.25, 0.002),
        ("a dimension for each", "concepts-two-wide", 0.9, 0.25, 0.05),
        ("with one fewer", "concepts-three-narrow", 0.9, 0.25, 0.002),
    ],
)
def test_a_claim_on_a_concept_fails_without_its_data(evidence, part, name, score, target, harm):
    changed = {**evidence.conditions, name: turned_out(score, target, harm)}
    assert not said(part).holds(evidence._replace(conditions=changed))


@pytest.mark.parametrize(
    "ways", [{"all": [0.4, 0.3, 0.0], "decoder": [0.4, 0.4, 0.35]}, {"decoder": [0.4, 0.2, 0.1]}]
)
def test_a_claim_on_what_comes_back_of_hidden_red_fails_without_its_data(evidence, ways):
    kept = {**evidence.recoveries, "ex-erasing": recovery(**ways)}
    assert not said("hidden red is back").holds(evidence._replace(recoveries=kept))


@pytest.mark.parametrize(
    ("part", "name", "runs"),
    [
        ("fails in a run or two", "ex-reliable", tail(target=5, harm=1)),
        ("fails in a run or two", "ex-reliable", tail(target=2)),
        ("kept from the far end", "ex-reliable-sided", tail(target=2, harm=1)),
        ("kept from the far end", "ex-reliable-sided", tail()),
        ("five times as often", MAIN, tail(target=9)),
        ("red costs no score", "ex-erasing", tail(score_r2=0.93)),
        ("above a half in", "ex-erasing", tail(strong=4)),
        ("above a half in", "ex-erasing", tail(target=2, strong=12)),
        ("a hasty decoder have it", "ex-erasing", tail(nearest=6, decoder=2, harm=1)),
        ("a hasty decoder have it", "ex-erasing", tail(nearest=2, decoder=2)),
        ("a patient decoder has it", "ex-tilt", tail(**HARD | {"long decoder": 40})),
        ("a patient decoder has it", "ex-erasing", tail(**HARD | {"long decoder unseen": 5})),
        ("a patient decoder has red in every", "ex-reliable-sided", tail(**HARD)),
        ("under the tilted anchor", "ex-tilt", tail(nearest=2, score_r2=0.92, strong=60)),
        ("under the tilted anchor", "ex-tilt", tail(score_r2=0.92, strong=40)),
        ("under the tilted anchor", "ex-tilt", tail(strong=60)),
    ],
)
def test_a_claim_on_many_runs_fails_without_its_data(evidence, part, name, runs):
    assert not said(part).holds(evidence._replace(tails={**evidence.tails, name: runs}))
