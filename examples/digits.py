"""Anchor one digit on a latent axis of an ordinary PyTorch model, then delete it.

    python examples/digits.py --out build/examples/digits

The model is an autoencoder of scikit-learn's 8 × 8 digits with a bottleneck of unit length. Few and
noisy labels of one digit pull it to the first axis; the axis is then removed, and held-out images
tell what was lost. Ten seeds, ten controls without an anchor, and each other digit once.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pandas as pd
import torch
import typer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

import digits_audit
import digits_figure
import digits_report
from colorcore.anchor import (
    Audit,
    AuditSamples,
    Regularizer,
    Unit,
    ablate,
    angular_anchor,
    angular_separation,
    audit_edit,
    capture,
    prune,
    repel_subspace,
)
from colorcore.errors import InputError
from colorcore.kernels import draw_batch
from colorcore.outputs import write_text
from digits_data import CLASSES, PIXELS, Samples, load
from digits_measure import answer, count_labels, measure

# --8<-- [start:model]
LATENT = 12


class Model(nn.Module):
    """An autoencoder, and a reader that tells digits from its latents.

    Shapes: images (batch, 64) in; reconstructions (batch, 64) and logits (batch, 10) out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(PIXELS, 64), nn.GELU(), nn.Linear(64, LATENT))
        self.bottleneck = Unit()
        self.decoder = nn.Sequential(nn.Linear(LATENT, 64), nn.GELU(), nn.Linear(64, PIXELS))
        self.reader = nn.Sequential(nn.Linear(LATENT, 32), nn.GELU(), nn.Linear(32, len(CLASSES)))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        latents = self.bottleneck(self.encoder(images))
        return self.decoder(latents), self.reader(latents.detach())  # look, do not touch


# --8<-- [end:model]

# --8<-- [start:labels]
RIGHT = 0.1  # chance that a sample of the digit is labelled
WRONG = 0.001  # and one of another digit, by mistake


def chances(digits: Tensor, digit: int) -> Tensor:
    """How likely each sample is labelled when it is drawn. Shapes: (samples,) → (samples, 1)."""
    return torch.where(digits == digit, RIGHT, WRONG)[:, None]


# --8<-- [end:labels]

# --8<-- [start:terms]
AXIS = [1.0] + [0.0] * (LATENT - 1)
POWER = 10.0  # of the separation: how near two latents must be to push each other away
WEIGHTS = {"separate": 0.01, "anchor": 0.3, "repel": 0.3}


def regularizers(*, anchored: bool) -> list[Regularizer]:
    """What is asked of the latents; of a control's no more than to keep apart."""
    separate = Regularizer("separate", "bottleneck", lambda z: angular_separation(z, POWER), None)
    anchor = Regularizer("anchor", "bottleneck", lambda z: angular_anchor(z, AXIS), torch.ones(1))
    repel = Regularizer("repel", "bottleneck", lambda z: repel_subspace(z, [0]), None)
    return [separate, anchor, repel] if anchored else [separate]


# --8<-- [end:terms]

# --8<-- [start:train]
BATCH = 64


def train(samples: Samples, *, digit: int, seed: int, steps: int, anchored: bool = True) -> Model:
    """A model with a digit anchored to its first axis, or a control without an anchor."""
    torch.manual_seed(seed)
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    terms = regularizers(anchored=anchored)
    likely = chances(samples.digits, digit)

    with capture(model, ["bottleneck"]) as layers:
        for step in range(steps):
            indices, labels = draw_batch(
                samples.images, likely, seeds=[seed], step=step, batch_size=BATCH
            )
            images, digits = samples.images[indices[0]], samples.digits[indices[0]]
            recon, logits = model(images)
            loss = mse_loss(recon, images) + cross_entropy(logits, digits)
            for term in terms:
                latents, labelled = layers[term.layer], torch.from_numpy(labels[0])
                loss += WEIGHTS[term.name] * term(latents, labelled)

            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model


# --8<-- [end:train]


# --8<-- [start:surgery]
def variants(model: Model) -> dict[str, Model]:
    """A model, and what surgery makes of it."""
    return {
        "before": model,
        "ablated": ablate(model, [0], layer="bottleneck"),
        "pruned": prune(model, [0], layer="bottleneck"),
    }


# --8<-- [end:surgery]


# --8<-- [start:audit]
def audited(model: Model, samples: Samples, *, digit: int, seeds: int) -> Audit:
    """What is left of a digit in an ablated model, and how soon it comes back."""
    torch.manual_seed(0)  # of the fresh model
    is_digit = (samples.digits == digit).numpy()
    known = AuditSamples(
        values=is_digit.astype(float), concept=is_digit, outputs=samples.images.numpy()
    )
    return audit_edit(
        model,
        ablate(model, [0], layer="bottleneck", frozen=True),
        samples.images,
        known,
        layer="bottleneck",
        seeds=range(seeds),
        behind=["decoder"],
        fresh=Model(),
        answer=lambda model, images: model(images)[0],
        widths=[64],  # of readers, as the decoder's own
        steps=500,
        relearn_steps=200,
    )


