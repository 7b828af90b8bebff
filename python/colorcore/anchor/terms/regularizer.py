"""A term of an objective: a loss for each sample, averaged over those whose labels call for it.

>>> from colorcore.anchor import AngularAnchor
>>> latents = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
>>> anchor = Regularizer("anchor", "bottleneck", AngularAnchor([1, 0]), [1.0])
>>> labels = torch.tensor([[False], [True]])  # a concept; the second sample has it
>>> round(anchor(latents, labels).item(), 6)
1.0
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from colorcore.anchor import samples
from colorcore.anchor.precision import precise
from colorcore.anchor.samples import Numbers
from colorcore.anchor.terms.averages import average, soft_minimum
from colorcore.anchor.terms.modules import Separation, TiltedAnchor
from colorcore.errors import InputError, unknown

POSITIONS = ("token", "sequence")


class Regularizer(nn.Module):
    """One term of the objective: what it costs a sample, where it looks and whom it concerns.

    A sample is a latent vector, and has a row of labels. Of sequences, `positions` says what has
    one: with `"token"` each position has; with `"sequence"` the whole, of which one position that
    nobody knows may earn it, and the terms of its positions are pooled by `soft_minimum` at a
    `temperature`. Images are sequences of pixels: flatten their two axes to one.

    `per_sample` is a function of latents with their coordinates last, or a module, as those of
    `colorcore.anchor.terms.modules`: then `state_dict` has its tensors, and `to` moves them.

    Shapes: `affinities` (concepts,), finite and ≥ 0, or None when the term concerns every sample;
    `axis` is where the coordinates of a latent vector lie.

    Raises: InputError for affinities of another shape or range, positions that there are not, or a
    temperature without positions to pool.

    Example:

        >>> from colorcore.anchor import AngularAnchor
        >>> sequences = torch.tensor([[[0.0, 1.0], [5.0, 0.0]]])  # the second token is on the axis
        >>> toward = AngularAnchor([1, 0])
        >>> one = Regularizer("a", "mlp", toward, [1.0], positions="sequence", temperature=0.1)
        >>> one(sequences, [[True]])
        tensor(0.0693)
    """

    affinities: Tensor | None

    def __init__(
        self,
        name: str,
        layer: str,
        per_sample: Callable[..., Tensor],
        affinities: Numbers | None,
        *,
        positions: str | None = None,
        temperature: float | int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__()
        if positions is not None and positions not in POSITIONS:
            raise unknown("positions", positions, POSITIONS)
        if (temperature is None) == (positions == "sequence"):
            raise InputError(
                "temperature must be given with positions='sequence' and with nothing else, got "
                f"{temperature} with positions={positions!r}; 0.1 is near the least of the terms"
            )
        self.name, self.layer, self.per_sample = name, layer, per_sample
        self.positions, self.temperature, self.axis = positions, temperature, axis
        self.register_buffer("affinities", None if affinities is None else _read(affinities))

    def forward(
        self,
        latents: Float[Tensor, "*axes"],
        labels: Numbers | None,
        *,
        mask: Numbers | None = None,
        gather: Any = None,
    ) -> Float[Tensor, "*runs"]:
        """The unweighted term of each run.

        A function of your own that compares samples with each other sees those that the mask leaves
        out as zero vectors, and those of its own process alone; a `Separation` is told of both.
        With positions it keeps those of a sequence apart, and no sequence from another.

        Shapes: (…, batch, latent) and labels (…, batch, concepts), in [0, 1] → (…). With positions
        (…, batch, position, latent), and labels a token or a sequence, → (…). `mask` is true where
        a vector counts, for padding; `gather` is as `average` has it.

        Raises: InputError for labels or a mask of another shape or range, a term that gives no
        number a sample, and as `average`.
        """
        vectors = samples.vectors(latents, self.axis, mask)
        if isinstance(self.per_sample, TiltedAnchor):
            terms = self._tilted(self.per_sample, vectors, labels, mask)
        elif isinstance(self.per_sample, Separation):
            # The positions of a sequence are kept apart, and all of them are here.
            among = False if self.positions else gather
            terms = self.per_sample(vectors, mask=mask, gather=among)
        else:
            terms = self.per_sample(vectors)
        self._check_terms(terms, vectors)
        return self._average(terms, labels, mask, gather)

    def _tilted(
        self, term: TiltedAnchor, vectors: Tensor, labels: Numbers | None, mask: Numbers | None
    ) -> Tensor:
        """Of an anchor whose batch is that of all positions, and which asks who is labelled."""
        shape = vectors.shape[:-1]
        labelled = None
        if term.toward == "nearest" and self.affinities is not None:
            each = vectors[..., 0, 0] if self.positions == "sequence" else vectors[..., 0]
            found = self._affinity(each, labels)
            labelled = found.unsqueeze(-1) if self.positions == "sequence" else found
            labelled = labelled.expand(shape)
        if self.positions is None:
            return term(vectors, labelled=labelled, mask=mask)
        kept = None if mask is None else samples.kept(mask, vectors[..., 0]).flatten(-2)
        labelled = None if labelled is None else labelled.flatten(-2)
        return term(vectors.flatten(-3, -2), labelled=labelled, mask=kept).view(shape)

    def _check_terms(self, terms: object, vectors: Tensor) -> None:
        wanted = tuple(vectors.shape[:-1])
        got = tuple(terms.shape) if isinstance(terms, Tensor) else type(terms).__name__
        if got != wanted:
            raise InputError(
                f"{self.name} must have a term that gives a number a sample, shape {wanted} for "
                f"latents {tuple(vectors.shape)}, got {got}; leave out the last axis alone"
            )

    def _average(
        self, terms: Tensor, labels: Numbers | None, mask: Numbers | None, gather: Any
    ) -> Tensor:
        if self.temperature is not None:
            kept = None if mask is None else samples.kept(mask, terms)
            mask = None if kept is None else kept.any(dim=-1)
            terms = soft_minimum(terms, self.temperature, kept)
        affinity = None
        if self.affinities is not None:
            affinity = self._affinity(terms, labels)
        dim = (-2, -1) if self.positions == "token" else -1
        return average(terms, affinity, mask=mask, dim=dim, gather=gather)

    def _affinity(self, like: Tensor, labels: Numbers | None) -> Tensor:
        """How much each sample counts. Shapes: that of `like`, a number a sample."""
        assert self.affinities is not None
        if labels is None:
            raise InputError(
                f"labels must be given to {self.name}, which has affinities, got None; make it "
                "without affinities if it concerns every sample"
            )
        return _affinity(like, labels, self.affinities)

    def extra_repr(self) -> str:
        return f"{self.name!r}, layer={self.layer!r}, positions={self.positions!r}"


@precise
def _affinity(terms: Tensor, labels: Numbers, affinities: Tensor) -> Tensor:
    found = samples.labels(labels, terms, len(affinities))
    return (found * affinities.to(found)).sum(dim=-1)


def _read(affinities: Numbers) -> Tensor:
    found = torch.as_tensor(affinities)
    found = found if found.is_floating_point() else found.float()
    if found.ndim != 1 or not (found.isfinite() & (found >= 0)).all():
        raise InputError(
            "affinities must be finite numbers from 0 on with shape (concepts,), got "
            f"{found.tolist()}; say how much each concept's label counts"
        )
    if found.requires_grad:
        raise InputError(
            "affinities must be numbers that are not learned, which would seek the easiest labels, "
            "got some that require a gradient; detach them"
        )
    return found
