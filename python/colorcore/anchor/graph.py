"""Which linear layers stand around a layer: found by following tensors through the model."""

from __future__ import annotations

from collections.abc import Collection, Iterator

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


def around(model: nn.Module, name: str, after: str | None = None) -> tuple[str, list[str]]:
    """The names of the linear layer that writes a layer's output, and of those that read it.

    Found by following tensors through the model, symbolically. A linear layer writes its own
    output. All that the readers get has to go through the layer `after`, if one is named.

    Raises: InputError when the model cannot be followed, when what stands between the layer and
    the linear ones around it is not known to treat each dimension by itself, or when something is
    read that has not gone through `after`.

    Example:

        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 3))
        >>> around(model, "1")
        ('0', ['2'])
    """
    layer, named = find(model, name), {name}
    if after is not None:
        find(model, after)
        named.add(after)
    if any(True for _ in layer.parameters()) and not isinstance(layer, LINEAR):
        raise InputError(
            f"layer {name}: wanted a linear layer or one without parameters, got "
            f"{type(layer).__name__}; name a layer next to it"
        )
    graph = _trace(model, named)
    calls = [node for node in graph.nodes if node.op == "call_module" and node.target == name]
    if len(calls) != 1:
        raise InputError(
            f"layer {name}: wanted one that the model calls once, got {len(calls)} calls; name a "
            "linear layer or a layer that the model calls"
        )
    writer = _writer(model, calls[0], named)
    readers = list(dict.fromkeys(_readers(model, writer, named)))
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
    if after is not None and after != writer.target:
        past = list(_readers(model, writer, named, up_to=after))
        if past:
            raise InputError(
                f"after: wanted a layer through which {past[0]} gets all that {writer.target} "
                f"writes, got {after}; name the normalisation between them"
            )
    return str(writer.target), [str(reader) for reader in readers]


class _Tracer(fx.Tracer):
    """Follows tensors into every module but linear ones and the named ones."""

    def __init__(self, named: Collection[str]):
        super().__init__()
        self.named = named

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        is_leaf = isinstance(m, LINEAR) or module_qualified_name in self.named
        return is_leaf or super().is_leaf_module(m, module_qualified_name)


def _trace(model: nn.Module, named: Collection[str]) -> fx.Graph:
    try:
        return _Tracer(named).trace(model)
    except Exception as error:
        raise InputError(
            f"model: wanted one whose forward pass torch.fx can follow, got {error}; name the "
            "linear layer that writes the dimensions, and the one that reads them as reader"
        ) from error


def _writer(model: nn.Module, node: fx.Node, named: Collection[str]) -> fx.Node:
    """The linear layer that a node's values come from."""
    while not _is_linear(model, node):
        if len(node.all_input_nodes) != 1 or not _is_transparent(model, node, named):
            raise _opaque(model, node)
        (node,) = node.all_input_nodes
    return node


def _readers(
    model: nn.Module, node: fx.Node, named: Collection[str], *, up_to: str | None = None
) -> Iterator[str]:
    """The linear layers that a node's values go to. Values that leave the model go nowhere.

    What is `up_to` a layer is all that does not go through it.
    """
    for user in node.users:
        if _is_linear(model, user):
            yield str(user.target)
        elif not _leaves(user) and user.target != up_to:
            if not _is_transparent(model, user, named):
                raise _opaque(model, user)
            yield from _readers(model, user, named, up_to=up_to)


def _leaves(node: fx.Node) -> bool:
    """Whether values leave the model here, by themselves or in a named tuple or the like."""
    is_container = isinstance(node.target, type)
    return node.op == "output" or (is_container and all(map(_leaves, node.users)))


def _is_linear(model: nn.Module, node: fx.Node) -> bool:
    return node.op == "call_module" and isinstance(model.get_submodule(str(node.target)), LINEAR)


def _is_transparent(model: nn.Module, node: fx.Node, named: Collection[str]) -> bool:
    if node.op == "call_module":
        module = model.get_submodule(str(node.target))
        return node.target in named or isinstance(module, TRANSPARENT_MODULES)
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
