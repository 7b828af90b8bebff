"""How the example on mixing trains: next tokens, an anchor of labelled lines, and what repels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from colorcore import schedule
from colorcore.anchor import AngularAnchor, Regularizer, RepelSubspace, capture
from colorcore.schedule import Schedule
from mixing_batches import Batch, Batches
from mixing_checkpoint import EVERY, Checkpoint
from mixing_data import TOKENS, Pairs
from mixing_model import SITES, WIDTH, Mixer

DOPESHEET = Path(__file__).parent / "mixing" / "dopesheet.csv"

# --8<-- [start:terms]
AXIS = [1.0] + [0.0] * (WIDTH - 1)


def terms() -> tuple[Regularizer, Regularizer]:
    """An anchor for some token of a labelled line, whichever, and what keeps all tokens off."""
    anchor = Regularizer(
        "anchor", "stream", AngularAnchor(AXIS), None, positions="sequence", temperature=0.1
    )
    return anchor, Regularizer("repel", "stream", RepelSubspace([0]), None, positions="token")


# --8<-- [end:terms]


def planned(steps: int | None = None) -> Schedule:
    """The dopesheet, over as many steps: what it says of fractions of training stays so."""
    text = DOPESHEET.read_text(encoding="utf-8")
    if steps is not None:
        head, _, last = text.rstrip("\n").rpartition("\n")
        text = f"{head}\n{steps - 1},{last.partition(',')[2]}\n"
    return schedule.resolve(text, path=DOPESHEET)


# --8<-- [start:train]
def train(
    lines: Pairs,
    *,
    seed: int,
    plan: Schedule,
    anchored: bool = True,
    checkpoint: Checkpoint | None = None,
    device: str = "cpu",
) -> Mixer:
    """A model with red anchored to the first axis of its stream, or a control without an anchor."""
    torch.manual_seed(seed)
    model = Mixer().to(device)
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.95))
    batches, pair = Batches(lines, seed=seed, steps=plan.steps), terms()
    rows = plan.table.to_dict("records")
    begin = checkpoint.resume(model, optimizer) if checkpoint else 0
    if begin == plan.steps:  # in whole
        return model.cpu().eval()

    with capture(model, SITES) as layers:
        for step in range(begin, plan.steps):
            batch, weights = batches.at(step).to(device), rows[step]
            logits = model(batch.inputs)
            loss = cross_entropy(logits.view(-1, TOKENS), batch.targets.flatten())
            if anchored:
                stream = torch.stack([layers[site] for site in SITES])
                loss += placed(pair, stream, batch, weights)
            optimizer.param_groups[0]["lr"] = weights["lr"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            model.keep_units()
            if checkpoint and (step + 1) % EVERY == 0:
                checkpoint.keep(model, optimizer, step=step + 1)
    return model.cpu().eval()


def placed(
    pair: tuple[Regularizer, Regularizer],
    stream: Tensor,
    batch: Batch,
    weights: Mapping[Any, float],
) -> Tensor:
    """Both terms by their weights, each the mean over the sites. Shapes: (sites, batch, 64, 64)."""
    anchor, repel = pair
    prompts, shown = batch.labelled(stream)
    pulled = anchor(prompts, None, mask=shown)
    repelled = repel(stream[..., :1], None)  # no other coordinate counts
    return weights["anchor"] * pulled.mean() + weights["repel"] * repelled.mean()


# --8<-- [end:train]
