"""The audit of the example on digits: its figure, its numbers, and what the page says of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

from colorcore.anchor import Audit
from colorcore.anchor.audit.drawing import describe
from colorcore.errors import InputError
from colorcore.writeup import style
from colorcore.writeup.numerals import fixed

NEAR = 1.2  # times its error before: about as good as it was
READ = {
    "linear": ("value, R²", "linear", "natural"),
    "quadratic": ("value, R²", "quadratic", "natural"),
    "nearest": ("value, R²", "nearest", "natural"),
    "network": ("value, R²", "network", "natural"),
    "linear_class": ("class, AUC", "linear", "balanced"),
    "network_class": ("class, AUC", "network", "balanced"),
    "decoder": ("outputs, error", "decoder", "natural"),
    "decoder_balanced": ("outputs, error", "decoder", "balanced"),
    "decoder_without": ("outputs, error", "decoder", "without"),
}


def save(audit: Audit, out: Path) -> None:
    """Write audit-light.svg and audit-dark.svg."""
    style.save_both(lambda theme: audit.draw(colors=theme.lines), out, "audit")


def found(audit: Audit) -> pd.DataFrame:
    """A row for each that the page quotes: its ceiling, what is left, its floor."""
    rows = audit.table.reindex(list(READ.values()))[["ceiling", "edited", "floor"]]
    return rows.set_axis(list(READ), axis="index")


def steps_back(audit: Audit) -> dict[str, float]:
    """After how many steps the digit's error is near what it was, in the median over seeds.

    Infinite where it never is, with most.
    """
    before = audit.collateral.set_index("group")["before"]["concept"]
    steps = audit.steps_to(NEAR * float(before)).fillna(math.inf)
    kinds = steps["part"] + "_" + steps["shown"]
    return {str(kind): float(n) for kind, n in steps.groupby(kinds)["step"].median().items()}


def check(audit: Audit) -> None:
    """Check that the audit bears the page's words out.

    Raises: InputError naming the sentence that it does not bear out.
    """
    left, steps = found(audit), steps_back(audit)
    share = left["edited"] / left["ceiling"]
    claims = {
        "a linear reader finds next to nothing": share["linear"] < 0.2,
        "those that look closer find a third to two thirds of what they did": (
            share[["quadratic", "nearest", "network"]].between(0.3, 0.67).all()
        ),
        "a fresh decoder does worse than before, and better than a constant": (
            1.5 * left["ceiling"]["decoder"] < left["edited"]["decoder"] < left["floor"]["decoder"]
        ),
        "one that was never shown the digit does worse than a constant": (
            left["edited"]["decoder_without"] > left["floor"]["decoder_without"]
        ),
        "trained on, the model does the digit again long before a fresh one": (
            steps["all_natural"] <= steps["fresh_natural"] / 2
        ),
        "four images of it are enough": math.isfinite(steps["all_few"]),
        "trained alone, the decoder does not get there": math.isinf(steps["behind_natural"]),
    }
    for sentence, holds in claims.items():
        if not holds:
            raise InputError(
                f"digits: wanted an audit that bears out «{sentence}», got another; train longer, "
                "or change the sentence in docs/digits.md and in digits_audit.py"
            )


def numbers(audit: Audit) -> dict[str, Any]:
    """Every result of the audit that the page quotes, as it shows it."""
    left, steps = found(audit), steps_back(audit)
    damage = audit.collateral.set_index("group")
    return {
        "alt": describe(audit.table, audit.relearning),
        **{name: {column: _shown(name, left[column][name]) for column in left} for name in READ},
        "steps": {kind: "never" if math.isinf(n) else f"{n:.0f}" for kind, n in steps.items()},
        "damage": {
            group: {at: fixed(float(damage[at][group]), 3) for at in ("before", "after")}
            for group in ("concept", "unlike")
        },
        "last": str(audit.relearning["step"].max()),
    }


def _shown(name: str, value: float) -> str:
    return fixed(value, 3 if name.startswith("decoder") else 2)
