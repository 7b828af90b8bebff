"""Which layers write and read the dimensions of a layer, found by following tensors through the
model.
"""

from __future__ import annotations

from torch import fx, nn

from colorcore.anchor.layers.copies import shadow
from colorcore.anchor.layers.named import find
from colorcore.anchor.surgery import between
from colorcore.anchor.surgery.proof import Around, prove
from colorcore.anchor.surgery.space import Space, opaque
from colorcore.anchor.surgery.tracing import Trace, trace
from colorcore.errors import InputError


def around(model: nn.Module, name: str, after: str | None = None) -> Around:
    """The layers that write what a layer gives, and those that read it.

    Found by following tensors through the model, symbolically, as it trains and as it evaluates.
    A layer that writes stands for its own output. Once zero where they are written, the dimensions
    have to be zero, or the same for every sample, wherever they are read. All that the readers get
    has to go through the layer `after`, if one is named; what that gives counts as written there.

    Raises: InputError when the model cannot be followed, when something on the way may mix
    dimensions or brings in others, or when something is read that has not gone through `after`.

    Example:

        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 3))
        >>> found = around(model, "1")
        >>> found.writers, found.readers
        (['0'], ['2'])
    """
    answers, trains = (_around(_in_mode(model, mode), name, after) for mode in (False, True))
    if answers != trains:
        raise InputError(
            f"layer {name}: wanted the same layers around it in training and after, got "
            f"{trains.readers} and {answers.readers}; name the readers and give a sample"
        )
    return answers


def _in_mode(model: nn.Module, mode: bool) -> nn.Module:
    """A copy to follow, which may keep what passes through it."""
    followed = shadow(model)
    for module in followed.modules():
        module.training = mode
    return followed


def _around(model: nn.Module, name: str, after: str | None) -> Around:
    layer = find(model, name)
    cut = None if after is None else find(model, after)
    traced = trace(model, leaf=cut)
    start = traced.given(layer, name)
    if cut is None or after is None:
        space = Space(traced, [start])
    else:
        space = _behind(traced, start, traced.given(cut, after), after)
    return prove(space, start, name)


def _behind(traced: Trace, start: fx.Node, cut: fx.Node, after: str) -> Space:
    """The space of what a layer gives behind another, which has to be all that is read of it."""
    if traced.kind(cut):
        space = Space(traced, [start])
        if cut in space.writers:
            return space  # right behind the layer that writes: there is nothing in between
        raise _passed(after, space, space.readers)
    behind = Space(traced, [cut], source=cut, axis=_axis(traced, cut))
    if start is cut or start in behind.nodes:
        return behind
    before = Space(traced, [start], stop=cut)
    if before.readers or cut not in before.nodes:
        raise _passed(after, before, before.readers or behind.readers)
    module = traced.module(cut)
    if type(module) not in between.KEEPING and not between.is_step(module, cut):
        raise opaque(traced, cut, "something that may mix dimensions")
    for node in before.order:
        if between.flattens(node, traced.module(node)):
            raise opaque(traced, node, "something that counts other axes among the dimensions")
    return behind


def _axis(traced: Trace, node: fx.Node) -> int | None:
    """The axis of the dimensions that a layer gives, from the end, if what writes them is known."""
    while True:
        module, known = traced.module(node), traced.kind(node)
        if known is not None:
            return known.axis
        if between.flattens(node, module):
            return -1
        if type(module) not in between.KEEPING and not between.is_step(module, node):
            return None
        node = between.tensors(node)[0]


def _passed(after: str, space: Space, readers: list[tuple[fx.Node, fx.Node]]) -> InputError:
    reader = readers[0][0].target if readers else "what reads it"
    writer = space.writers[0].target if space.writers else "the layer"
    return InputError(
        f"after: wanted a layer through which {reader} gets all that {writer} writes, got {after}; "
        "name the normalisation between them"
    )
