"""Whether the dimensions of a space can be cut out whole, and which layers hold them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from torch import fx

from colorcore.anchor.surgery import between
from colorcore.anchor.surgery.channels import Kind, check_plain
from colorcore.anchor.surgery.space import Space, opaque
from colorcore.anchor.surgery.tracing import Trace
from colorcore.errors import InputError


@dataclass
class Around:
    """What stands around a layer: names of layers, and the axis on which its dimensions lie.

    `writers` and `readers` hold the dimensions in their weights, `between` are layers with numbers
    of their own for each dimension. `flat` says that readers get other axes flattened into theirs,
    `unproved` is what only a sample can show.
    """

    writers: list[str]
    readers: list[str]
    axis: int = -1
    between: list[str] = field(default_factory=list)
    flat: bool = False
    unproved: str | None = None


def prove(space: Space, start: fx.Node, name: str) -> Around:
    """Check that a space can be cut out whole, and name what is around it."""
    traced = space.traced
    if not space.readers:
        raise InputError(
            f"layer {name}: wanted a linear layer that reads it, got none; name a layer before the "
            "last linear one"
        )
    axis, flat = _axis(space)
    _check_values(space, start, name)
    plain = [node for node in space.order if node.op == "call_module" and node is not space.source]
    found = Around(
        writers=[str(node.target) for node in space.writers],
        readers=list(dict.fromkeys(str(node.target) for node, _ in space.readers)),
        axis=axis,
        flat=flat,
        between=[str(node.target) for node in plain if between.has_numbers(traced.module(node))],
    )
    for node in plain:
        check_plain(traced.model, str(node.target))
    for target in (*found.writers, *found.readers, *found.between):
        _check_alone(traced, target)
    found.unproved = _unproved(space, flat)
    return found


def _check_alone(traced: Trace, target: str) -> None:
    """Refuse a layer with weights that has several places in the model."""
    used = [str(node.target) for node in traced.graph.nodes if node.op != "placeholder"]
    count = Counter(used)[target]
    if count > 1:
        raise InputError(
            f"layer {target}: wanted a linear layer that is called once, got {count} calls; "
            "give each place a layer of its own"
        )
    beside = [
        str(node.target)
        for node in traced.graph.nodes
        if node.op == "get_attr" and str(node.target).startswith(f"{target}.")
    ]
    if beside:
        raise InputError(
            f"layer {target}: wanted one whose weights are used by itself alone, got "
            f"{beside[0]} used beside it; give each place weights of its own"
        )


def _axis(space: Space) -> tuple[int, bool]:
    """The axis of the dimensions, from the end, and whether others are flattened into it."""
    axes: dict[fx.Node, tuple[int, bool]] = {}
    reads = {node: _kind(space, node).axis for node, _ in space.readers}
    for node in space.order:
        found = _axis_at(space, node, axes, min(reads.values()))
        if found is None:
            raise opaque(space.traced, node, "something on another axis than the dimensions'")
        axes[node] = found
    for reader, node in space.readers:
        axis, flat = axes[node]
        if reads[reader] != (-1 if flat else axis):
            raise opaque(space.traced, reader, "a layer that reads another axis")
    is_flat = any(flat for _, flat in axes.values())
    return next(iter(axes.values()))[0], is_flat


def _axis_at(
    space: Space, node: fx.Node, axes: dict[fx.Node, tuple[int, bool]], read: int
) -> tuple[int, bool] | None:
    if node is space.source:  # what a layer gives of which no layer is known to write it
        return space.axis or read, False
    if space.traced.kind(node) is not None:
        return _kind(space, node).axis, False
    given = [axes[one] for one in between.tensors(node)]
    found = between.axis(space.traced.module(node), node, given)
    return None if found and found[1] and space.source else found


def _kind(space: Space, node: fx.Node) -> Kind:
    kind = space.traced.kind(node)
    assert kind is not None
    return kind


def _check_values(space: Space, start: fx.Node, name: str) -> None:
    """Refuse a space in which dimensions that are zero where they are written come back."""
    traced = space.traced
    values: dict[fx.Node, float | None] = {}
    zero = {space.source} if space.source else _before(space, start)
    for node in space.order:
        values[node] = _value(traced, node, values, is_zero=node in zero)
    for node in space.leaving:
        if values[node] != 0:
            raise InputError(
                f"layer {name}: wanted dimensions that are zero where they leave the model, got "
                f"{_says(values[node])} from {node.name}; name the layer that gives that, as layer "
                "and as after"
            )
    for reader, node in space.readers:
        if values[node] is None:
            raise InputError(
                f"layer {name}: wanted a layer that gives all that {reader.target} reads, got one "
                "of several; name the layer in which they come together, or the reader and a sample"
            )


def _says(value: float | None) -> str:
    return "what others write" if value is None else f"{value:.3g}"


def _before(space: Space, start: fx.Node) -> set[fx.Node]:
    """The writers from which a node's values come."""
    found, ahead, seen = set(), [start], set()
    while ahead:
        node = ahead.pop()
        if node in seen or node not in space.nodes:
            continue
        seen.add(node)
        if space.traced.kind(node):
            found.add(node)
        else:
            ahead += between.tensors(node)
    return found


def _value(
    traced: Trace, node: fx.Node, values: dict[fx.Node, float | None], *, is_zero: bool
) -> float | None:
    """What a dimension is at a node, if it is the same for every sample."""
    if is_zero:
        return 0.0
    if traced.kind(node) or not between.tensors(node):
        return None
    found = between.value(traced.module(node), node, values)
    if found is not None and not math.isfinite(found):
        raise opaque(traced, node, "something that makes too much of a zero")
    return found


def _unproved(space: Space, flat: bool) -> str | None:
    traced = space.traced
    if traced.choices:
        return f"the model may go another way with other {', '.join(traced.choices)}"
    if not traced.is_plain:
        return "the model does more when called than its type's forward does"
    if flat:
        return "what is flattened depends on the shape of what comes in"
    for node in space.order:
        if between.counts_from_front(traced.module(node)):
            return f"{node.target} counts its axes from the front, and dimensions lie at the end"
    return None
