"""Where each kind of layer keeps what belongs to a dimension: rows that write it, columns that read
it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from colorcore.anchor.ensemble.networks import EnsembleLinear
from colorcore.anchor.layers.named import find
from colorcore.errors import InputError


@dataclass(frozen=True)
class Kind:
    """How a kind of layer counts dimensions.

    `writes` and `reads` are the axes of its weight that count what it gives and what it takes,
    `axis` the one of its tensors that holds them, from the end; `sizes` the attributes that say how
    many it gives and takes.
    """

    writes: int
    reads: int | None
    axis: int
    sizes: tuple[str, str] | None = None

    def written(self, module: nn.Module) -> int:
        """How many dimensions a layer gives."""
        return _weight(module).shape[self.writes]

    def read(self, module: nn.Module) -> int:
        """How many dimensions a layer takes; none, if they are no coordinates."""
        return 0 if self.reads is None else _weight(module).shape[self.reads]

    def count(self, module: nn.Module) -> None:
        """Have a layer say how many dimensions it gives and takes, after those were changed."""
        for name, size in zip(
            self.sizes or (), (self.written(module), self.read(module)), strict=False
        ):
            if size:
                setattr(module, name, size)


def _weight(module: nn.Module) -> Tensor:
    weight = module.weight
    assert isinstance(weight, Tensor)
    return weight


LINEAR = Kind(-2, -1, -1, ("out_features", "in_features"))
CONV = ("out_channels", "in_channels")

KINDS: dict[type[nn.Module], Kind] = {
    nn.Linear: LINEAR,
    EnsembleLinear: Kind(-2, -1, -1),
    nn.Embedding: Kind(-1, None, -1, ("embedding_dim", "num_embeddings")),
    nn.Conv1d: Kind(0, 1, -2, CONV),
    nn.Conv2d: Kind(0, 1, -3, CONV),
    nn.Conv3d: Kind(0, 1, -4, CONV),
    nn.ConvTranspose1d: Kind(1, 0, -2, CONV),
    nn.ConvTranspose2d: Kind(1, 0, -3, CONV),
    nn.ConvTranspose3d: Kind(1, 0, -4, CONV),
}
"""By exact type: a subclass may compute something else."""

TRANSPOSED = Kind(-1, -2, -1, ("nf", "nx"))
"""`Conv1D` of Hugging Face, which is a linear layer whose weight is (in, out)."""

KNOWN = "a linear layer, a convolution or an embedding"

REMEDIES = {
    "WeightNorm": "torch.nn.utils.remove_weight_norm",
    "SpectralNorm": "torch.nn.utils.remove_spectral_norm",
    "BasePruningMethod": "torch.nn.utils.prune.remove",
}


def kind(module: nn.Module) -> Kind | None:
    """How a layer counts dimensions, if it is of a known kind, and its type's own forward runs.

    Example:

        >>> kind(nn.Conv2d(3, 8, 1)).axis, kind(nn.Tanh())
        (-3, None)
    """
    if "forward" in vars(module):
        return None
    cls = type(module)
    if (cls.__module__, cls.__name__) == ("transformers.pytorch_utils", "Conv1D"):
        return TRANSPOSED
    return KINDS.get(cls)


def layer(
    model: nn.Module, name: str, *, reads: bool = False, tied: bool = False
) -> tuple[nn.Module, Kind]:
    """A layer whose weights can be operated on, and how it counts dimensions.

    Raises: InputError when it is of no known kind, when its weights are computed, shared, of a kind
    of their own or not there yet, or when hooks change what goes in or out.
    """
    module = find(model, name)
    check_plain(model, name, tied=tied)
    found = kind(module)
    if found is None or (reads and found.reads is None):
        raise InputError(
            f"layer {name}: wanted {KNOWN}, got {_type(module)}; name the ones that write and read "
            "the dimensions"
        )
    if getattr(module, "groups", 1) != 1:
        raise InputError(
            f"layer {name}: wanted a convolution in one group, got {module.groups}; name another "
            "layer, or one behind it as after"
        )
    if getattr(module, "max_norm", None) is not None:
        raise InputError(
            f"layer {name}: wanted an embedding that leaves its rows as they are, got "
            f"max_norm={module.max_norm}; set max_norm to None"
        )
    return module, found


def check_plain(model: nn.Module, name: str, *, tied: bool = False) -> None:
    """Refuse a layer whose weights are not what it computes with, or not its own, unless `tied`.

    Raises: InputError that says what they are, and how to come by plain ones.
    """
    module = find(model, name)
    if parametrize.is_parametrized(module):
        (weight, *_) = module.parametrizations  # pyright: ignore[reportGeneralTypeIssues]
        raise InputError(
            f"layer {name}: wanted plain weights, got a parametrized {weight}; call "
            f'torch.nn.utils.parametrize.remove_parametrizations(layer, "{weight}") first'
        )
    hooks = [*module._forward_pre_hooks.values(), *module._forward_hooks.values()]
    for one in hooks:
        names = [cls.__name__ for cls in inspect.getmro(type(one))]
        remedy = next((REMEDIES[known] for known in names if known in REMEDIES), None)
        what = f"call {remedy} first" if remedy else "remove them, or name other layers"
        label = getattr(one, "__qualname__", names[0])
        raise InputError(f"layer {name}: wanted one without hooks, got {label}; {what}")
    for kind_of, tensor in _tensors(module):
        _check_tensor(name, kind_of, tensor)
        shared = None if tied else next(_sharing(model, module, tensor), None)
        if shared is not None:
            raise InputError(
                f"layer {name}: wanted a {kind_of} of its own, got one shared with {shared}; give "
                "each a copy of it"
            )


def _tensors(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """The weights and buffers of a layer itself."""
    for name in ("weight", "bias"):
        value = getattr(module, name, None)
        if value is not None and name not in module._parameters:
            yield name, value if isinstance(value, Tensor) else torch.empty(0, dtype=torch.int8)
    for name, value in (*module._parameters.items(), *module._buffers.items()):
        if value is not None and value.ndim:
            yield name, value


def _check_tensor(layer: str, name: str, value: Tensor) -> None:
    plain = type(value) in (Tensor, nn.Parameter) and value.layout is torch.strided
    if name in ("weight", "bias") and type(value) is not nn.Parameter:
        plain = False
    if not plain or not (value.is_floating_point() or value.is_complex()):
        kind = str(value.dtype).removeprefix("torch.")
        raise InputError(
            f"layer {layer}: wanted plain numbers as {name}, got {type(value).__name__} of {kind}; "
            "operate before weights are packed, computed or quantised"
        )


def _sharing(model: nn.Module, owner: nn.Module, tensor: Tensor) -> Iterator[str]:
    """The other parameters and buffers that lie where a tensor of a layer does."""
    for prefix, module in model.named_modules():
        for name, other in (*module._parameters.items(), *module._buffers.items()):
            if module is owner or other is None or nn.parameter.is_lazy(other):
                continue
            if other.layout is torch.strided and _overlap(tensor, other):
                yield f"{prefix}.{name}" if prefix else name


def _overlap(a: Tensor, b: Tensor) -> bool:
    try:
        if a.untyped_storage()._cdata != b.untyped_storage()._cdata:
            return False
    except NotImplementedError:  # a tensor that wraps others
        return a is b
    (start, end), (first, last) = _extent(a), _extent(b)
    return start < last and first < end


def _extent(tensor: Tensor) -> tuple[int, int]:
    """The stretch of its storage that a tensor takes up."""
    sizes = zip(tensor.shape, tensor.stride(), strict=True)
    length = sum((size - 1) * stride for size, stride in sizes) + 1 if tensor.numel() else 0
    start = int(tensor.storage_offset())
    return start * tensor.itemsize, (start + length) * tensor.itemsize


def _type(module: nn.Module) -> str:
    """A layer's type, in full where its name alone would say what was wanted."""
    cls = type(module)
    known = {one.__name__ for one in KINDS}
    if "forward" in vars(module):
        return f"{cls.__name__} with a forward of its own"
    return f"{cls.__module__}.{cls.__qualname__}" if cls.__name__ in known else cls.__name__


def columns(dims: Sequence[int], width: int, total: int, *, axis: int) -> list[int]:
    """Where dimensions stand in what a layer reads, when others have been flattened into them.

    Shapes: dims in 0…width − 1 → in 0…total − 1.

    Example:

        >>> columns([1], 2, 6, axis=-3), columns([1], 2, 6, axis=-1)
        ([3, 4, 5], [1, 3, 5])
    """
    size = total // width
    if axis == -1:
        return [place * width + dim for place in range(size) for dim in dims]
    return [dim * size + place for dim in dims for place in range(size)]