# --8<-- [end:audit]


class Study(NamedTuple):
    """One run: `run` is about the whole, `classes` has a row a variant and class.

    Shapes: `pictures` (3, 10, 64): a held-out image of each digit, and its reconstructions before
    and after ablation.
    """

    run: dict[str, Any]
    classes: pd.DataFrame
    pictures: Tensor


def study(
    seen: Samples, unseen: Samples, *, digit: int, seed: int, steps: int, anchored: bool = True
) -> Study:
    """Train a model, operate on it, and measure before and after."""
    models = variants(train(seen, digit=digit, seed=seed, steps=steps, anchored=anchored))
    run = {"model": "anchored" if anchored else "control", "digit": digit, "seed": seed}
    tables = [
        measure(model, seen, unseen, AXIS).assign(**run, variant=name)
        for name, model in models.items()
    ]
    recon = {name: answer(model, unseen.images).recon for name, model in models.items()}
    gap = (recon["ablated"] - recon["pruned"]).abs().max().item()
    first = [int((unseen.digits == one).nonzero()[0]) for one in CLASSES]
    pictures = torch.stack([unseen.images, recon["before"], recon["ablated"]])[:, first]
    labels = count_labels(
        seen.digits,
        chances(seen.digits, digit),
        digit=digit,
        seed=seed,
        steps=steps,
        batch_size=BATCH,
    )
    return Study({**run, **labels, "gap": gap}, pd.concat(tables), pictures)


def plan(digit: int, seeds: int) -> list[dict[str, Any]]:
    """The runs: a digit and its control with every seed, each other digit with the first."""
    return [
        *({"digit": digit, "seed": seed} for seed in range(seeds)),
        *({"digit": digit, "seed": seed, "anchored": False} for seed in range(seeds)),
        *({"digit": other, "seed": 0} for other in CLASSES if other != digit),
    ]


def settings(unseen: Samples) -> dict[str, str]:
    """Constants that the page quotes."""
    return {
        "unseen": str(len(unseen.digits)),
        "latent": str(LATENT),
        "right": f"{RIGHT:g}",
        "wrong": f"{WRONG:g}",
        "power": f"{POWER:g}",
        "reach": digits_report.reach(POWER),
        "reach_of_100": digits_report.reach(100),
    }


def main(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("build/examples/digits"),
    digit: Annotated[int, typer.Option(min=0, max=9, help="The digit to delete.")] = 3,
    seeds: Annotated[int, typer.Option(min=1, help="Runs, and as many controls.")] = 10,
    steps: Annotated[int, typer.Option(min=1, help="Batches that each run trains on.")] = 400,
) -> None:
    """Train, delete, measure; write results.csv, runs.csv, the figure and the page's numbers."""
    torch.set_num_threads(1)  # products this small are slower with more
    numbers_path = out / "digits.json"
    numbers_path.unlink(missing_ok=True)  # should this run be refused, no page quotes the last
    seen, unseen = load()
    with typer.progressbar(plan(digit, seeds), label="training") as runs:
        studies = [study(seen, unseen, steps=steps, **run) for run in runs]

    table = pd.DataFrame([one.run for one in studies])
    classes = pd.concat([one.classes for one in studies], ignore_index=True)
    for name, rows in {"runs": table, "results": classes}.items():
        write_text(out / f"{name}.csv", rows.to_csv(index=False, lineterminator="\n"))
    figure = digits_figure.Data(classes, studies[0].pictures.numpy(), digit)
    digits_figure.save(figure, out)
    digits_report.check(classes, table, digit)
    first = train(seen, digit=digit, seed=0, steps=steps)
    audit = audited(first, seen, digit=digit, seeds=3)
    digits_audit.check(audit)
    digits_audit.save(audit, out)
    numbers = {
        **digits_report.numbers(classes, table, digit),
        "settings": settings(unseen),
        "alt": digits_figure.describe(figure),
        "audit": digits_audit.numbers(audit),
    }
    write_text(numbers_path, json.dumps(numbers, indent=2, ensure_ascii=False) + "\n")
    print(f"{out}: digit {digit}, medians of {seeds} seeds")
    for model in ("anchored", "control"):
        for group in ("lost", "kept"):
            spread = numbers[model][f"{group}_accuracy"]
            print(f"{model} {group}: {spread['before']['median']} → {spread['after']['median']}")


if __name__ == "__main__":
    try:
        typer.run(main)
    except InputError as error:
        raise SystemExit(str(error)) from None
