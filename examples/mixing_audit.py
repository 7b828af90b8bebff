"""Is red gone from the stream, does it come back? The package's audit of the example on mixing."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from colorcore.anchor import Audit, AuditSamples, audit_edit
from mixing_damage import LIKE, UNLIKE
from mixing_data import COLORS, LEVELS, PROMPT, RGB, Pairs, every_pair
from mixing_measure import likeness
from mixing_model import SITES, Mixer

LINES = 2000  # of all, on which readers are trained and asked
ANSWER = PROMPT - 1  # the position at which the answer is told


# --8<-- [start:audit]
def audited(model: Mixer, edited: nn.Module, *, seeds: int, steps: int, relearn: int) -> Audit:
    """What the stream tells of red where the answer is read off, and how soon red comes back."""
    torch.manual_seed(0)  # of the fresh model
    pairs = chosen()
    return audit_edit(
        model,
        edited,
        pairs.lines[:, :PROMPT],
        known(pairs),
        layer=SITES[-1],
        position=ANSWER,
        seeds=range(seeds),
        fresh=Mixer(),
        answer=lambda model, prompts: model(prompts)[..., ANSWER, :COLORS],
        loss=lambda logits, rgb: cross_entropy(logits, tokens(rgb), reduction="none"),
        widths=[64],
        steps=steps,
        relearn_steps=relearn,
    )


# --8<-- [end:audit]


def chosen() -> Pairs:
    """Some of all lines, the same each time."""
    pairs = every_pair()
    drawn = np.random.default_rng(0).choice(len(pairs.first), LINES, replace=False)
    return pairs.of(torch.from_numpy(np.sort(drawn)))


def known(pairs: Pairs) -> AuditSamples:
    """Of each line how like red its redder operand is, the answer, and what is left without red."""
    like = likeness()
    nearest = torch.maximum(like[pairs.first], like[pairs.second]).double().numpy()
    bare = without_red()
    return AuditSamples(
        values=nearest,
        concept=nearest > LIKE,
        outputs=RGB[pairs.answer].double().numpy(),
        rest=np.concatenate([bare[pairs.first], bare[pairs.second]], axis=-1),
    )


def without_red() -> NDArray[np.float64]:
    """Each colour, in place of one that has of red the nearest that has not. Shapes: (216, 3)."""
    unlike = RGB[likeness() < UNLIKE]
    nearest = torch.cdist(RGB, unlike).argmin(dim=-1)
    return unlike[nearest].double().numpy()


def tokens(rgb: Tensor) -> Tensor:
    """The tokens of colours. Shapes: (colours, 3), in [0, 1] → (colours,)."""
    levels = (rgb * (LEVELS - 1)).round().long()
    return levels @ torch.tensor([LEVELS**2, LEVELS, 1], device=rgb.device)
