"""What the text claims of recipes that hide red from those who read what is left."""

from __future__ import annotations

from colorcore.results.audited import RECOVERED
from colorcore.writeup.claims import Claim
from paper.claims.remains import EARLY, audited, middle, recovered

TILT, FAR, NEAREST, HIDDEN = "ex-tilt", "ex-tilt-far", "ex-tilt-nearest", "ex-erasing"
HIDE = (TILT, HIDDEN)

CLAIMS = (
    Claim(
        "tilted by 0.3, red is mistaken beyond 0.2 by the nearest colours in every run, and by a "
        "fresh decoder in the median run",
        lambda e: audited(e, TILT)["nearest"].min() > 0.2 and middle(e, TILT, "decoder") > 0.2,
    ),
    Claim(
        "a fresh decoder that takes its time has red to within 0.1 in the median run all the same",
        lambda e: all(middle(e, name, "long decoder") < 0.1 for name in HIDE),
    ),
    Claim(
        "the tilted anchor scores lower than reliable deletion, and deletes red beyond a third",
        lambda e: (
            middle(e, TILT, "score_r2") < middle(e, "ex-reliable", "score_r2")
            and middle(e, TILT, "target") > 1 / 3
        ),
    ),
    Claim(
        "tilted further it scores higher and hides red less, and to the nearest other still less",
        lambda e: (
            middle(e, FAR, "score_r2") > middle(e, TILT, "score_r2")
            and middle(e, TILT, "nearest") > middle(e, FAR, "nearest")
            and middle(e, FAR, "nearest") > middle(e, NEAREST, "nearest")
        ),
    ),
    Claim(
        "a decoder that sees reds half of the time does better, and a balanced classifier ranks "
        "reds above others",
        lambda e: all(
            middle(e, name, "decoder balanced") < middle(e, name, "decoder") * 0.9
            and middle(e, name, "network auc") > 0.8
            for name in HIDE
        ),
    ),
    Claim(
        "hidden among typical colours, red is off by a quarter to a half in the median run, "
        "mistaken beyond 0.2 by the nearest colours in nine runs of ten and by a fresh decoder in "
        "the median run, at a score within 0.02 of reliable deletion",
        lambda e: (
            1 / 4 < middle(e, HIDDEN, "target") < 1 / 2
            and audited(e, HIDDEN)["nearest"].quantile(0.1) > 0.2
            and middle(e, HIDDEN, "decoder") > 0.2
            and abs(middle(e, HIDDEN, "score_r2") - middle(e, "ex-reliable", "score_r2")) < 0.02
        ),
    ),
    Claim(
        "a decoder that takes its time and was not shown red itself is off by more than 0.2 in the "
        "median run, more than one that is given colours without red, where it has red to within "
        "0.02 after reliable deletion",
        lambda e: all(
            middle(e, name, "long decoder unseen")
            > max(0.2, middle(e, name, "long decoder unseen", "rest"))
            and middle(e, "ex-reliable", "long decoder unseen") < 0.02
            for name in HIDE
        ),
    ),
    Claim(
        "hidden red is back to within 0.05 at step 50 in the median run when the encoder is "
        "trained again, and off by more than 0.2 after all when the decoder is by itself",
        lambda e: (
            recovered(e, HIDDEN, "all", EARLY) < 0.05
            and recovered(e, HIDDEN, "decoder", RECOVERED) > 0.2
        ),
    ),
)
