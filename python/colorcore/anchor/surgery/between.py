"""What may stand between layers: steps that treat each dimension by itself.

`value` says what becomes of a dimension that is zero, or some other number, for every sample.
Functions are known for what they are, not by their names.
"""

from __future__ import annotations

import copy
import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.node import map_arg
from torch.nn import functional as F

from colorcore.anchor.ensemble import networks as ensemble
from colorcore.anchor.layers.named import Unit

ELEMENTWISE_MODULES = {
    nn.Identity, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d,
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.RReLU, nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish,
    nn.Tanh, nn.Tanhshrink, nn.Softsign, nn.Softshrink, nn.Hardshrink, nn.Hardswish, nn.Hardtanh,
    nn.Sigmoid, nn.LogSigmoid, nn.Hardsigmoid, nn.Softplus, nn.Threshold,
}  # fmt: skip
NAMES = (
    "relu", "relu6", "leaky_relu", "rrelu", "elu", "celu", "selu", "gelu", "silu", "mish", "tanh",
    "tanhshrink", "softsign", "softshrink", "hardshrink", "hardswish", "hardtanh", "sigmoid",
    "logsigmoid", "hardsigmoid", "softplus", "threshold", "dropout", "abs", "add", "sub", "mul",
    "div", "true_divide", "pow", "square", "neg", "exp", "clamp", "clamp_min", "clamp_max", "clip",
)  # fmt: skip
METHODS = {*NAMES, "contiguous", "clone", "detach", "to", "float", "double", "half", "bfloat16"}
FUNCTIONS: set[Callable[..., Any]] = {
    *(getattr(place, name) for place in (F, torch) for name in NAMES if hasattr(place, name)),
    operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.pow,
    torch.clone, torch.detach, ensemble.gelu,
}  # fmt: skip
DIVISIONS = {operator.truediv, torch.div, torch.true_divide, "div", "true_divide"}
PRODUCTS = {operator.mul, torch.mul, "mul"}
UNITS = {F.normalize, ensemble.normalize}

# Statistics or slopes a dimension, told by the place in the tensor: the axis after the first.
NORMS = {
    nn.BatchNorm1d: 1, nn.BatchNorm2d: 2, nn.BatchNorm3d: 3,
    nn.InstanceNorm1d: 1, nn.InstanceNorm2d: 2, nn.InstanceNorm3d: 3,
}  # fmt: skip
NEUTRAL = {"weight": 0.0, "bias": 0.0, "running_mean": 0.0, "running_var": 1.0}
"""What a dimension gets in such a layer so that zeros come out zeros, training or not."""

# Of so many axes from the end, which must be none of the dimensions'.
POOLS = {
    nn.MaxPool1d: 1, nn.MaxPool2d: 2, nn.MaxPool3d: 3, nn.AvgPool1d: 1, nn.AvgPool2d: 2,
    nn.AvgPool3d: 3, nn.AdaptiveAvgPool1d: 1, nn.AdaptiveAvgPool2d: 2, nn.AdaptiveAvgPool3d: 3,
    nn.AdaptiveMaxPool1d: 1, nn.AdaptiveMaxPool2d: 2, nn.AdaptiveMaxPool3d: 3,
    nn.Upsample: 1,
}  # fmt: skip
POOL_FUNCTIONS = {
    getattr(F, f"{name}{n}d"): n
    for name in ("max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool")
    for n in (1, 2, 3)
}

KEEPING = {nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, Unit, nn.Softmax}
"""Mix dimensions, but give each in the place where it came: may be named as `after`."""


def is_step(module: nn.Module | None, node: fx.Node) -> bool:
    """Whether a node treats each dimension by itself, or divides all by one number."""
    if node.op == "call_module":
        return module is not None and "forward" not in vars(module) and _is_known(module)
    if _calls(node, UNITS):
        p = node.kwargs.get("p", node.args[1] if len(node.args) > 1 else 2)
        return isinstance(p, int | float) and p > 0  # any other length may be told by its zeros
    return _calls(node, FUNCTIONS | set(POOL_FUNCTIONS), METHODS) or flattens(node)


def _is_known(module: nn.Module) -> bool:
    if type(module) is nn.Flatten:
        return (module.start_dim, module.end_dim) == (1, -1)
    if type(module) is nn.RMSNorm and len(module.normalized_shape) > 1:
        return False  # a mean over other axes as well
    return type(module) in {*ELEMENTWISE_MODULES, *NORMS, *POOLS, nn.PReLU, nn.RMSNorm}


