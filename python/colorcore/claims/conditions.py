"""What the text claims of conditions beside the main experiment, and of interventions."""

from __future__ import annotations

import pandas as pd

from colorcore.claims.evidence import Claim, Evidence, spread
from colorcore.comparison import paired, published_means
from colorcore.distribution import HIGH, LOW
from colorcore.falloffs import ABLATED, label

SAME_MEANS = 0.001  # a p of Welch's test below it, for either of two sweeps, is not chance


def _median(e: Evidence, name: str, column: str) -> float:
    """Of a condition's runs, whose name is short of the main experiment's."""
    return float(_runs(e, name)[column].median())


def _runs(e: Evidence, name: str) -> pd.DataFrame:
    return e.conditions[name if name in e.conditions else f"ex-2.10.1-{name}"]


def _rises(e: Evidence, name: str, column: str) -> bool:
    """Whether a median is above the main experiment's beyond what resampled seeds explain."""
    return paired(e.ours, _runs(e, name), column).low > 0


def _falls(e: Evidence, name: str, column: str) -> bool:
    return paired(e.ours, _runs(e, name), column).high < 0


def _above(e: Evidence, name: str, column: str) -> bool:
    """Whether a median is above the main experiment's, for what varies much between machines."""
    return paired(e.ours, _runs(e, name), column).difference > 0


def _width(runs: pd.DataFrame) -> float:
    """Of the interval that holds nine runs of ten, in the error of red."""
    return float(runs["ablated red"].quantile(HIGH) - runs["ablated red"].quantile(LOW))


COSINE = label("suppression", 90, 1)
NARROW = label("repulsion", 30, 1)
TURNED = label("repulsion", 90, 1)

