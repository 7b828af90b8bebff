"""What an edited model of the example on mixing still mixes, by how like red the colours are."""

from __future__ import annotations

import pandas as pd
import torch
from torch import Tensor, nn

from mixing_data import RED, RGB, Pairs, every_pair
from mixing_measure import answers, likeness

UNLIKE = 0.216  # of likeness: below it a colour's cube is under a hundredth, as the paper has it
LIKE = 0.79  # red, and the five colours that are a step from it
TENTHS = 10


def damage(model: nn.Module) -> pd.DataFrame:
    """A row a line: how like red its operands and its mean are, and what became of it.

    Columns: `operand`, the likeness of the redder operand, and `answer`, that of the mean; `exact`,
    whether the likeliest colour is the mean; `chance`, its probability; `off`, how far the
    likeliest lies from it in RGB.
    """
    pairs, like = every_pair(), likeness()
    told = answers(model, pairs)
    best = told.argmax(dim=-1)
    return pd.DataFrame(
        {
            "operand": torch.maximum(like[pairs.first], like[pairs.second]).numpy(),
            "answer": like[pairs.answer].numpy(),
            "exact": (best == pairs.answer).numpy(),
            "chance": told.gather(1, pairs.answer[:, None]).exp()[:, 0].numpy(),
            "off": torch.linalg.vector_norm(RGB[best] - RGB[pairs.answer], dim=-1).numpy(),
        }
    )


def curve(lines: pd.DataFrame) -> pd.DataFrame:
    """Means of lines by the likeness of an operand or of the answer, in tenths; 1 is red's own."""
    found = []
    for role in ("operand", "answer"):
        tenth = (lines[role] * TENTHS + 1e-4).astype(int) / TENTHS
        means = lines.groupby(tenth)[["exact", "chance", "off"]].mean()
        means.insert(0, "lines", lines.groupby(tenth).size())
        found.append(means.rename_axis("likeness").reset_index().assign(role=role))
    return pd.concat(found, ignore_index=True)


def groups(lines: pd.DataFrame) -> dict[str, pd.Series]:
    """Which lines a summary is of: red's own, those of its neighbours, and those without either."""
    nearest = lines[["operand", "answer"]].max(axis=1)
    return {
        "red operand": lines["operand"] > 0.99,
        "like red operand": lines["operand"].between(LIKE, 0.99),
        "like red answer": lines["answer"] > LIKE,
        "unlike": nearest < UNLIKE,
        "all": nearest >= 0,
    }


def summary(lines: pd.DataFrame) -> pd.DataFrame:
    """Means of the groups, a row each."""
    rows = {
        name: lines.loc[chosen, ["exact", "chance", "off"]].mean()
        for name, chosen in groups(lines).items()
    }
    return pd.DataFrame(rows).T.rename_axis("group").reset_index()


def share_right(summaries: pd.DataFrame, model: str, way: str, group: str) -> pd.Series:
    """The share of a group's lines that is completed right, by seed, in summaries of many runs."""
    rows = summaries.query("model == @model and way == @way and group == @group")
    return rows.set_index("seed")["exact"]


def instead(model: nn.Module) -> pd.DataFrame:
    """What is answered to red and another colour, a row a line.

    Columns: `partner`, `mean` and `answer`, tokens of colours.
    """
    pairs = every_pair()
    chosen: Pairs = pairs.of((pairs.first == RED) ^ (pairs.second == RED))
    partner = torch.where(chosen.first == RED, chosen.second, chosen.first)
    best = answers(model, chosen).argmax(dim=-1)
    return pd.DataFrame(
        {"partner": partner.numpy(), "mean": chosen.answer.numpy(), "answer": best.numpy()}
    )


def taken_for(rows: pd.DataFrame) -> Tensor:
    """The colour that red would have to be for such answers: what lies as far beyond each answer as
    its partner does on this side. The mean over lines; see `instead`.

    Shapes: → (3,), RGB, which may lie outside [0, 1].
    """
    answer, partner = (RGB[rows[name].tolist()] for name in ("answer", "partner"))
    return (2 * answer - partner).mean(dim=0)


def hexadecimal(rgb: Tensor) -> str:
    """A colour as it is written on a page, channels out of range at their ends. Shapes: (3,).

    Example:

        >>> hexadecimal(torch.tensor([1.0, 0.4, -0.1]))
        '#ff6600'
    """
    return "#" + "".join(f"{round(255 * level):02x}" for level in rgb.clamp(0, 1).tolist())
