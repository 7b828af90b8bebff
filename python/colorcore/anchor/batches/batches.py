"""Which samples a step trains on: batch samplers for a `DataLoader`, addressed by (seed, step).

A batch is a function of (seed, step) alone, so training resumes from the number of a step, and any
number of workers or ranks draws the same.

>>> from torch.utils.data import DataLoader
>>> batches = EpochBatches(10, 4, seed=0)
>>> loader = DataLoader(torch.arange(10), batch_sampler=batches)
>>> [len(batch) for epoch in range(2) for batch in loader], batches.step
([4, 4, 4, 4], 4)
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.utils.data import Sampler

from colorcore.errors import InputError
from colorcore.kernels import arguments
from colorcore.kernels.reference import STREAM_COLORS, STREAM_ORDER, uniforms


class Draw(int):
    """The index of a sample, which knows for what step and slot of the batch it was drawn.

    Any dataset takes it for the number it is; `batches.labelled.Labelled` labels by it.

    Example:

        >>> drawn = Draw(3, step=7, slot=0)
        >>> drawn, ["a", "b", "c", "d"][drawn], drawn.step
        (3, 'd', 7)
    """

    step: int
    slot: int

    def __new__(cls, index: int, *, step: int, slot: int) -> Draw:
        drawn = super().__new__(cls, index)
        drawn.step, drawn.slot = step, slot
        return drawn

    def __getnewargs_ex__(self) -> tuple[tuple[int], dict[str, int]]:
        return (int(self),), {"step": self.step, "slot": self.slot}


class _Batches(Sampler[list[Draw]]):
    """What both kinds have in common. Each pass goes on where the one before ended."""

    def __init__(
        self, samples: int, batch_size: int, *, seed: int, step: int, rank: int, world_size: int
    ) -> None:
        if samples < 1 or batch_size < 1:
            raise InputError(
                f"samples and batch_size must be at least 1, got {samples} and {batch_size}; "
                "give whole numbers from 1 on"
            )
        if not 0 <= rank < world_size or batch_size % world_size:
            raise InputError(
                "rank must lie in 0…world_size − 1, and world_size divide the batch_size of all "
                f"ranks together, got rank {rank} of {world_size} and batch_size {batch_size}; "
                "choose a multiple"
            )
        arguments.counts(step=step, batch_size=batch_size)
        self.samples, self.batch_size, self.step = samples, batch_size, step
        self.seed = int(arguments.addresses("seed", [seed])[0])
        self.rank, self.world_size = rank, world_size

    def batch(self, step: int) -> NDArray[np.int64]:
        """The samples of a step, of all ranks. Shapes: (batch,), in 0…samples − 1.

        Raises: as `colorcore.draw_batch`, for a step below 0 or no whole number.
        """
        arguments.counts(step=step, batch_size=self.batch_size)
        return self._drawn(step)

    @abstractmethod
    def _drawn(self, step: int) -> NDArray[np.int64]:
        """The samples of a step that there is."""

    @abstractmethod
    def _end(self) -> int:
        """The step before which a pass that starts now ends."""

    def slots(self, step: int) -> range:
        """Which slots of a step's batch are this rank's: a stretch of them."""
        size = len(self.batch(step)) // self.world_size
        return range(size * self.rank, size * (self.rank + 1))

    def indices(self, step: int, *, device: torch.device | str | None = None) -> Tensor:
        """This rank's samples of a step, to index what lies on a device. Shapes: (batch,)."""
        own = self.slots(step)
        return torch.from_numpy(self.batch(step)[own.start : own.stop].copy()).to(device)

    def __len__(self) -> int:
        """How many batches the next pass has."""
        return self._end() - self.step

    def __iter__(self) -> Iterator[list[Draw]]:
        # When the first batch is drawn: a loader with workers asks for two passes and takes one. It
        # draws ahead of the training, too: `step` is where the next pass starts, and no more.
        steps, self.step = range(self.step, self._end()), self._end()
        yield from map(self._draws, steps)

    def _draws(self, step: int) -> list[Draw]:
        chosen = self.batch(step).tolist()
        return [Draw(chosen[slot], step=step, slot=slot) for slot in self.slots(step)]


