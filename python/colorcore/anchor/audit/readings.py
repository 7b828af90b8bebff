"""What readers find in latents before and after an edit, and in what is left of the samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from colorcore.anchor.audit import closed
from colorcore.anchor.audit.given import numbers
from colorcore.anchor.audit.measures import explained, mistaken, separated
from colorcore.anchor.audit.priors import PRIORS, prior_weights
from colorcore.anchor.audit.required import require
from colorcore.anchor.audit.trained import read_network
from colorcore.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.floating]

VALUE, CLASS, OUTPUTS = "value, R²", "class, AUC", "outputs, error"
"""What is read, and how it is measured."""

LEAST = 0.05  # of the samples are unlike the concept; where many have none of it, all those
SAME = 1e-9  # values that differ by no more are the same

READERS = (
    ("linear", VALUE, PRIORS),
    ("quadratic", VALUE, PRIORS),
    ("nearest", VALUE, PRIORS),
    ("network", VALUE, PRIORS),
    ("linear", CLASS, ("balanced",)),
    ("network", CLASS, ("balanced",)),
    ("nearest", OUTPUTS, PRIORS),
    ("decoder", OUTPUTS, PRIORS),
)


@dataclass(frozen=True, eq=False)
class AuditSamples:
    """What is known of the samples that a model is audited on.

    Shapes: `values` (samples,), how much of the concept each has; `concept` (samples,), booleans,
    those that are its own; `outputs` (samples, numbers), what the model should give; `rest`
    (samples, features), what is left of each when the concept is taken out, or None.

    Raises: InputError for other shapes, numbers that are not finite, fewer than four samples of the
    concept, or of others.

    Example:

        >>> values = np.arange(8) / 8
        >>> AuditSamples(values, values > 0.4, outputs=values[:, None]).held_out(seed=0).sum()
        np.int64(4)
    """

    values: NDArray[np.float64]
    concept: NDArray[np.bool_]
    outputs: NDArray[np.float64]
    rest: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        count = len(self.values)
        for name, given in (("outputs", self.outputs), ("rest", self.rest)):
            if given is not None and (numbers(name, given).ndim != 2 or len(given) != count):
                raise InputError(
                    f"{name} must have a row for each of {count} samples, got {given.shape}; "
                    "flatten what each has into one"
                )
        numbers("values", self.values)
        own = self.concept
        if own.dtype != bool or own.shape != (count,) or not 4 <= own.sum() <= count - 4:
            raise InputError(
                f"concept must be a boolean for each of {count} samples, true for four at least "
                f"and false for four, got {own.dtype} {own.shape}, {np.count_nonzero(own)} true; "
                "say which are its own"
            )
        if not self.groups["unlike"].any():
            raise InputError(
                "values must be small where the concept is not, got the least of them for its own "
                "samples; give each sample how much it has of the concept"
            )

    @property
    def groups(self) -> dict[str, NDArray[np.bool_]]:
        """The concept's own, those near it, those unlike it, and all. Shapes: (samples,) each.

        Unlike are those with the least of the concept: one in twenty, and all that have as little.
        """
        least = np.quantile(self.values, LEAST) + SAME
        unlike = ~self.concept & (self.values <= least)
        near = ~self.concept & ~unlike
        every = np.ones(len(self.values), dtype=bool)
        return {"concept": self.concept, "near": near, "unlike": unlike, "all": every}

    def held_out(self, seed: int) -> NDArray[np.bool_]:
        """Half of the concept's own samples and half of the others, on which readers are asked."""
        from sklearn.model_selection import train_test_split

        every = np.arange(len(self.values))
        _, asked = train_test_split(every, test_size=0.5, random_state=seed, stratify=self.concept)
        return np.isin(every, asked)


