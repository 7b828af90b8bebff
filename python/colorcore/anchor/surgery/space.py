"""All places in a model where tensors are counted in the same dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from torch import fx

from colorcore.anchor.surgery import between
from colorcore.anchor.surgery.channels import check_plain
from colorcore.anchor.surgery.tracing import Trace
from colorcore.errors import InputError


@dataclass
class Space:
    """All nodes whose values are counted in the same dimensions, and those that read them.

    Nothing is followed beyond `stop`, nor against the flow beyond `source`.
    """

    traced: Trace
    starts: list[fx.Node]
    stop: fx.Node | None = None
    source: fx.Node | None = None
    axis: int | None = None
    nodes: set[fx.Node] = field(default_factory=set)
    readers: list[tuple[fx.Node, fx.Node]] = field(default_factory=list)
    leaving: list[fx.Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        ahead = [(node, node) for node in self.starts]
        while ahead:
            node, via = ahead.pop()
            if node in self.nodes:
                continue
            self.nodes.add(node)
            if node is self.stop:
                continue
            ahead += [(one, node) for one in self._inputs(node, via)]
            ahead += [(one, node) for one in self._users(node)]

    @property
    def order(self) -> list[fx.Node]:
        """The nodes in the order of the model."""
        return [node for node in self.traced.graph.nodes if node in self.nodes]

    @property
    def writers(self) -> list[fx.Node]:
        """Those that give the dimensions their values, in the order of the model."""
        return [node for node in self.order if self.traced.kind(node) and node is not self.source]

    def _inputs(self, node: fx.Node, via: fx.Node) -> Iterable[fx.Node]:
        if node is self.source or self.traced.kind(node):
            return []
        if node.op in ("placeholder", "get_attr"):
            raise opaque(self.traced, via, f"{node.name}, which no layer writes")
        if not between.is_step(self.traced.module(node), node):
            if node.op == "call_module":  # which may have a better reason
                check_plain(self.traced.model, str(node.target))
            raise opaque(self.traced, node, "something that may mix dimensions")
        return between.tensors(node)

    def _users(self, node: fx.Node) -> Iterator[fx.Node]:
        for user in node.users:
            kind = self.traced.kind(user)
            if kind is not None and kind.reads is not None:
                self.readers.append((user, node))
            elif _leaves(user):
                self.leaving.append(node)
            elif not between.is_type(user):
                if kind is not None:
                    raise opaque(self.traced, user, "a layer that takes them for indices")
                yield user


def _leaves(node: fx.Node) -> bool:
    """Whether values leave the model here, by themselves or in a named tuple or the like."""
    is_container = isinstance(node.target, type)
    return node.op == "output" or (is_container and all(map(_leaves, node.users)))


def opaque(traced: Trace, node: fx.Node, got: str) -> InputError:
    module = traced.module(node)
    place = node.name if module is None else f"{node.target} ({type(module).__name__})"
    return InputError(
        f"{place}: wanted activations or a normalisation between the layer and the layers around "
        f"it, got {got}; name a layer next to them, or the reader and a sample"
    )