def _calls(node: fx.Node, functions: Collection[Any], methods: Collection[str] = ()) -> bool:
    if node.op == "call_function":
        return node.target in functions
    return node.op == "call_method" and node.target in methods


def flattens(node: fx.Node, module: nn.Module | None = None) -> bool:
    """Whether a node flattens all axes but the first."""
    if type(module) is nn.Flatten:
        return True
    if not _calls(node, {torch.flatten}, {"flatten"}):
        return False
    given = (*node.args[1:], *node.kwargs.values())
    return given in ((1,), (1, -1)) and set(node.kwargs) <= {"start_dim", "end_dim"}


def is_type(node: fx.Node) -> bool:
    """Whether a node asks of a tensor what its dimensions do not tell."""
    return _calls(node, {getattr}) and node.args[1] in ("dtype", "device")


def tensors(node: fx.Node) -> list[fx.Node]:
    """What a node takes, types aside."""
    return [one for one in node.all_input_nodes if not is_type(one)]


def has_numbers(module: nn.Module | None) -> bool:
    """Whether a step has numbers for each dimension, which go with it."""
    is_sloped = type(module) is nn.PReLU and module.num_parameters > 1
    return is_sloped or type(module) in NORMS or type(module) is nn.RMSNorm


def counts_from_front(module: nn.Module | None) -> bool:
    """Whether it depends on the number of axes where a step looks for dimensions."""
    return type(module) is nn.BatchNorm1d or (
        type(module) is nn.PReLU and module.num_parameters > 1
    )


def axis(
    module: nn.Module | None, node: fx.Node, given: Sequence[tuple[int, bool]]
) -> tuple[int, bool] | None:
    """The axis of dimensions behind a step, from the end, and whether others are flattened into it.

    None where the step works on another axis than the dimensions'.
    """
    if len(set(given)) != 1:
        return None
    place, flat = given[0]
    if flattens(node, module):
        return None if flat else (place, True)
    pool = POOLS.get(type(module)) if module else POOL_FUNCTIONS.get(node.target)
    norm = NORMS.get(type(module)) if module else None
    fits = (
        (pool is None or (not flat and place <= -1 - pool))
        and (type(module) is not nn.RMSNorm or (not flat and place == -1))
        and (norm is None or counts_from_front(module) or place == -1 - norm)
        and not (flat and has_numbers(module))
    )
    return given[0] if fits else None


def value(
    module: nn.Module | None, node: fx.Node, values: Mapping[fx.Node, float | None]
) -> float | None:
    """What a step makes of numbers, where None is what differs from sample to sample."""
    given = [values[one] for one in tensors(node)]
    if _is_whole(module, node):
        return _same(given[0])
    if None in given:
        first = node.args[0] if node.args else None
        is_zero = isinstance(first, fx.Node) and values.get(first) == 0
        is_zero = node.target in DIVISIONS and is_zero
        return 0.0 if is_zero or (node.target in PRODUCTS and 0.0 in given) else None
    args, kwargs = map_arg((node.args, node.kwargs), lambda one: _number(one, values))
    result = _target(module, node)(*args, **kwargs)
    return result.item() if isinstance(result, Tensor) and result.numel() == 1 else math.nan


def _is_whole(module: nn.Module | None, node: fx.Node) -> bool:
    """Whether a step looks at more of a tensor than one number."""
    looks = module is not None and (type(module) in POOLS or has_numbers(module))
    return looks or flattens(node, module) or _calls(node, {*UNITS, *POOL_FUNCTIONS})


def _same(given: float | None) -> float | None:
    """Zeros stay zeros where they are not counted; other numbers might be."""
    return given if given in (None, 0.0) else math.nan


def _number(node: fx.Node, values: Mapping[fx.Node, float | None]) -> Any:
    if is_type(node):
        return torch.float64 if node.args[1] == "dtype" else torch.device("cpu")
    return torch.tensor([values[node]], dtype=torch.float64)


def _target(module: nn.Module | None, node: fx.Node) -> Callable[..., Any]:
    if module is not None:
        return copy.deepcopy(module).cpu().double().eval()
    if node.op == "call_method":
        return lambda tensor, *args, **kwargs: getattr(tensor, str(node.target))(*args, **kwargs)
    return node.target  # pyright: ignore[reportReturnType]
