"""Noisy labels for a dataset of one's own, drawn afresh each time a sample is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.utils.data import Dataset

from colorcore.anchor import distributed
from colorcore.anchor.batches.batches import Draw
from colorcore.errors import InputError
from colorcore.kernels.labels import Labeler


class Labels:
    """Draws labels for chosen samples: a function of (seed, step, slot) and the sample.

    They are those that `colorcore.draw_batch` draws where it chooses the same sample for the slot.

    Shapes: `probabilities` (samples,) or (samples, concepts), in [0, 1], as an array or tensor;
    they are looked through once, here.

    Raises: TypeError for what are not real numbers; ValueError for other shapes or ranges.

    Example:

        >>> from colorcore.anchor.batches.batches import EpochBatches
        >>> batches, labels = EpochBatches(4, 2, seed=0), Labels([0.0, 0.0, 1.0, 1.0], seed=0)
        >>> drawn = batches.indices(step=0)
        >>> bool((labels(drawn, step=0, slots=batches.slots(0)) == (drawn >= 2)).all())
        True
    """

    def __init__(self, probabilities: ArrayLike | Tensor, *, seed: int) -> None:
        self._label = Labeler(_array(probabilities), seed=seed)

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self._label)

    def __call__(
        self,
        indices: ArrayLike | Tensor,
        *,
        step: int,
        slots: ArrayLike | Tensor | Sequence[int] | None = None,
        device: torch.device | str | None = None,
    ) -> Tensor:
        """The labels of some samples at a step, on a device.

        Shapes: `indices` (batch,); `slots` (batch,), where in the step's batch they stand, or from
        0 on → (batch,) or (batch, concepts), as the probabilities are.

        Raises: TypeError for what are not integers; ValueError for other shapes or ranges;
        InputError when several processes train and `slots` are not said.
        """
        if slots is None and distributed.is_shared():
            raise InputError(
                "slots must be said where several processes train, which would all label alike, "
                "got None; pass batches.slots(step), or range(len(indices)) for one batch of all"
            )
        where = None if slots is None else _array(slots)
        return torch.from_numpy(self._label(_array(indices), step=step, slots=where)).to(device)


class Labelled(Dataset[tuple[Any, Tensor]]):
    """A dataset whose samples come with labels, for batches of `EpochBatches` or `RandomBatches`.

    The workers of a `DataLoader` draw them, each the same whatever their number.

    Raises: InputError when there are not as many probabilities as samples.

    Example:

        >>> from torch.utils.data import DataLoader
        >>> from colorcore.anchor.batches.batches import EpochBatches
        >>> dataset = Labelled(torch.arange(4), Labels([0.0, 0.0, 1.0, 1.0], seed=0))
        >>> for samples, labels in DataLoader(dataset, batch_sampler=EpochBatches(4, 4, seed=0)):
        ...     print(bool((labels == (samples >= 2)).all()))
        True
    """

    def __init__(self, dataset: Any, labels: Labels) -> None:
        if len(dataset) != len(labels):
            raise InputError(
                f"labels must have a probability for each of {len(dataset)} samples, got "
                f"{len(labels)}; give each sample a row"
            )
        self.dataset, self.labels = dataset, labels

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: Draw) -> tuple[Any, Tensor]:
        """A sample and its labels.

        Raises: InputError for an index that does not say for what step and slot it was drawn.
        """
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[Draw]) -> list[tuple[Any, Tensor]]:
        """Several of one step, as a `DataLoader` asks for them."""
        for index in indices:
            if not isinstance(index, Draw):
                raise InputError(
                    f"index must be a Draw, as EpochBatches and RandomBatches have it, got "
                    f"{type(index).__name__} {index}; give one of them to the loader as its "
                    "batch_sampler"
                )
        steps = {index.step for index in indices}
        if len(steps) > 1:
            raise InputError(f"indices must be of one step, got {sorted(steps)}; ask for each")
        slots = [index.slot for index in indices]
        drawn = self.labels(indices, step=steps.pop(), slots=slots) if indices else ()
        return list(zip(self._samples(indices), drawn, strict=True))

    def _samples(self, indices: Sequence[Draw]) -> Sequence[Any]:
        if hasattr(self.dataset, "__getitems__"):
            return self.dataset.__getitems__(indices)
        return [self.dataset[index] for index in indices]


def _array(values: Any) -> Any:
    """NumPy's own for what a tensor holds; of types that it lacks, float32."""
    if not isinstance(values, Tensor):
        return values
    found = values.detach().cpu()
    return (found.float() if found.dtype == torch.bfloat16 else found).numpy()
