"""Anchor question words on an axis of a GPT-2's residual stream, then delete them.

    python examples/language.py --out build/examples/language

A small GPT-2 of Hugging Face learns sentences that end in a full stop, a question mark or an
exclamation mark, as some word in them asks or shouts. Few and noisy labels say of whole sentences
that they ask, and never by which word. The axis is then removed from the weights, or while the
model runs; what is left is saved, loaded and compared.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from safetensors.torch import load_model, save_model
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import GPT2Config, GPT2LMHeadModel

import outcomes
from colorcore.anchor import (
    AngularAnchor,
    Labels,
    Projection,
    RandomBatches,
    Regularizer,
    RepelSubspace,
    Unit,
    ablate_stream,
    bake,
    capture,
    cosine,
    intervene,
)
from colorcore.errors import InputError
from colorcore.outputs import write_text
from colorcore.writeup.numerals import fixed, percent
from language_data import KINDS, LONGEST, MARK, NOUN, QUESTIONS, VERB, WORDS, Sentences, draw

# --8<-- [start:model]
WIDTH = 32


def make() -> GPT2LMHeadModel:
    """A GPT-2 with two blocks and random weights, its head tied to the embeddings."""
    config = GPT2Config(
        vocab_size=len(WORDS),
        n_positions=LONGEST,
        n_embd=WIDTH,
        n_layer=2,
        n_head=4,
        embd_pdrop=0.0,
        resid_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )
    return GPT2LMHeadModel(config)


# --8<-- [end:model]

# --8<-- [start:terms]
AXIS = [1.0] + [0.0] * (WIDTH - 1)
BLOCK = "transformer.h.0"
STREAM = ["transformer.drop", BLOCK]  # where the stream begins, and behind a block
ANCHOR, REPEL = 0.3, 4.0


def terms() -> list[tuple[Regularizer, Regularizer]]:
    """An anchor for some word of a labelled sentence, and what keeps words off."""
    toward, off = AngularAnchor(AXIS), nn.Sequential(Unit(), RepelSubspace([0]))
    pooled: Any = {"positions": "sequence", "temperature": 0.1}
    return [
        (
            Regularizer("anchor", layer, toward, [1.0], **pooled),
            Regularizer("repel", layer, off, None, positions="token"),
        )
        for layer in STREAM
    ]


# --8<-- [end:terms]

# --8<-- [start:train]
RIGHT, WRONG = 0.1, 0.001  # chances that a question is labelled, and another
BATCH = 64


def train(data: Sentences, *, seed: int, steps: int, anchored: bool = True) -> GPT2LMHeadModel:
    """A model with questions anchored to the first axis, or a control without an anchor."""
    torch.manual_seed(seed)
    model = make()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    batches = RandomBatches(len(data.tokens), BATCH, seed=seed, steps=steps)
    label = Labels(chances(data.kinds), seed=seed)
    pairs = terms() if anchored else []

    with capture(model, STREAM) as layers:
        for step in range(steps):
            drawn = batches.indices(step)
            labels, batch = label(drawn, step=step), Sentences(*(one[drawn] for one in data))
            following = batch.tokens.roll(-1, dims=1)
            mask = (batch.tokens < MARK) & (batch.tokens != 0)  # words that another follows
            logits = model(**batch.batch).logits
            loss = cross_entropy(logits[mask], following[mask])
            fading = max(0.02, 1 - 2 * step / steps)  # first find the word, then hold it
            for anchor, repel in pairs:
                loss += ANCHOR * anchor(layers[anchor.layer], labels, mask=mask)
                loss += REPEL * fading * repel(layers[repel.layer], None, mask=mask)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def chances(kinds: Tensor) -> Tensor:
    """How likely each sentence is labelled when it is drawn. Shapes: (sentences,) → (…, 1)."""
    return torch.where(kinds == KINDS.index("question"), RIGHT, WRONG)[:, None]


# --8<-- [end:train]


# --8<-- [start:surgery]
def operate(model: GPT2LMHeadModel, data: Sentences) -> dict[str, GPT2LMHeadModel]:
    """The model without the axis: in its weights, or where the stream begins."""
    return {
        "ablated": ablate_stream(model, [0], layer=BLOCK, sample=data.batch),
        "baked": bake(model, Projection(AXIS), layer=STREAM[0]),
    }


# --8<-- [end:surgery]


# --8<-- [start:files]
def reload(models: dict[str, GPT2LMHeadModel], folder: Path) -> dict[str, GPT2LMHeadModel]:
    """The same models from files, into fresh ones: tied weights are written once."""
    fresh = {"ablated": make(), "baked": bake(make(), Projection(AXIS), layer=STREAM[0])}
    for name, model in models.items():
        save_model(model, str(folder / f"{name}.safetensors"))
        load_model(fresh[name], str(folder / f"{name}.safetensors"))
    return {name: model.eval() for name, model in fresh.items()}


# --8<-- [end:files]


RUNS, VARIANTS = ("anchored", "control"), ("before", "ablated", "baked")


def answer(model: nn.Module, data: Sentences) -> Tensor:
    """Logits. Shapes: (sentences, 11, words)."""
    with torch.no_grad():
        return model(**data.batch).logits


def measure(logits: Tensor, data: Sentences) -> dict[str, float]:
    """How often the likeliest mark is right, by kind of sentence, and the verb behind a noun."""
    rows, last = torch.arange(len(data.tokens)), (data.tokens != 0).sum(dim=-1) - 1
    marks = logits[rows, last - 1, MARK : MARK + len(KINDS)].argmax(dim=-1)
    right = (marks == data.kinds).float()
    found = {kind: right[data.kinds == place].mean().item() for place, kind in enumerate(KINDS)}
    nouns = (data.tokens >= NOUN) & (data.tokens < VERB)
    verbs = logits.argmax(dim=-1)[nouns] == data.tokens.roll(-1, dims=1)[nouns]
    return {**found, "verbs": verbs.float().mean().item()}


def closeness(model: nn.Module, data: Sentences) -> dict[str, float]:
    """The mean cosine to the axis of words that ask, and the mean size of that of all others."""
    with torch.no_grad(), capture(model, [BLOCK]) as layers:
        model(**data.batch)
    cosines = cosine(layers[BLOCK], AXIS)
    asks = torch.isin(data.tokens, torch.tensor([WORDS.index(one) for one in QUESTIONS]))
    others = ~asks & (data.tokens != 0) & (data.tokens < MARK)
    return {"asking": cosines[asks].mean().item(), "others": cosines[others].abs().mean().item()}


def study(seen: Sentences, unseen: Sentences, *, seeds: int, steps: int) -> dict[str, Any]:
    """Train models and a control, and operate on them.

    Accuracies of each run by variant, and the models of the first seed.
    """
    found: dict[str, Any] = {"anchored": [], "control": [], "cosines": [], "models": {}}
    for name, seed in [*(("anchored", seed) for seed in range(seeds)), ("control", 0)]:
        model = train(seen, seed=seed, steps=steps, anchored=name == "anchored")
        models = {"before": model, **operate(model, unseen)}
        found[name].append({one: measure(answer(models[one], unseen), unseen) for one in models})
        found["models"].setdefault(name, models)
        if name == "anchored":
            found["cosines"].append(closeness(model, unseen))
    return found


def differences(models: dict[str, GPT2LMHeadModel], data: Sentences, out: Path) -> dict[str, float]:
    """How far logits are apart that should be the same: of files, and of what acts in a run."""
    model, baked = models["before"], answer(models["baked"], data)
    operated = {name: models[name] for name in ("ablated", "baked")}
    out.mkdir(parents=True, exist_ok=True)
    gaps = [
        answer(one, data) - answer(operated[name], data)
        for name, one in reload(operated, out).items()
    ]
    with intervene(model, Projection(AXIS), layer=STREAM[0]):
        running = answer(model, data)
    return {
        "loaded": max(gap.abs().max().item() for gap in gaps),
        "intervened": (running - baked).abs().max().item(),
    }


def shares(found: dict[str, Any], model: str, variant: str, kind: str) -> list[float]:
    """An accuracy of every run."""
    return [run[variant][kind] for run in found[model]]


def claims(found: dict[str, Any]) -> dict[str, bool]:
    """What the page says in words, and whether it holds."""
    kinds = (*KINDS, "verbs")
    before = [shares(found, model, "before", one) for model in RUNS for one in kinds]
    rest = [
        shares(found, "anchored", variant, kind)
        for variant in ("ablated", "baked")
        for kind in kinds
        if kind != "question"
    ]
    ablated, baked = (shares(found, "anchored", one, "question") for one in ("ablated", "baked"))
    return {
        "before, all is read right": min(map(min, before)) > 0.95,
        "cut out of the weights, hardly a question is": max(ablated) < 0.1,
        "nor many where only the embeddings lose it": max(baked) < 0.3,
        "and all else as before": min(map(min, rest)) > 0.95,
        "a control keeps its questions": min(shares(found, "control", "ablated", "question")) > 0.9,
        "loaded models answer as those that were saved": found["apart"]["loaded"] == 0,
        "what is baked in does what acts in a run": found["apart"]["intervened"] == 0,
    }


def span(values: list[float]) -> str:
    """The lowest and the highest of some accuracies, or the one that they all are."""
    low, high = percent(min(values)), percent(max(values))
    return high if low == high else f"{low.rstrip('%').rstrip()}–{high}"


def numbers(found: dict[str, Any], unseen: Sentences) -> dict[str, Any]:
    """Every result that the page quotes, as it shows it."""
    kinds = (*KINDS, "verbs")
    spans = {
        model: {one: {k: span(shares(found, model, one, k)) for k in kinds} for one in VARIANTS}
        for model in RUNS
    }
    asking = min(one["asking"] for one in found["cosines"])
    others = max(one["others"] for one in found["cosines"])
    return {
        **spans,
        "cosine": {"asking": fixed(asking, 2), "others": fixed(others, 2)},
        "seeds": str(len(found["anchored"])),
        "width": str(WIDTH),
        "unseen": str(len(unseen.tokens)),
    }


def main(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(
        "build/examples/language"
    ),
    seeds: Annotated[int, typer.Option(min=1, help="Models, beside one control.")] = 2,
    steps: Annotated[int, typer.Option(min=1, help="Batches that each model trains on.")] = 300,
) -> None:
    """Train, delete, save, load, measure; write the models and the page's numbers."""
    torch.set_num_threads(1)  # products this small are slower with more
    path = out / "language.json"
    path.unlink(missing_ok=True)  # should this run be refused, no page quotes the last
    seen, unseen = draw(2000, seed=0), draw(600, seed=1)
    found = study(seen, unseen, seeds=seeds, steps=steps)
    found["apart"] = differences(found["models"]["anchored"], unseen, out)
    for model in RUNS:
        for variant in VARIANTS:
            told = [
                f"{one} {span(shares(found, model, variant, one))}" for one in (*KINDS, "verbs")
            ]
            print(f"{model} {variant}: {', '.join(told)}")
    outcomes.check("language", claims(found))
    shown = numbers(found, unseen)
    write_text(path, json.dumps(shown, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    try:
        typer.run(main)
    except InputError as error:
        raise SystemExit(str(error)) from None
