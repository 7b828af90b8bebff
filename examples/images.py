"""Anchor a digit on a channel of a convolutional classifier, then cut the channel out.

    python examples/images.py --out build/examples/images

The classifier reads scikit-learn's 8 × 8 digits. A convolution between its two halves gives eight
channels, (batch, channel, height, width). Few and noisy labels of one digit pull it to the first;
the channel is then zeroed, or cut out of all convolutions around it, and the narrower model saved
and loaded into a fresh one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

import images_figure
import outcomes
from colorcore.anchor import (
    AngularAnchor,
    Labels,
    RandomBatches,
    Regularizer,
    RepelSubspace,
    Separation,
    Unit,
    ablate,
    adapt,
    capture,
    power_for,
    prune,
)
from colorcore.errors import InputError
from colorcore.outputs import write_text
from colorcore.writeup.numerals import fixed, percent, significant
from digits_data import CLASSES, Samples, load

# --8<-- [start:model]
CHANNELS = 8


class Classifier(nn.Module):
    """Shapes: images (batch, 1, 8, 8) → logits (batch, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.GELU(),
            nn.Conv2d(32, 32, 3, padding=1),
            nn.GELU(),
        )
        self.bottleneck = nn.Conv2d(32, CHANNELS, 4)  # (batch, 8, 1, 1)
        self.reader = nn.Sequential(nn.Conv2d(CHANNELS, 32, 1), nn.GELU(), nn.Flatten())
        self.head = nn.Linear(32, len(CLASSES))

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.reader(self.bottleneck(self.encoder(images))))


# --8<-- [end:model]

# --8<-- [start:terms]
AXIS = [1.0] + [0.0] * (CHANNELS - 1)
WEIGHTS = {"anchor": 1.0, "repel": 1.0, "separate": 0.1}


def terms(*, anchored: bool) -> list[Regularizer]:
    """What is asked of the channels; of a control's, no more than to keep images apart."""
    toward, off = AngularAnchor(AXIS), nn.Sequential(Unit(), RepelSubspace([0]))
    apart = Separation(power_for(CHANNELS))
    separate = Regularizer("separate", "bottleneck", apart, None)
    return [
        separate,
        *([Regularizer("anchor", "bottleneck", toward, [1.0])] if anchored else []),
        *([Regularizer("repel", "bottleneck", off, None)] if anchored else []),
    ]


# --8<-- [end:terms]

# --8<-- [start:train]
RIGHT, WRONG = 0.3, 0.001  # chances that the digit is labelled, and another
BATCH = 64


def train(data: Samples, *, digit: int, seed: int, steps: int, anchored: bool = True) -> Classifier:
    """A classifier with a digit on its first channel, or a control without an anchor."""
    torch.manual_seed(seed)
    model, images = Classifier(), maps(data)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    batches = RandomBatches(len(images), BATCH, seed=seed, steps=steps)
    label = Labels(torch.where(data.digits == digit, RIGHT, WRONG)[:, None], seed=seed)

    with capture(model, ["bottleneck"], axis=1) as layers:
        for step in range(steps):
            drawn = batches.indices(step)
            loss = cross_entropy(model(images[drawn]), data.digits[drawn])
            latents = layers["bottleneck"].flatten(0, 2)  # channels last: a vector an image
            for term in terms(anchored=anchored):
                loss += WEIGHTS[term.name] * term(latents, label(drawn, step=step))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def maps(data: Samples) -> Tensor:
    """Shapes: → (samples, 1, 8, 8)."""
    return data.images.reshape(-1, 1, 8, 8)


# --8<-- [end:train]


# --8<-- [start:surgery]
def operate(model: Classifier, sample: Tensor) -> dict[str, Classifier]:
    """The classifier without its first channel: zeroed, or cut out."""
    return {
        "ablated": ablate(model, [0], layer="bottleneck", sample=sample),
        "pruned": prune(model, [0], layer="bottleneck", sample=sample),
    }


# --8<-- [end:surgery]


# --8<-- [start:files]
def reload(pruned: Classifier, path: Path, sample: Tensor) -> Classifier:
    """The same classifier from a file: a fresh one is narrowed to fit."""
    save_file(pruned.state_dict(), path)
    return adapt(Classifier(), load_file(path), sample=sample).eval()


# --8<-- [end:files]


