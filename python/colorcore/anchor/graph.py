"""Which linear layers stand around a layer: found by following tensors through the model."""

from __future__ import annotations

from collections.abc import Iterator

from torch import fx, nn

from colorcore.anchor.layers import LINEAR, find
from colorcore.errors import InputError

# What may stand between two linear layers: it treats each dimension by itself, or divides all by
# one number, so that a dimension of zeros might as well not be there.
TRANSPARENT_MODULES = (
    nn.Identity, nn.Dropout,
    nn.ReLU, nn.LeakyReLU, nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Tanh,
    nn.Sigmoid, nn.Softplus, nn.Hardtanh,
)  # fmt: skip
TRANSPARENT_FUNCTIONS = {
    "normalize", "dropout", "contiguous", "clone", "to", "float", "double", "clamp", "detach",
    "relu", "leaky_relu", "elu", "celu", "selu", "gelu", "silu", "mish", "tanh", "sigmoid",
    "softplus", "hardtanh",
}  # fmt: skip


def around(model: nn.Module, name: str) -> tuple[str, list[str]]:
    """The names of the linear layer that writes a layer's output, and of those that read it.

    Found by following tensors through the model, symbolically. A linear layer writes its own
    output.

    Raises: InputError when the model cannot be followed, or when what stands between the layer and
    the linear ones around it is not known to treat each dimension by itself.

    Example:

        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 3))
        >>> around(model, "1")
        ('0', ['2'])
    """
    layer = find(model, name)
    if any(True for _ in layer.parameters()) and not isinstance(layer, LINEAR):
        raise InputError(
            f"layer {name}: wanted a linear layer or one without parameters, got "
            f"{type(layer).__name__}; name a layer next to it"
        )
    graph = _trace(model, name)
    calls = [node for node in graph.nodes if node.op == "call_module" and node.target == name]
    if len(calls) != 1:
        raise InputError(
            f"layer {name}: wanted one that the model calls once, got {len(calls)} calls; name a "
            "linear layer or a layer that the model calls"
        )
    writer = _writer(model, calls[0], name)
    readers = list(dict.fromkeys(_readers(model, writer, name)))
    if not readers:
        raise InputError(
            f"layer {name}: wanted a linear layer that reads it, got none; name a layer before the "
            "last linear one"
        )
    for target in (writer.target, *readers):
        count = sum(node.op == "call_module" and node.target == target for node in graph.nodes)
        if count > 1:
            raise InputError(
                f"layer {target}: wanted a linear layer that is called once, got {count} calls; "
                "give each place a layer of its own"
            )
    return str(writer.target), [str(reader) for reader in readers]


class _Tracer(fx.Tracer):
    """Follows tensors into every module but linear ones and the named one."""

    def __init__(self, name: str):
        super().__init__()
        self.name = name

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        is_leaf = isinstance(m, LINEAR) or module_qualified_name == self.name
        return is_leaf or super().is_leaf_module(m, module_qualified_name)


def _trace(model: nn.Module, name: str) -> fx.Graph:
    try:
        return _Tracer(name).trace(model)
    except Exception as error:
        raise InputError(
            f"model: wanted one whose forward pass torch.fx can follow, got {error}; name the "
            "linear layer that writes the dimensions, and the one that reads them as reader"
        ) from error


def _writer(model: nn.Module, node: fx.Node, name: str) -> fx.Node:
    """The linear layer that a node's values come from."""
    while not _is_linear(model, node):
        if len(node.all_input_nodes) != 1 or not _is_transparent(model, node, name):
            raise _opaque(model, node)
        (node,) = node.all_input_nodes
    return node


def _readers(model: nn.Module, node: fx.Node, name: str) -> Iterator[str]:
    """The linear layers that a node's values go to. Values that leave the model go nowhere."""
    for user in node.users:
        if _is_linear(model, user):
            yield str(user.target)
        elif not _leaves(user):
            if not _is_transparent(model, user, name):
                raise _opaque(model, user)
            yield from _readers(model, user, name)


def _leaves(node: fx.Node) -> bool:
    """Whether values leave the model here, by themselves or in a named tuple or the like."""
    is_container = isinstance(node.target, type)
    return node.op == "output" or (is_container and all(map(_leaves, node.users)))


def _is_linear(model: nn.Module, node: fx.Node) -> bool:
    return node.op == "call_module" and isinstance(model.get_submodule(str(node.target)), LINEAR)


def _is_transparent(model: nn.Module, node: fx.Node, name: str) -> bool:
    if node.op == "call_module":
        module = model.get_submodule(str(node.target))
        return node.target == name or isinstance(module, TRANSPARENT_MODULES)
    return node.op.startswith("call_") and _function(node) in TRANSPARENT_FUNCTIONS


def _function(node: fx.Node) -> str:
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")


def _opaque(model: nn.Module, node: fx.Node) -> InputError:
    kind = ""
    if node.op == "call_module":
        kind = f" ({type(model.get_submodule(str(node.target))).__name__})"
    return InputError(
        f"{node.name}{kind}: wanted activations or a normalisation between the layer and the "
        "linear layers around it, got something that may mix dimensions; name a layer next to them"
    )
