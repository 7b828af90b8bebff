"""Claims hold for results that bear them out, and fail for results that do not."""

from __future__ import annotations

import pandas as pd
import pytest

from colorcore.colors.named import NAMES
from colorcore.errors import InputError
from colorcore.results.interventions import INTERVENTIONS
from colorcore.writeup import opening
from paper import claims
from paper import published as theirs
from paper.claims import chance, conditions, reliable, runs
from paper.claims.evidence import MAIN, Evidence, gather
from paper.measures import harm


@pytest.fixture
def published():
    return theirs.runs()


def bear_out(runs: pd.DataFrame) -> pd.DataFrame:
    """Published runs with the columns that only ours have."""
    extra = {f"pruned {name}": runs[f"ablated {name}"] for name in NAMES}
    order = runs["ablated red"].rank(pct=True)
    return runs.assign(
        **extra, **{"cosine cyan": runs["val_mse"].rank()},
        surgery_gap=1e-9, unlike_max=0.005, remainder=0.13,
        remainder_opposite=2 * order - 1, remainder_neighbors=1 - 2 * order,
        read_off=0.3,
    )  # fmt: skip


def through_training(runs: pd.DataFrame, *, leaving: float) -> pd.DataFrame:
    """Moments in which a share of runs has red on its axis, off it, and on it again."""
    seeds = runs["seed"].tolist()
    left = len(seeds) * leaving
    rows = [
        {"step": step, "seed": seed, "red_cosine": off if i < left else 0.95}
        for step, off in ((0, 0.1), (750, 0.95), (1100, 0.7), (1501, 0.95))
        for i, seed in enumerate(seeds)
    ]
    return pd.DataFrame(rows)


def scaled(runs: pd.DataFrame, **factors: float) -> pd.DataFrame:
    return runs.assign(**{name: runs[name] * factor for name, factor in factors.items()})


@pytest.fixture
def evidence(published):
    """Evidence that bears out every claim: the published runs, and conditions made from them."""
    ours = bear_out(published)
    red = "ablated red"
    changes = {
        "no-anchor": {red: 1e-4, "score_r2": 0.05},
        "no-anti-subspace": {"unlike_max": 40},
        "no-separation": {"unlike_max": 10},
        "no-terms": {"score_r2": 0.1},
        "shallow": {"unlike_max": 40},
        "conflict": {red: 1.1},
        "unitarity": {red: 0.4, "score_r2": 1.25, "unlike_max": 2},
        "swept": {"score_r2": 1.3, "unlike_max": 2},
        "labels-quarter": {red: 0.05},
        "labels-half": {red: 0.3, "red_cosine": 0.9},
        "labels-double": {red: 1.4},
        "labels-fourfold": {red: 1.5},
        "noise-10": {red: 1.05},
        "noise-30": {red: 0.5},
        "noise-50": {red: 0.2},
        "noise-90": {red: 0.01},
    }
    conditions = {f"ex-2.10.1-{name}": scaled(ours, **made) for name, made in changes.items()}
    steady = ours.assign(**{red: 0.1 + ours[red] / 4, "score_r2": 0.85, "read_off": 0.001})
    conditions["ex-2.10.1-behind"] = steady
    conditions["ex-reliable-before"] = ours
    found = steady.assign(score_r2=0.96, labelled_red=60, **{red: 0.3})
    found["baseline red"] = 2 * ours["baseline red"]
    found["cosine cyan"] = -harm(found)
    conditions["ex-reliable"] = conditions["ex-reliable-fresh"] = found
    conditions["ex-reliable-memory"] = found
    for name in ("main-schedule", "labels"):
        conditions[f"ex-reliable-{name}"] = scaled(found, score_r2=0.95)
    conditions["ex-reliable-batch"] = scaled(found, score_r2=0.95, **{red: 0.5})
    conditions["ex-reliable-half"] = scaled(found, **{red: 0.5})
    conditions["ex-2.9.1"] = scaled(ours, score_r2=1.3, unlike_max=2)
    summaries = pd.DataFrame(
        {
            "experiment": name,
            "measure": "score_r2",
            "runs": 60,
            **conditions[name]["score_r2"].agg(["mean", "min", "max"]),
            "sd": conditions[name]["score_r2"].std(),
        }
        for name in ("ex-2.10.1-swept", "ex-2.9.1")
    )
    plain = ours.assign(red=ours[red])
    narrow = plain.assign(red=0.2 + 0.1 * ours[red], unlike_max=0.001)
    interventions = dict.fromkeys(("ablated", *INTERVENTIONS), plain)
    interventions["suppression, 90°, power 1"] = narrow
    interventions["repulsion, 30°, power 1"] = scaled(plain, red=0.02)
    steady_anchor = through_training(ours, leaving=0)
    moments = {MAIN: through_training(ours, leaving=0.1), "ex-reliable": steady_anchor}
    moments["ex-2.10.1-conflict"] = through_training(ours, leaving=0.5)
    none = ({}, {}, {}, {}, pd.DataFrame())  # audits and what follows
    return Evidence(ours, published, conditions, moments, interventions, summaries, *none)