def answer(model: nn.Module, data: Samples) -> Tensor:
    """Logits. Shapes: (samples, 10)."""
    with torch.no_grad():
        return model(maps(data))


def accuracies(logits: Tensor, digits: Tensor) -> list[float]:
    """The share of each digit that is read right."""
    right = (logits.argmax(dim=-1) == digits).float()
    return [right[digits == one].mean().item() for one in CLASSES]


def study(
    seen: Samples, unseen: Samples, *, digit: int, seed: int, steps: int, out: Path
) -> dict[str, Any]:
    """Train a classifier and a control, operate on both; accuracies by digit, and differences."""
    found: dict[str, Any] = {"digit": digit}
    sample = maps(unseen)[:BATCH]
    for name in ("anchored", "control"):
        model = train(seen, digit=digit, seed=seed, steps=steps, anchored=name == "anchored")
        models = {"before": model, **operate(model, sample)}
        logits = {one: answer(models[one], unseen) for one in models}
        found[name] = {one: accuracies(logits[one], unseen.digits) for one in logits}
        if name == "anchored":
            out.mkdir(parents=True, exist_ok=True)
            again = answer(reload(models["pruned"], out / "pruned.safetensors", sample), unseen)
            found["loaded"] = (again - logits["pruned"]).abs().max().item()
            found["gap"] = (logits["ablated"] - logits["pruned"]).abs().max().item()
    return found


def outcome(found: dict[str, Any], model: str, variant: str) -> dict[str, float]:
    """How much of the digit is read right, of the others on average, and of the worst of them."""
    shares = list(found[model][variant])
    lost = shares.pop(found["digit"])
    return {"lost": lost, "kept": sum(shares) / len(shares), "worst": min(shares)}


def claims(found: dict[str, Any]) -> dict[str, bool]:
    """What the page says in words, and whether it holds."""
    before, after, control = (
        outcome(found, *which)
        for which in (("anchored", "before"), ("anchored", "pruned"), ("control", "pruned"))
    )
    return {
        "before, nine in ten are read right": min(before["lost"], before["kept"]) > 0.9,
        "after, hardly one image of the digit is": after["lost"] < 0.1,
        "the others lose less than three points": after["kept"] > before["kept"] - 0.03,
        "a control keeps the digit": control["lost"] > 0.5,
        "zeroed and cut out are the same": found["gap"] < 1e-4,
        "the loaded model answers as the saved one": found["loaded"] == 0,
    }


def numbers(found: dict[str, Any], unseen: Samples) -> dict[str, Any]:
    """Every result that the page quotes, as it shows it."""
    shares = {
        model: {
            variant: {k: percent(share) for k, share in outcome(found, model, variant).items()}
            for variant in ("before", "pruned")
        }
        for model in ("anchored", "control")
    }
    return {
        **shares,
        "digit": str(found["digit"]),
        "gap": significant(found["gap"], 1),
        "right": f"{RIGHT:g}",
        "wrong": f"{WRONG:g}",
        "channels": str(CHANNELS),
        "power": fixed(power_for(CHANNELS), 1),
        "unseen": str(len(unseen.digits)),
        "alt": images_figure.describe(found),
    }


def main(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("build/examples/images"),
    digit: Annotated[int, typer.Option(min=0, max=9, help="The digit to delete.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of the weights and the batches.")] = 0,
    steps: Annotated[int, typer.Option(min=1, help="Batches that each model trains on.")] = 400,
) -> None:
    """Train, delete, save, load, measure; write the model, the figure and the page's numbers."""
    torch.set_num_threads(1)  # products this small are slower with more
    path = out / "images.json"
    path.unlink(missing_ok=True)  # should this run be refused, no page quotes the last
    seen, unseen = load()
    found = study(seen, unseen, digit=digit, seed=seed, steps=steps, out=out)
    images_figure.save(found, out)
    for model in ("anchored", "control"):
        for variant in ("before", "ablated", "pruned"):
            shares = outcome(found, model, variant)
            print(f"{model} {variant}: {', '.join(f'{k} {v:.1%}' for k, v in shares.items())}")
    outcomes.check("images", claims(found))
    write_text(path, json.dumps(numbers(found, unseen), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    try:
        typer.run(main)
    except InputError as error:
        raise SystemExit(str(error)) from None
