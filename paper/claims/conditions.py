"""What the text claims of conditions beside the main experiment, and of interventions."""

from __future__ import annotations

from colorcore.results.comparison import paired
from colorcore.results.interventions import ABLATED, label
from colorcore.writeup.claims import Claim
from paper.claims.evidence import above, falls, median, rises, runs_of, spread
from paper.published import published_means

SAME_MEANS = 0.001  # a p of Welch's test below it, for either of two sweeps, is not chance

COSINE = label("suppression", 90, 1)
NARROW = label("repulsion", 30, 1)
TURNED = label("repulsion", 90, 1)

CLAIMS = (
    Claim(
        "without the anchor nothing is deleted: red below 0.001 and a score below 0.1, in nine "
        "runs of ten",
        lambda e: (
            runs_of(e, "no-anchor")["ablated red"].quantile(0.9) < 1e-3
            and runs_of(e, "no-anchor")["score_r2"].quantile(0.9) < 0.1
        ),
    ),
    Claim(
        "without the anti-subspace term red sits on its axis, and the median run hurts a colour "
        "unlike red beyond 0.05",
        lambda e: (
            median(e, "no-anti-subspace", "unlike_max") > 0.05
            and median(e, "no-anti-subspace", "red_cosine") > 0.9
        ),
    ),
    Claim(
        "without separation red is deleted about as strongly, but damage to colours unlike red "
        "grows, and in one run of ten beyond 0.02",
        lambda e: (
            abs(paired(e.ours, runs_of(e, "no-separation"), "ablated red").difference) < 0.15
            and above(e, "no-separation", "unlike_max")
            and runs_of(e, "no-separation")["unlike_max"].quantile(0.9) > 0.02
        ),
    ),
    Claim(
        "reconstruction alone puts no colour in particular on the axis: the score is below 0.2",
        lambda e: median(e, "no-terms", "score_r2") < 0.2,
    ),
    Claim(
        "with one hidden layer and four dimensions the median run hurts a colour unlike red "
        "beyond 0.05",
        lambda e: median(e, "shallow", "unlike_max") > 0.05,
    ),
    Claim(
        "constant weights delete red no less and score within 0.1 of the schedule",
        lambda e: (
            not falls(e, "conflict", "ablated red")
            and abs(paired(e.ours, runs_of(e, "conflict"), "score_r2").difference) < 0.1
        ),
    ),
    Claim(
        "with unitarity red is deleted less, the score is higher and damage unlike red greater",
        lambda e: (
            falls(e, "unitarity", "ablated red")
            and rises(e, "unitarity", "score_r2")
            and above(e, "unitarity", "unlike_max")
        ),
    ),
    Claim(
        "the later schedule scores higher, and so does 2.9.1, at more damage to colours unlike "
        "red; of the two, neither scores more than 0.1 above the other",
        lambda e: (
            all(
                rises(e, name, "score_r2") and above(e, name, "unlike_max")
                for name in ("swept", "ex-2.9.1")
            )
            and abs(median(e, "swept", "score_r2") - median(e, "ex-2.9.1", "score_r2")) < 0.1
        ),
    ),
    Claim(
        "the mean scores of both published sweeps are ours",
        lambda e: all(
            (published_means(runs_of(e, str(name)), rows)["p"] > SAME_MEANS).all()
            for name, rows in e.summaries.groupby("experiment")
        ),
    ),
    Claim(
        "with half the labels red is deleted less than half as much, with a quarter hardly",
        lambda e: (
            median(e, "labels-half", "ablated red") < e.ours["ablated red"].median() / 2
            and median(e, "labels-quarter", "ablated red") < 0.1
        ),
    ),
    Claim(
        "with fewer labels the score does not fall",
        lambda e: all(
            paired(e.ours, runs_of(e, f"labels-{name}"), "score_r2").difference > -0.05
            for name in ("half", "quarter")
        ),
    ),
    Claim(
        "with two and four times the labels red is deleted more",
        lambda e: all(above(e, f"labels-{name}", "ablated red") for name in ("double", "fourfold")),
    ),
    Claim(
        "a tenth of labels at random changes the error of red by less than 0.15",
        lambda e: abs(paired(e.ours, runs_of(e, "noise-10"), "ablated red").difference) < 0.15,
    ),
    Claim(
        "with three and five labels in ten at random red is deleted less",
        lambda e: all(falls(e, f"noise-{share}", "ablated red") for share in (30, 50)),
    ),
    Claim(
        "with nine labels in ten at random nothing is deleted: red below 0.02",
        lambda e: median(e, "noise-90", "ablated red") < 0.02,
    ),
    Claim(
        "suppression with a cosine falloff spreads the error of red less than half as wide as "
        "ablation, and hurts colours unlike red less",
        lambda e: (
            spread(e.interventions[COSINE]["red"]) < spread(e.interventions[ABLATED]["red"]) / 2
            and e.interventions[COSINE]["unlike_max"].median()
            < e.interventions[ABLATED]["unlike_max"].median()
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
)
