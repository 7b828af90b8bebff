"""What the text claims of anchors that are tilted so that red is erased."""

from __future__ import annotations

from colorcore.writeup.claims import Claim
from paper.claims.remains import audited, middle

TILT, FAR, NEAREST = "ex-tilt", "ex-tilt-far", "ex-tilt-nearest"

CLAIMS = (
    Claim(
        "tilted by 0.3, red is mistaken beyond 0.2 by the nearest colours in every run, and by a "
        "fresh decoder in the median run",
        lambda e: audited(e, TILT)["nearest"].min() > 0.2 and middle(e, TILT, "decoder") > 0.2,
    ),
    Claim(
        "a fresh decoder that takes its time has red to within 0.1 in the median run all the same",
        lambda e: middle(e, TILT, "long decoder") < 0.1,
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
        lambda e: (
            middle(e, TILT, "decoder balanced") < middle(e, TILT, "decoder") * 0.9
            and middle(e, TILT, "network auc") > 0.8
        ),
    ),
)