CLAIMS = (
    Claim(
        "without the anchor nothing is deleted: red below 0.001 and a score below 0.1, in nine "
        "runs of ten",
        lambda e: (
            _runs(e, "no-anchor")["ablated red"].quantile(0.9) < 1e-3
            and _runs(e, "no-anchor")["score_r2"].quantile(0.9) < 0.1
        ),
    ),
    Claim(
        "without the anti-subspace term red sits on its axis, and the median run hurts a colour "
        "unlike red beyond 0.05",
        lambda e: (
            _median(e, "no-anti-subspace", "unlike_red_max") > 0.05
            and _median(e, "no-anti-subspace", "red_cosine") > 0.9
        ),
    ),
    Claim(
        "without separation red is deleted about as strongly, but damage to colours unlike red "
        "grows, and in one run of ten beyond 0.02",
        lambda e: (
            abs(paired(e.ours, _runs(e, "no-separation"), "ablated red").difference) < 0.15
            and _above(e, "no-separation", "unlike_red_max")
            and _runs(e, "no-separation")["unlike_red_max"].quantile(0.9) > 0.02
        ),
    ),
    Claim(
        "reconstruction alone puts no colour in particular on the axis: the score is below 0.2",
        lambda e: _median(e, "no-terms", "score_r2") < 0.2,
    ),
    Claim(
        "with one hidden layer and four dimensions the median run hurts a colour unlike red "
        "beyond 0.05",
        lambda e: _median(e, "shallow", "unlike_red_max") > 0.05,
    ),
    Claim(
        "constant weights delete red no less and score within 0.1 of the schedule",
        lambda e: (
            not _falls(e, "conflict", "ablated red")
            and abs(paired(e.ours, _runs(e, "conflict"), "score_r2").difference) < 0.1
        ),
    ),
    Claim(
        "with unitarity red is deleted less, the score is higher and damage unlike red greater",
        lambda e: (
            _falls(e, "unitarity", "ablated red")
            and _rises(e, "unitarity", "score_r2")
            and _above(e, "unitarity", "unlike_red_max")
        ),
    ),
    Claim(
        "the later schedule scores higher, and so does 2.9.1, at more damage to colours unlike "
        "red; of the two, neither scores more than 0.1 above the other",
        lambda e: (
            all(
                _rises(e, name, "score_r2") and _above(e, name, "unlike_red_max")
                for name in ("swept", "ex-2.9.1")
            )
            and abs(_median(e, "swept", "score_r2") - _median(e, "ex-2.9.1", "score_r2")) < 0.1
        ),
    ),
    Claim(
        "the mean scores of both published sweeps are ours",
        lambda e: all(
            (published_means(_runs(e, str(name)), rows)["p"] > SAME_MEANS).all()
            for name, rows in e.summaries.groupby("experiment")
        ),
    ),
    Claim(
        "with half the labels red is deleted less than half as much, with a quarter hardly",
        lambda e: (
            _median(e, "labels-half", "ablated red") < e.ours["ablated red"].median() / 2
            and _median(e, "labels-quarter", "ablated red") < 0.1
        ),
    ),
    Claim(
        "with fewer labels the score does not fall",
        lambda e: all(
            paired(e.ours, _runs(e, f"labels-{name}"), "score_r2").difference > -0.05
            for name in ("half", "quarter")
        ),
    ),
    Claim(
        "with two and four times the labels red is deleted more",
        lambda e: all(
            _above(e, f"labels-{name}", "ablated red") for name in ("double", "fourfold")
        ),
    ),
    Claim(
        "a tenth of labels at random changes the error of red by less than 0.15",
        lambda e: abs(paired(e.ours, _runs(e, "noise-10"), "ablated red").difference) < 0.15,
    ),
    Claim(
        "with three and five labels in ten at random red is deleted less",
        lambda e: all(_falls(e, f"noise-{share}", "ablated red") for share in (30, 50)),
    ),
    Claim(
        "with nine labels in ten at random nothing is deleted: red below 0.02",
        lambda e: _median(e, "noise-90", "ablated red") < 0.02,
    ),
    Claim(
        "suppression with a cosine falloff spreads the error of red less than half as wide as "
        "ablation, and hurts colours unlike red less",
        lambda e: (
            spread(e.interventions[COSINE]["red"]) < spread(e.interventions[ABLATED]["red"]) / 2
            and e.interventions[COSINE]["unlike_red_max"].median()
            < e.interventions[ABLATED]["unlike_red_max"].median()
        ),
    ),
    Claim(
        "suppression with a cosine falloff scores within 0.1 of ablation",
        lambda e: (
            abs(
                e.interventions[COSINE]["score_r2"].median()
                - e.interventions[ABLATED]["score_r2"].median()
            )
            < 0.1
        ),
    ),
    Claim(
        "repulsion from the hemisphere does to red what ablation does, to within 0.05",
        lambda e: (
            abs(e.interventions[TURNED]["red"].median() - e.interventions[ABLATED]["red"].median())
            < 0.05
        ),
    ),
    Claim(
        "repulsion by 30° leaves red below 0.05 in the median",
        lambda e: e.interventions[NARROW]["red"].median() < 0.05,
    ),
    Claim(
        "surgery behind the normalisation narrows the error of red and raises the score",
        lambda e: (
            _width(_runs(e, "behind")) < _width(e.ours) / 2 and _rises(e, "behind", "score_r2")
        ),
    ),
    Claim(
        "both together score above 0.93 in the median and 0.8 at worst, delete red beyond 0.15 and "
        "hurt nothing unlike red beyond 0.03, in every run",
        lambda e: (
            _median(e, "ex-reliable", "score_r2") > 0.93
            and _runs(e, "ex-reliable")["score_r2"].min() > 0.8
            and _runs(e, "ex-reliable")["ablated red"].min() > 0.15
            and _runs(e, "ex-reliable")["unlike_red_max"].max() < 0.03
        ),
    ),
    Claim(
        "both together label fewer than one sample in a thousand and reconstruct with less than "
        "twice the main experiment's error",
        lambda e: (
            (_runs(e, "ex-reliable")["labelled_red"] / _runs(e, "ex-reliable")["samples"]).max()
            < 1e-3
            and _median(e, "ex-reliable", "val_mse") < 2 * e.ours["val_mse"].median()
        ),
    ),
    Claim(
        "neither does it alone: the schedule scores less without the surgery, and the surgery "
        "leaves red below 0.2 in some run without the schedule",
        lambda e: (
            _median(e, "ex-reliable-before", "score_r2") < _median(e, "ex-reliable", "score_r2")
            and _runs(e, "behind")["ablated red"].min() < 0.2
        ),
    ),
)
