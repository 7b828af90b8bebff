"""An audit of a deletion, whatever the model: is it gone, does it come back, what else went?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from colorcore.anchor.audit.collateral import collateral
from colorcore.anchor.audit.measures import INTERVAL
from colorcore.anchor.audit.priors import few_weights, prior_weights
from colorcore.anchor.audit.readings import AuditSamples, readings
from colorcore.anchor.audit.relearning import relearn
from colorcore.anchor.audit.required import require
from colorcore.anchor.audit.responses import Answer, Loss, latents, losses
from colorcore.anchor.interventions.installed import bake
from colorcore.anchor.layers.copies import shadow
from colorcore.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Edit = nn.Module | Callable[[Tensor], Tensor]

FOUND = ("ceiling", "edited", "floor")
KEYS = ["read", "reader", "prior"]


@dataclass(frozen=True, eq=False)
class Audit:
    """What an audit found: tables with a row a run and seed, what they come to, and a figure.

    `readings` are those of the function of this name; `collateral` has a row a group and run; and
    `relearning` a row a moment of training: `part`, which parameters moved; `shown`, what of the
    concept was; `seed`, `run` and `step`; and the mean error of the concept's own samples
    (`concept`) and of those unlike it (`unlike`).
    """

    readings: pd.DataFrame
    collateral: pd.DataFrame
    relearning: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """A row a reader, prior and what is read: each found in the median over runs and seeds.

        Columns: `ceiling`, `edited` and `floor`; with ` low` and ` high` behind each, between which
        nine in ten lie.
        """
        import pandas as pd

        found = self.readings.groupby(KEYS, sort=False)
        columns = {
            f"{name}{suffix}": found[name].quantile(at)
            for name in FOUND
            for suffix, at in INTERVAL.items()
        }
        return pd.DataFrame(columns)

    def steps_to(self, error: float) -> pd.DataFrame:
        """After how many steps the concept's error was first no larger; NaN where it never was.

        A row a part, what was shown, seed and run.
        """
        keys = ["part", "shown", "seed", "run"]
        if self.relearning.empty:
            return self.relearning[[*keys, "step"]]
        first = self.relearning[self.relearning["concept"] <= error].groupby(keys, sort=False)
        every = self.relearning[keys].drop_duplicates()
        return every.merge(first["step"].min().reset_index(), how="left", on=keys)

    def draw(self, *, colors: Sequence[str] | None = None) -> Figure:
        """A figure: what readers find, and how the concept's error falls when it is learnt again.

        `colors` are of lines and points, five at least; all else is as matplotlib is set.
        """
        from colorcore.anchor.audit.drawing import COLORS, draw

        return draw(self.table, self.relearning, colors=COLORS if colors is None else colors)


def audit_edit(
    model: nn.Module,
    edit: Edit,
    inputs: Tensor,
    samples: AuditSamples,
    *,
    layer: str,
    seeds: Sequence[int],
    behind: Sequence[str] | None = None,
    fresh: nn.Module | None = None,
    runs: int | None = None,
    answer: Answer | None = None,
    loss: Loss | None = None,
    position: int | None = None,
    widths: Sequence[int] = (16, 16),
    steps: int = 1500,
    relearn_steps: int = 2000,
    few: int = 4,
) -> Audit:
    """Look for a concept that an edit is to have taken from what a layer gives.

    `edit` is the edited model, a copy with the same layer, as `ablate`, `prune` and `bake` give it;
    or an intervention on what the layer gives. What readers find there is put beside what they find
    before the edit, and in `samples.rest` alone. Then the edited model is trained again: all of it,
    shown the concept as often as it comes, `few` samples of it half the time, or none; with the
    parts named in `behind`, those alone; and beside it `fresh`, a model that was never trained.
    Let the edit stay in place meanwhile: `ablate(…, frozen=True)`. `relearn_steps=0` leaves it out.

    Shapes: `inputs` (samples, …); `seeds` (seeds,), whole numbers from 0 on; `runs` of an ensemble;
    `answer` takes model and inputs to what is compared with `samples.outputs`, a row a sample, by
    `loss`, a number a sample, or in squared errors; `position` is the one that is read, where the
    layer gives sequences; `widths` and `steps` are of the networks that read.

    Raises: ImportError without the libraries of `colorcore[audit]`; InputError for inputs of
    another number, and as `readings`, `relearn` and `capture`.

    Example:

        >>> from colorcore.anchor import Projection
        >>> model = nn.Sequential(nn.Identity(), nn.Linear(2, 2))
        >>> x = torch.linspace(0, 1, 40)[:, None] ** torch.tensor([1, 2])
        >>> samples = AuditSamples(x[:, 0].double().numpy(), (x[:, 0] > 0.5).numpy(), x.numpy())
        >>> few = {"seeds": [0], "steps": 50, "relearn_steps": 10}
        >>> found = audit_edit(model, Projection([1, 0]), x, samples, layer="0", **few)
        >>> found.table.loc[("value, R²", "linear", "natural"), "ceiling"].round(6)
        np.float64(1.0)
    """
    require()
    if len(inputs) != len(samples.values):
        raise InputError(
            f"inputs must be one for each of {len(samples.values)} samples, got {len(inputs)}; "
            "give the inputs that the samples are about"
        )
    if not len(seeds):
        raise InputError("seeds must be at least one, got none; give one an initialisation")
    edited = _edited(model, edit, layer)
    one = _Subject(inputs, samples, layer, runs, answer, loss, position)
    return Audit(
        readings(
            one.latents(model),
            one.latents(edited),
            samples,
            seeds=seeds,
            widths=widths,
            steps=steps,
        ),
        collateral(one.errors(model), one.errors(edited), samples),
        one.relearned(edited, fresh, behind, seeds, relearn_steps, few),
    )


class _Acting(nn.Module):
    """A function as a module."""

    def __init__(self, act: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.act = act

    def forward(self, values: Tensor) -> Tensor:
        return self.act(values)


def _edited(model: nn.Module, edit: Edit, layer: str) -> nn.Module:
    """The edited model: the one given, which has the layer, or one with an intervention on it."""
    if isinstance(edit, nn.Module) and layer in dict(edit.named_modules()):
        return edit
    return bake(model, edit if isinstance(edit, nn.Module) else _Acting(edit), layer=layer)


@dataclass(frozen=True, eq=False)
class _Subject:
    """Samples, and how models are asked about them."""

    inputs: Tensor
    samples: AuditSamples
    layer: str
    runs: int | None
    answer: Answer | None
    loss: Loss | None
    position: int | None

    def latents(self, model: nn.Module) -> NDArray[np.float64]:
        return latents(model, self.layer, self.inputs, runs=self.runs, position=self.position)

    def errors(self, model: nn.Module) -> NDArray[np.float64]:
        """Shapes: → (runs, samples)."""
        with torch.no_grad():
            still = shadow(model).eval()
            found = losses(
                still, self.inputs, self.wanted(model), self.runs, self.answer, self.loss
            )
        return found.double().reshape(self.runs or 1, -1).cpu().numpy()

    def wanted(self, model: nn.Module) -> Tensor:
        """The outputs, as the model's parameters are."""
        like = next(model.parameters(), self.inputs)
        return torch.from_numpy(self.samples.outputs).to(like)

    def relearned(
        self,
        edited: nn.Module,
        fresh: nn.Module | None,
        behind: Sequence[str] | None,
        seeds: Sequence[int],
        steps: int,
        few: int,
    ) -> pd.DataFrame:
        """A row an attack, seed, moment and run."""
        import pandas as pd

        columns = ["part", "shown", "seed", "step", "run", "concept", "unlike"]
        rows: list[dict[str, Any]] = []
        for seed in seeds if steps else ():
            for part, shown, model, only in self._attacks(edited, fresh, behind):
                found = relearn(
                    model,
                    self.inputs,
                    self.wanted(model),
                    seed=seed,
                    weights=self._weights(shown, few, seed),
                    only=only,
                    layer=None if part == "fresh" else self.layer,
                    runs=self.runs,
                    answer=self.answer,
                    loss=self.loss,
                    steps=steps,
                )
                groups = self.samples.groups
                concept, unlike = found.of(groups["concept"]), found.of(groups["unlike"])
                rows += [
                    dict(zip(columns, (part, shown, seed, step, run, *both), strict=True))
                    for step, *errors in zip(found.steps, concept, unlike, strict=True)
                    for run, both in enumerate(zip(*errors, strict=True))
                ]
        return pd.DataFrame(rows, columns=columns)

    def _attacks(
        self, edited: nn.Module, fresh: nn.Module | None, behind: Sequence[str] | None
    ) -> Iterator[tuple[str, str, nn.Module, Sequence[str] | None]]:
        """Which part moves, what of the concept is shown, the model, and the names of the part."""
        for shown in ("natural", "few", "without"):
            yield "all", shown, edited, None
        if behind is not None:
            yield "behind", "natural", edited, behind
        if fresh is not None:
            yield "fresh", "natural", fresh, None

    def _weights(self, shown: str, few: int, seed: int) -> NDArray[np.float64]:
        if shown == "few":
            return few_weights(self.samples.concept, few, seed=seed)
        return prior_weights(self.samples.concept, shown)
