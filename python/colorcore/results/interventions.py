"""The interventions that runs are judged under, by name."""

from __future__ import annotations

ABLATED = "ablated"
KINDS = ("suppression", "repulsion")
FALLOFFS = ((90, 1), (90, 2), (90, 4), (60, 1), (30, 1))
"""Angle in degrees, power."""


def label(kind: str, angle: float, power: float) -> str:
    """What an intervention is called: `suppression, 90°, power 2`."""
    return f"{kind}, {angle:g}°, power {power:g}"


INTERVENTIONS = {label(kind, *falloff): (kind, *falloff) for kind in KINDS for falloff in FALLOFFS}
