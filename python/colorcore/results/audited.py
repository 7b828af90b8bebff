"""What audits of runs are about, by name: operators, and what readers are asked for."""

from __future__ import annotations

DAMAGE = ("score_r2", "target", "harm", "data_mse")
"""Columns of an audit that tell what the decoder itself makes of colours."""

LEFT = (
    "linear", "quadratic", "network", "linear auc", "network auc",
    "decoder", "decoder balanced", "decoder without", "long decoder unseen", "nearest",
    "long decoder",
)  # fmt: skip
"""Columns of an audit that tell what readers find."""

WAYS = ("all", "decoder", "few", "without", "scratch")
"""How runs are trained on after their deletion, and what stands beside that."""

READ, LONG = 750, 3000  # steps of a reader that is trained, and of one that took its time
RATE, LONG_RATE = 0.03, 0.1  # at which they learn; at the other's the latter needs twice the time
RECOVERED = 1000  # steps that runs are trained on
BACK = 0.05  # the error at which a concept counts as back

KIN = 0.3  # from this likeness on, a colour counts as the concept's own
