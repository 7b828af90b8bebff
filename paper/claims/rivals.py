"""What the text claims of methods other than the anchor."""

from __future__ import annotations

from colorcore.results.measures import HARMED
from colorcore.search.tuning import TRAINING
from colorcore.writeup.claims import Claim
from paper.claims.evidence import Evidence
from paper.claims.remains import audited, middle

PLAIN, BARE = "rival-no-anchor", "rival-reconstruction"
LINEAR = ("leace", "mean-difference", "inlp")
OURS = "ex-reliable"
TRAINED = (
    "rival-separation", "rival-late-anchor", "rival-fallback", "rival-routing",
    "rival-routing-perfect",
)  # fmt: skip
"""Those that are trained in a way of their own."""


def _harmed(e: Evidence, name: str, operator: str) -> float:
    """The share of runs in which a colour unlike red is hurt."""
    return float((audited(e, name, operator)["harm"] > HARMED).mean())


CLAIMS = (
    Claim(
        "every operator that can be set to something is set to what scored best on seeds apart",
        lambda e: all(
            choice.used == choice.best
            for choices in e.choices.values()
            for choice in choices
            if choice.of != TRAINING
        ),
    ),
    Claim(
        "every rival that is trained in a way of its own is trained as scored best on seeds apart",
        lambda e: all(
            any(choice.of == TRAINING and choice.used == choice.best for choice in e.choices[name])
            for name in TRAINED
        ),
    ),
    Claim(
        "linear erasers score below 0.85 in the median and hurt some colour unlike red in every "
        "run, by few labels as by perfect ones",
        lambda e: all(
            middle(e, PLAIN, "score_r2", f"{kind}-{labels}") < 0.85
            and _harmed(e, PLAIN, f"{kind}-{labels}") == 1
            for kind in LINEAR
            for labels in ("few", "perfect")
        ),
    ),
    Claim(
        "perfect labels change the score of no linear eraser by more than 0.1",
        lambda e: all(
            abs(
                middle(e, PLAIN, "score_r2", f"{kind}-few")
                - middle(e, PLAIN, "score_r2", f"{kind}-perfect")
            )
            < 0.1
            for kind in LINEAR
        ),
    ),
    Claim(
        "suppression along the labelled mean scores above 0.85 and hurts nothing in nine runs of "
        "ten, but deletes red less than reliable deletion does",
        lambda e: (
            middle(e, PLAIN, "score_r2", "suppression-few") > 0.85
            and _harmed(e, PLAIN, "suppression-few") < 0.1
            and middle(e, PLAIN, "target", "suppression-few") < middle(e, OURS, "target") * 0.8
        ),
    ),
    Claim(
        "without the terms that spread colours out, suppression scores less by 0.15, at the "
        "setting that is best there",
        lambda e: (
            middle(e, BARE, "score_r2", "suppression-few")
            < middle(e, PLAIN, "score_r2", "suppression-few") - 0.15
        ),
    ),
    Claim(
        "anchored late, a model is deleted as well as one that was anchored throughout: scores "
        "within 0.03, and no more runs harmed than one in ten",
        lambda e: (
            abs(middle(e, "rival-late-anchor", "score_r2") - middle(e, OURS, "score_r2")) < 0.03
            and _harmed(e, "rival-late-anchor", "ablated") < 0.1
        ),
    ),
    Claim(
        "by few labels, gradient routing gathers nothing of red on the axis: an error below 0.05 "
        "in the median run",
        lambda e: middle(e, "rival-routing", "target") < 0.05,
    ),
    Claim(
        "nor does it by as many labels as there are",
        lambda e: middle(e, "rival-routing-perfect", "target") < 0.05,
    ),
    Claim(
        "redirection to a fallback scores lower than reliable deletion by more than 0.05, and "
        "hurts other colours in more than half of the runs",
        lambda e: (
            middle(e, "rival-fallback", "score_r2", "redirection")
            < middle(e, OURS, "score_r2") - 0.05
            and _harmed(e, "rival-fallback", "redirection") > 0.5
        ),
    ),
    Claim(
        "optimal ablation deletes red less than ablation does, and hurts other colours more",
        lambda e: (
            middle(e, OURS, "target", "optimal-ablation") < middle(e, OURS, "target")
            and middle(e, OURS, "harm", "optimal-ablation") > 2 * middle(e, OURS, "harm")
        ),
    ),
)
