"""A model's forward pass as a graph, without running it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jaxtyping
from torch import fx, nn

from colorcore.anchor.surgery.channels import Kind, kind
from colorcore.errors import InputError


class _Proxy(fx.Proxy):
    """Notes sums in place as what they are.

    torch.fx takes `x += y` for x = x + y, which leaves a tensor as it is under its other names.
    """


def _in_place(name: str) -> Any:
    def call(self: fx.Proxy, other: object) -> object:
        return self.tracer.create_proxy("call_method", name, (self, other), {})

    return call


for _operator in ("iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul"):
    setattr(_Proxy, f"__{_operator}__", _in_place(f"__{_operator}__"))


class _Tracer(fx.Tracer):
    """Follows tensors into every module but PyTorch's own, those that write, and one more."""

    def __init__(self, leaf: nn.Module | None):
        super().__init__()
        self.leaf = leaf
        self.given: dict[nn.Module, list[object]] = {}

    def proxy(self, node: fx.Node) -> fx.Proxy:
        return _Proxy(node, self)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        is_leaf = m is self.leaf or kind(m) is not None
        return is_leaf or super().is_leaf_module(m, module_qualified_name)

    def call_module(self, m: nn.Module, forward: Any, args: Any, kwargs: Any) -> Any:
        result = super().call_module(m, forward, args, kwargs)
        self.given.setdefault(m, []).append(result)
        return result


@dataclass
class Trace:
    """The graph of a model, and what each of its layers gives."""

    model: nn.Module
    graph: fx.Graph
    results: dict[nn.Module, list[object]]

    def given(self, layer: nn.Module, name: str) -> fx.Node:
        """The node of what a layer gives.

        Raises: InputError when it is called more than once, or never, or gives no tensor.
        """
        results = self.results.get(layer, [])
        if len(results) != 1:
            raise InputError(
                f"layer {name}: wanted one that the model calls once, got {len(results)} calls; "
                "name a linear layer or a layer that the model calls"
            )
        if not isinstance(results[0], fx.Proxy):
            raise InputError(
                f"layer {name}: wanted a tensor, got {type(results[0]).__name__}; name a layer "
                "within it"
            )
        return results[0].node

    def module(self, node: fx.Node) -> nn.Module | None:
        """The layer that a node calls."""
        return self.model.get_submodule(str(node.target)) if node.op == "call_module" else None

    def kind(self, node: fx.Node) -> Kind | None:
        """How what a node calls counts dimensions, if it is a layer that writes them."""
        module = self.module(node)
        return None if module is None else kind(module)

    @property
    def is_plain(self) -> bool:
        """Whether calling the model is no more than the forward of its type, which was followed."""
        model = self.model
        changed = model._forward_pre_hooks or model._forward_hooks or "forward" in vars(model)
        return not changed and type(model).__call__ is nn.Module.__call__

    @property
    def choices(self) -> list[str]:
        """Arguments of the model that may be left out: with others it may go another way."""
        parameters = inspect.signature(self.model.forward).parameters.values()
        named = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD,
                 inspect.Parameter.KEYWORD_ONLY)  # fmt: skip
        return [
            one.name for one in parameters if one.kind not in named or one.default is not one.empty
        ]


@contextmanager
def _without_shapes() -> Iterator[None]:
    """No checks of jaxtyping within, to which what torch.fx passes through a model is no tensor."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", before)


def trace(model: nn.Module, *, leaf: nn.Module | None = None) -> Trace:
    """Follow tensors through a model, but not into the layer `leaf`.

    Raises: InputError when torch.fx cannot.
    """
    tracer = _Tracer(leaf)
    try:
        with _without_shapes():
            graph = tracer.trace(model)
    except Exception as error:
        first = str(error).partition("\n")[0]
        raise InputError(
            f"model: wanted one whose forward pass torch.fx can follow, got {first}; name the "
            "layer that writes the dimensions, and the one that reads them as reader, and give a "
            "sample"
        ) from error
    return Trace(model, graph, tracer.given)