def readings(
    unedited: ArrayLike,
    edited: ArrayLike,
    samples: AuditSamples,
    *,
    seeds: Sequence[int],
    widths: Sequence[int] = (16, 16),
    steps: int = 1500,
) -> pd.DataFrame:
    """What each reader finds under each prior: a row a reader, prior, what is read, run and seed.

    Columns: `reader`, `prior`, `read`, `run`, `seed`; and what was found in the latents of the
    model as it was (`ceiling`), in the edited ones (`edited`) and in `rest` alone (`floor`; the
    best constant, where there is none). A seed decides on which half of the samples readers are
    trained, and where networks start; on the other half they are asked. R² is over all of that
    half, those of `balanced` readers with their weights; the error over the concept's own samples.
    Where all samples without the concept have one value, no reader is trained on them to tell it.
    `widths` are those of fresh decoders and of networks that read the concept.

    Shapes: `unedited` and `edited` (runs, samples, latent).

    Raises: ImportError without the libraries of `colorcore[audit]`; InputError for other shapes or
    numbers that are not finite.

    Example:

        >>> latents = np.random.default_rng(0).normal(size=(1, 100, 2))
        >>> values = latents[0, :, 0]
        >>> samples = AuditSamples(values, values > 1, outputs=latents[0])
        >>> table = readings(latents, latents * [0, 1], samples, seeds=[0], steps=100)
        >>> table.query("reader == 'linear' and prior == 'natural'").ceiling.round(3).tolist()
        [1.0]
    """
    require()
    import pandas as pd

    before, after = numbers("unedited", unedited), numbers("edited", edited)
    if before.ndim != 3 or after.ndim != 3 or before.shape[:2] != after.shape[:2]:
        raise InputError(
            "unedited and edited must have shape (runs, samples, latent), of the same runs and "
            f"samples, got {before.shape} and {after.shape}; latents[None] are those of one run"
        )
    given = {"ceiling": before, "edited": after}
    if samples.rest is not None:
        given["floor"] = samples.rest[None]
    rows: list[dict[str, Any]] = []
    for seed in seeds:
        held = samples.held_out(seed)
        for reader, read, priors in READERS:
            for prior in priors:
                ask = _Question(reader, read, prior, samples, held, seed, tuple(widths), steps)
                if ask.is_empty:
                    continue
                found = {name: ask.measured(latents) for name, latents in given.items()}
                found.setdefault("floor", ask.constant())
                each = np.broadcast_arrays(*found.values())
                for run, three in enumerate(zip(*each, strict=True)):
                    named = dict(zip(found, map(float, three), strict=True))
                    rows.append(
                        {"reader": reader, "prior": prior, "read": read, "run": run, "seed": seed}
                        | named
                    )
    return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False)
class _Question:
    """One reader under one prior, trained on what is not held out and asked about what is."""

    reader: str
    read: str
    prior: str
    samples: AuditSamples
    held: NDArray[np.bool_]
    seed: int
    widths: tuple[int, ...]
    steps: int

    def measured(self, latents: Array) -> Array:
        """How much of it is found in latents. Shapes: (runs, samples, latent) → (runs,)."""
        taught = (latents[:, ~self.held], self._wanted[~self.held], latents[:, self._asked])
        weights = prior_weights(self.samples.concept[~self.held], self.prior)
        if self.reader in ("network", "decoder"):
            networks = {"seeds": [self.seed], "widths": self.widths, "steps": self.steps}
            return self._worth(read_network(*taught, weights=weights, **networks)[0])
        return self._worth(getattr(closed, f"read_{self.reader}")(*taught, weights=weights))

    def constant(self) -> Array:
        """How much of it the best constant gets right. Shapes: → (1,)."""
        none = np.zeros((1, len(self.held), 1))
        weights = prior_weights(self.samples.concept[~self.held], self.prior)
        taught = (none[:, ~self.held], self._wanted[~self.held], none[:, self._asked])
        return self._worth(closed.read_constant(*taught, weights=weights))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to learn: without the concept no value may be left but one."""
        taught = prior_weights(self.samples.concept[~self.held], self.prior) > 0
        return bool((np.ptp(self._wanted[~self.held][taught], axis=0) == 0).all())

    @property
    def _wanted(self) -> Array:
        own = self.samples.concept.astype(float)
        return {VALUE: self.samples.values, CLASS: own, OUTPUTS: self.samples.outputs}[self.read]

    @property
    def _asked(self) -> NDArray[np.bool_]:
        return self.held & self.samples.concept if self.read == OUTPUTS else self.held

    def _worth(self, answers: Array) -> Array:
        wanted = self._wanted[self._asked]
        if self.read == OUTPUTS:
            return mistaken(answers, wanted).mean(axis=-1)
        if self.read == CLASS:
            return separated(answers, self.samples.concept[self._asked])
        weights = None
        if self.prior == "balanced":
            weights = prior_weights(self.samples.concept[self._asked], "balanced")
        return explained(answers, wanted, weights=weights)
