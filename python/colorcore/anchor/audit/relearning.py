"""Whether an edited model learns a concept again, how fast, and what the rest pays for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from colorcore.anchor.audit.responses import Answer, Loss, latents, losses
from colorcore.anchor.batches.batches import RandomBatches
from colorcore.anchor.layers.copies import duplicate
from colorcore.errors import InputError


@dataclass(frozen=True, eq=False)
class Relearned:
    """Errors of an edited model as it is trained on.

    Shapes: `steps` (moments,), before which step each was taken; `errors` (moments, runs, samples),
    of which there is one run in a model without a run axis.
    """

    steps: tuple[int, ...]
    errors: NDArray[np.float64]

    def of(self, chosen: ArrayLike) -> NDArray[np.float64]:
        """The mean error of some samples. Shapes: (samples,), booleans → (moments, runs)."""
        return self.errors[:, :, np.asarray(chosen, dtype=bool)].mean(axis=-1)

    def steps_to(self, error: float, chosen: ArrayLike) -> list[int | None]:
        """After how many steps the mean error of some samples first was no larger, in each run.

        None where it never was. Only the moments that are there count.

        Example:

            >>> errors = np.array([[[0.3], [0.3]], [[0.2], [0.3]], [[0.1], [0.3]]])
            >>> found = Relearned((0, 10, 20), errors)
            >>> found.steps_to(0.2, [True])
            [10, None]
        """
        reached = self.of(chosen) <= error
        return [self.steps[int(run.argmax())] if run.any() else None for run in reached.T]


def relearn(
    model: nn.Module,
    inputs: Tensor,
    outputs: Tensor,
    *,
    seed: int,
    weights: ArrayLike | None = None,
    only: Sequence[str] | None = None,
    layer: str | None = None,
    runs: int | None = None,
    answer: Answer | None = None,
    loss: Loss | None = None,
    steps: int = 2000,
    batch_size: int = 64,
    rate: float = 0.003,
) -> Relearned:
    """Train a copy of an edited model on samples, and follow the error of each.

    The edit has to stay in place while all else moves: `ablate(…, frozen=True)` and `bake` see to
    it. With the name of the edited `layer`, dimensions that the edit left without any spread are
    checked at the end to have none still. Batches are drawn by seed and step, each sample as often
    as its weight says: `prior_weights` and `few_weights` say it for a concept. It is trained by
    Adam at one rate, in training mode, and errors are taken in evaluation mode.

    With `runs`, the model is an ensemble, whose parameters, inputs and outputs have a leading run
    axis: it gets each batch for each run, and runs learn side by side.

    Shapes: `inputs` (samples, …), `outputs` (samples, …), `weights` (samples,), ≥ 0; `only` names
    of the parts whose parameters move; `answer` takes the model and inputs to what `loss` compares
    with outputs, a loss a sample, and by default squared errors in the mean.

    Raises: InputError for `only` without parameters, losses of another shape, or that are not
    finite in the end, and dimensions of `layer` that have come back.

    Example:

        >>> from colorcore.anchor import ablate
        >>> _ = torch.manual_seed(0)
        >>> model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
        >>> edited = ablate(model, [0], layer="1", frozen=True)
        >>> x = torch.rand(50, 2)
        >>> found = relearn(edited, x, x, seed=0, steps=200, layer="1")
        >>> found.steps, bool(found.errors[-1].mean() < found.errors[0].mean())
        ((0, 1, 2, 5, 10, 20, 50, 100, 200), True)
    """
    copy = duplicate(model)
    moving = _moving(copy, only)
    still = None if layer is None else _still(copy, layer, inputs, runs)
    draw = RandomBatches(len(inputs), batch_size, seed=seed, steps=steps, weights=weights)
    optimizer = torch.optim.Adam(moving, lr=rate)
    moments, errors = _moments(steps), []
    with torch.random.fork_rng([inputs.device] if inputs.is_cuda else []):
        torch.manual_seed(seed)  # of dropout
        for step in range(steps + 1):
            if step in moments:
                with torch.no_grad():
                    found = losses(copy.eval(), inputs, outputs, runs, answer, loss)
                errors.append(found.double().reshape(runs or 1, -1).cpu().numpy())
                copy.train()
            if step < steps:
                chosen = torch.from_numpy(draw.batch(step)).to(inputs.device)
                found = losses(copy, inputs[chosen], outputs[chosen], runs, answer, loss)
                optimizer.zero_grad()
                found.mean(dim=-1).sum().backward()  # runs share no parameter
                optimizer.step()
    if not np.isfinite(errors).all():
        raise InputError(f"rate: wanted finite errors, got others at {rate}; lower it")
    if layer is not None and still is not None:
        _check_still(still, _still(copy, layer, inputs, runs), layer)
    return Relearned(moments, np.stack(errors))


def _moments(steps: int) -> tuple[int, ...]:
    """0, 1, 2, 5, 10 and so on, and the last."""
    series = (m * 10**n for n in range(len(str(steps))) for m in (1, 2, 5))
    return (0, *(step for step in series if step < steps), steps)


def _moving(model: nn.Module, only: Sequence[str] | None) -> list[nn.Parameter]:
    """The parameters that are to move; the others are held."""
    for name, parameter in model.named_parameters():
        if only is not None:
            held = not any(f"{name}.".startswith(f"{part}.") for part in only)
            parameter.requires_grad_(parameter.requires_grad and not held)
    moving = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not moving:
        raise InputError(
            f"only: wanted parts with parameters, got {list(only or [])}; name modules as "
            "named_modules() has them"
        )
    return moving


def _still(model: nn.Module, layer: str, inputs: Tensor, runs: int | None) -> NDArray[np.bool_]:
    """Dimensions of what a layer gives that do not vary at all. Shapes: → (runs, latent)."""
    return np.ptp(latents(model, layer, inputs, runs=runs), axis=1) == 0


def _check_still(before: NDArray[np.bool_], after: NDArray[np.bool_], layer: str) -> None:
    back = np.argwhere(before & ~after)
    if len(back):
        raise InputError(
            f"layer {layer}: wanted an edit that stays while the model learns, got dimension "
            f"{back[0, 1]} back; ablate with frozen=True, or bake an intervention"
        )