OF_RUNS = [one for part in (runs, conditions, chance, reliable) for one in part.CLAIMS]


@pytest.mark.parametrize("claim", OF_RUNS, ids=lambda claim: claim.sentence[:50])
def test_every_claim_can_hold(claim, evidence):
    assert claim.holds(evidence)


BROKEN_RUNS: dict[str, dict[str, float]] = {
    "without intervention": {"baseline cyan": 0.01},
    "cosine above 0.9": {"red_cosine": 0.5},
    "one sample in a thousand is labelled": {"labelled_red": 200},
    "mid-grey": {"ablated red": 0.1},
    "hurt most": {"ablated teal": 0.2},
    "90° or more": {"ablated cyan": 0.02},
    "score grid unlike red": {"unlike_max": 0.02},
    "threefold": {"ablated red": 0.4},
    "same outputs": {"surgery_gap": 1e-4},
    "no compared measure": {"score_r2": 0.99},
    "quarter of its length": {"remainder": 0.3},
    "hurts orange less": {"ablated orange": 0.3},
}


@pytest.mark.parametrize("part", BROKEN_RUNS)
def test_a_claim_on_the_main_runs_fails_without_its_data(evidence, part):
    (claim,) = [claim for claim in OF_RUNS if part in claim.sentence]
    broken = evidence.ours.assign(**BROKEN_RUNS[part])
    assert not claim.holds(evidence._replace(ours=broken))


BROKEN_CONDITIONS = {
    "without the anchor": "no-anchor",
    "without the anti-subspace": "no-anti-subspace",
    "without separation": "no-separation",
    "reconstruction alone": "no-terms",
    "one hidden layer": "shallow",
    "with unitarity": "unitarity",
    "later schedule": "swept",
    "published sweeps": "swept",
    "half the labels red is deleted": "labels-half",
    "four times the labels": "labels-fourfold",
    "three and five": "noise-30",
    "nine labels in ten": "noise-90",
    "surgery behind": "behind",
    "both together score": "ex-reliable",
    "has not arrived": "labels-half",
    "far end of the axis": "ex-reliable",
    "each score lower": "ex-reliable",
}


@pytest.mark.parametrize("part", BROKEN_CONDITIONS)
def test_a_claim_on_a_condition_fails_when_it_does_as_the_main_experiment_does(evidence, part):
    (claim,) = [claim for claim in OF_RUNS if part in claim.sentence]
    name = BROKEN_CONDITIONS[part]
    name = name if name in evidence.conditions else f"ex-2.10.1-{name}"
    broken = {**evidence.conditions, name: evidence.ours}
    assert not claim.holds(evidence._replace(conditions=broken))


