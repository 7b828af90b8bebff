"""A fresh model narrowed to the shapes of a pruned one, whose numbers it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from torch import Tensor, nn

from colorcore.anchor.layers.copies import duplicate
from colorcore.anchor.surgery import slices
from colorcore.anchor.surgery.channels import kind
from colorcore.anchor.surgery.measured import Sample, run
from colorcore.anchor.surgery.site import find_site
from colorcore.errors import InputError

Model = TypeVar("Model", bound=nn.Module)


def adapt(model: Model, state: Mapping[str, Tensor], *, sample: Sample | None = None) -> Model:
    """A copy of a model with the shapes and numbers of a state dict, of the same model pruned.

    Where a layer writes fewer dimensions there, all that shares them is narrowed as `prune` does
    it. A model that cannot be followed without one needs a `sample`; the result is run on it.

    Raises: InputError when names differ, when a layer has other shapes than pruning makes, or when
    the layers around it cannot be told.

    Example:

        >>> from colorcore.anchor.surgery.operations import prune
        >>> make = lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 3))
        >>> pruned = prune(make(), [0, 2], layer="1")
        >>> adapted = adapt(make(), pruned.state_dict())
        >>> adapted[0].out_features, (adapted[2].weight == pruned[2].weight).all().item()
        (2, True)
    """
    result = duplicate(model)
    _check_names(result.state_dict(), state)
    for name, module in list(result.named_modules()):
        known, weight = kind(module), state.get(f"{name}.weight")
        if known is None or weight is None or weight.ndim <= max(known.writes, 0):
            continue
        size = weight.shape[known.writes]
        if size < known.written(module):
            slices.narrow(result, find_site(result, name, sample=sample), range(size))
    for name, value in result.state_dict().items():
        if value.shape != state[name].shape:
            raise InputError(
                f"state: wanted {name} of shape {tuple(value.shape)}, as the layers around it have "
                f"it, got {tuple(state[name].shape)}; operate on a fresh model as on the saved "
                "one, then load its state"
            )
    result.load_state_dict(state)
    if sample is not None:
        run(result, sample, "the adapted model")
    return result


def _check_names(wanted: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> None:
    for name in (*wanted, *state):
        if name not in wanted or name not in state:
            got = "it missing" if name in wanted else "it in addition"
            raise InputError(
                f"state: wanted the names of the model, of which {name} is "
                f"{'one' if name in wanted else 'none'}, got {got}; make plain what is "
                "parametrized, or operate on a fresh model as on the saved one"
            )