class EpochBatches(_Batches):
    """Batches without replacement: each epoch has every sample once, in an order of its own.

    Give it to `DataLoader(dataset, batch_sampler=…)`. Each pass over the loader is an epoch, the
    next one each time: no epoch needs to be set. To resume, give the number of the first `step`
    that is still to be taken; the pass is then what is left of its epoch.

    With several processes, `batch_size` is that of all together, of which each has a stretch: what
    is trained on does not depend on how many there are.

    Shapes: `samples`, how many there are; `step` counts batches over all epochs.

    Raises: InputError for numbers below 1, a rank that there is not, a batch that ranks cannot
    share equally, or more of it than samples.

    Example:

        >>> batches = EpochBatches(6, 2, seed=0)
        >>> epochs = [[int(i) for batch in batches for i in batch] for _ in range(2)]
        >>> sorted(epochs[0]), sorted(epochs[1]), epochs[0] == epochs[1]
        ([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], False)
        >>> resumed = EpochBatches(6, 2, seed=0, step=4)
        >>> [int(i) for batch in resumed for i in batch] == epochs[1][2:]
        True
    """

    def __init__(
        self,
        samples: int,
        batch_size: int,
        *,
        seed: int,
        step: int = 0,
        drop_last: bool = True,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        super().__init__(
            samples, batch_size, seed=seed, step=step, rank=rank, world_size=world_size
        )
        if drop_last and samples < batch_size:
            raise InputError(
                f"batch_size must be at most the {samples} samples, got {batch_size}; lower it, or "
                "pass drop_last=False"
            )
        if not drop_last and samples % batch_size and world_size > 1:
            raise InputError(
                "drop_last must be True with several ranks, of which one might get none, unless "
                f"batch_size divides the samples, got {samples} and {batch_size}; drop the last"
            )
        self.steps = samples // batch_size if drop_last else -(-samples // batch_size)
        self._order: tuple[int, NDArray[np.int64]] | None = None

    def _drawn(self, step: int) -> NDArray[np.int64]:
        epoch, place = divmod(step, self.steps)
        if self._order is None or self._order[0] != epoch:
            drawn = uniforms(self.seed, STREAM_ORDER, epoch, self.samples)
            self._order = epoch, np.argsort(drawn, kind="stable")
        return self._order[1][place * self.batch_size :][: self.batch_size]

    def _end(self) -> int:
        return (self.step // self.steps + 1) * self.steps


class RandomBatches(_Batches):
    """Batches with replacement, uniformly or by weights: those of `colorcore.draw_batch`.

    Without weights, the samples of (seed, step) are the ones that `colorcore.draw_batch` draws.
    A pass has `steps` batches, and the next goes on behind it; resuming and several processes are
    as for `EpochBatches`.

    Shapes: `samples`, how many there are; `weights` (samples,), ≥ 0, not all 0: how often each is
    drawn, in proportion.

    Raises: InputError for numbers below 1, a rank that there is not, a batch that ranks cannot
    share equally, or weights of another shape or range.

    Example:

        >>> batches = RandomBatches(3, 4, seed=0, steps=100, weights=[1, 0, 3])
        >>> drawn = [int(i) for batch in batches for i in batch]
        >>> [drawn.count(i) for i in range(3)]
        [110, 0, 290]
    """

    def __init__(
        self,
        samples: int,
        batch_size: int,
        *,
        seed: int,
        steps: int,
        step: int = 0,
        weights: ArrayLike | None = None,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        super().__init__(
            samples, batch_size, seed=seed, step=step, rank=rank, world_size=world_size
        )
        if steps < 1:
            raise InputError(f"steps must be at least 1, got {steps}; say how many a pass has")
        self.steps = steps
        self._shares = None if weights is None else _shares(weights, samples)

    def _drawn(self, step: int) -> NDArray[np.int64]:
        drawn = uniforms(self.seed, STREAM_COLORS, step, self.batch_size)
        if self._shares is None:
            return (drawn * self.samples).astype(np.int64)
        return np.searchsorted(self._shares, drawn, side="right")

    def _end(self) -> int:
        return self.step + self.steps


def class_weights(classes: ArrayLike, shares: ArrayLike | None = None) -> NDArray[np.float64]:
    """Weights with which each class is drawn equally often, or in given shares.

    Shapes: `classes` (samples,), whole numbers from 0 on; `shares` (classes,), ≥ 0 → (samples,),
    whose sum is 1 when every class with a share has samples.

    Raises: InputError for what are no classes, or shares of another number or range, or of a class
    without samples.

    Example:

        >>> class_weights([0, 0, 0, 1])
        array([0.16666667, 0.16666667, 0.16666667, 0.5       ])
    """
    found = np.asarray(classes)
    if found.ndim != 1 or found.dtype.kind not in "iu" or not found.size or found.min() < 0:
        raise InputError(
            "classes must be whole numbers from 0 on with shape (samples,), got "
            f"{found.dtype} {found.shape}; number them"
        )
    counts = np.bincount(found)
    wanted = (counts > 0).astype(float) if shares is None else np.asarray(shares, dtype=float)
    given = wanted.shape == counts.shape and bool((wanted >= 0).all() and (wanted < np.inf).all())
    if not given or not wanted.sum() or wanted[counts == 0].any():
        raise InputError(
            f"shares must be numbers from 0 on, one for each of {len(counts)} classes, and 0 for "
            f"those without samples, got {wanted.tolist()}; leave them out for equal ones"
        )
    return (wanted / wanted.sum() / counts.clip(min=1))[found]


def _shares(weights: ArrayLike, samples: int) -> NDArray[np.float64]:
    """Up to which number in [0, 1) each sample is drawn. Shapes: (samples,)."""
    found = np.asarray(weights)
    usable = found.shape == (samples,) and found.dtype.kind in "fiub"
    if not usable or not (found.min() >= 0 and 0 < found.max() < np.inf):
        raise InputError(
            f"weights must be finite numbers from 0 on, not all 0, with shape ({samples},), got "
            f"{found.dtype} {found.shape}; give one a sample"
        )
    # In units of the largest no sum overflows; the last is then exactly 1, above every draw.
    total = np.cumsum(found.astype(np.float64) / float(found.max()))
    return total / total[-1]