@pytest.mark.parametrize(
    ("part", "name", "red"),
    [
        ("constant weights delete", "conflict", 0.1),
        ("a tenth of labels", "noise-10", 0.9),
    ],
)
def test_a_claim_that_little_changes_fails_when_much_does(evidence, part, name, red):
    (claim,) = [claim for claim in OF_RUNS if part in claim.sentence]
    changed = evidence.ours.assign(**{"ablated red": red})
    broken = {**evidence.conditions, f"ex-2.10.1-{name}": changed}
    assert not claim.holds(evidence._replace(conditions=broken))


@pytest.mark.parametrize(
    ("part", "intervention", "changed"),
    [
        ("spreads the error of red", "suppression, 90°, power 1", {}),
        ("scores within", "suppression, 90°, power 1", {"score_r2": 0.1}),
        ("from the hemisphere", "repulsion, 90°, power 1", {"red": 0.9}),
        ("by 30°", "repulsion, 30°, power 1", {"red": 0.2}),
    ],
)
def test_a_claim_on_an_intervention_fails_without_its_data(evidence, part, intervention, changed):
    (claim,) = [claim for claim in OF_RUNS if part in claim.sentence]
    runs = evidence.interventions["ablated"].assign(**changed)
    broken = {**evidence.interventions, intervention: runs}
    assert not claim.holds(evidence._replace(interventions=broken))


def test_reliable_runs_with_many_labels_fail_their_claim(evidence):
    (claim,) = [claim for claim in OF_RUNS if "reconstruct no worse" in claim.sentence]
    many = evidence.conditions["ex-reliable"].assign(labelled_red=200)
    assert not claim.holds(
        evidence._replace(conditions={**evidence.conditions, "ex-reliable": many})
    )


def test_a_reliable_part_that_does_it_alone_fails_the_claim_that_none_does(evidence):
    (claim,) = [claim for claim in OF_RUNS if "neither does it alone" in claim.sentence]
    alone = {**evidence.conditions, "ex-reliable-before": evidence.conditions["ex-reliable"]}
    assert not claim.holds(evidence._replace(conditions=alone))


def test_the_evidence_is_what_the_results_hold(document, results):
    found = gather(document, results.folder.parent)
    assert [MAIN, *found.conditions] == list(document.names)
    assert list(found.moments) == list(document.names)
    pd.testing.assert_frame_equal(found.ours, results.runs())
    assert set(found.interventions) == {"ablated", *INTERVENTIONS}


def test_the_first_claim_that_fails_is_named(document, results):
    with pytest.raises(InputError) as caught:
        opening.check_claims(document, results.folder.parent)
    assert str(caught.value) == (
        f"{results.folder.parent}: wanted results that bear out «{claims.CLAIMS[0].sentence}», got "
        "others; find the bug, or change the sentence in the text and among its claims"
    )


def test_the_report_of_an_experiment_claims_nothing(blue, results):
    opening.check_claims(blue.document, results.folder.parent)


def test_the_claim_on_where_red_is_left_needs_it_to_matter(evidence):
    (claim,) = [c for c in OF_RUNS if "remainder of red points" in c.sentence]
    shuffled = evidence.ours["remainder_opposite"].sample(frac=1, random_state=0).to_numpy()
    assert not claim.holds(
        evidence._replace(ours=evidence.ours.assign(remainder_opposite=shuffled))
    )


@pytest.mark.parametrize("name", [MAIN, "ex-2.10.1-conflict", "ex-reliable"])
def test_the_claim_on_leaving_is_about_each_of_its_experiments(evidence, name):
    (claim,) = [c for c in OF_RUNS if "leaves its axis" in c.sentence]
    share = 0.1 if name == "ex-2.10.1-conflict" else 0.6
    broken = {**evidence.moments, name: through_training(evidence.ours, leaving=share)}
    assert not claim.holds(evidence._replace(moments=broken))


@pytest.mark.parametrize("part", ["half", "batch"])
def test_the_claim_on_weaker_deletion_is_about_each_part(evidence, part):
    (claim,) = [c for c in OF_RUNS if "half the steps and" in c.sentence]
    name = f"ex-reliable-{part}"
    broken = {**evidence.conditions, name: evidence.conditions["ex-reliable"]}
    assert not claim.holds(evidence._replace(conditions=broken))
