"""How red is taken out of a model of the example on mixing, and out of a control without an anchor.

Each way gives a copy of the model in which the edit stays, so that it can be measured, trained on
and audited like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from colorcore.anchor import (
    Falloff,
    Projection,
    Suppression,
    Unit,
    ablate_stream,
    bake,
    capture,
    leace,
    mean_difference,
)
from mixing_batches import RATE, chances
from mixing_data import PROMPT, Pairs, every_pair
from mixing_model import SITES, Mixer
from mixing_train import AXIS

Fit = Callable[[Tensor, Tensor], nn.Module]
PARTNERS = 27  # of each colour: every so many lines, another is the first operand


# --8<-- [start:surgery]
def projected(model: Mixer, sites: Sequence[str] = SITES) -> Mixer:
    """Without the axis, wherever the stream is looked at."""
    return everywhere(model, Projection(AXIS), sites)


def suppressed(model: Mixer) -> Mixer:
    """Without what lies near the axis: the nearer, the more of it is taken."""
    return everywhere(model, Suppression(AXIS, Falloff(angle=60)))


def cut(model: Mixer) -> Mixer:
    """Without the axis in any weight that writes the stream, also where training goes on."""
    sample = every_pair().lines[::PARTNERS]
    return ablate_stream(model, [0], layer=SITES[-1], sample=sample, frozen=True)


def everywhere(model: Mixer, edit: nn.Module, sites: Sequence[str] = SITES) -> Mixer:
    """The same edit at each site, and from there back to the sphere."""
    for site in sites:
        model = bake(model, nn.Sequential(edit, Unit()), layer=site)
    return model


# --8<-- [end:surgery]


# --8<-- [start:erasers]
def fitted(model: Mixer, fit: Fit, sites: Sequence[str] = SITES) -> Mixer:
    """An eraser at each site, fitted to what the edits before it leave there in all prompts.

    It is told more than the anchor was: of each position how red, and not of the line whether.
    """
    pairs = every_pair()
    labels = redness(pairs).flatten()
    for site in sites:
        eraser = fit(stream(model, pairs, site).flatten(0, 1), labels)
        model = bake(model, nn.Sequential(eraser, Unit()), layer=site)
    return model


def stream(model: Mixer, pairs: Pairs, site: str) -> Tensor:
    """The stream at the positions of prompts. Shapes: → (pairs, 4, 64)."""
    with torch.no_grad(), capture(model, [site]) as layers:
        model(pairs.lines[:, :PROMPT])
    return layers[site]


def redness(pairs: Pairs) -> Tensor:
    """At each position, of the redder operand up to there. Shapes: → (pairs, 4), in [0, 1]."""
    first, second = (chances()[tokens] / RATE for tokens in (pairs.first, pairs.second))
    redder = torch.maximum(first, second)
    return torch.stack([first, first, redder, redder], dim=-1)


# --8<-- [end:erasers]

WAYS: Mapping[str, Callable[[Mixer], Mixer]] = {
    "before": lambda model: model,
    "projected": projected,
    "suppressed": suppressed,
    "weights": cut,
    "mean difference": lambda model: fitted(model, mean_difference),
    "leace": lambda model: fitted(model, leace),
    "projected at the start": lambda model: projected(model, SITES[:1]),
    "mean difference at the start": lambda model: fitted(model, mean_difference, SITES[:1]),
    "leace at the start": lambda model: fitted(model, leace, SITES[:1]),
}
"""Each way by its name."""
