"""Where to operate: found by following the model, or as told, if a sample can bear it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import nn

from colorcore.anchor.layers.named import find
from colorcore.anchor.surgery import channels
from colorcore.anchor.surgery.between import NORMS
from colorcore.anchor.surgery.graph import around
from colorcore.anchor.surgery.measured import Places, Sample
from colorcore.anchor.surgery.proof import Around
from colorcore.errors import InputError

Names = str | Sequence[str]


@dataclass(frozen=True)
class Site:
    """The layers to operate on, by name, and the dimensions that they share.

    `width` dimensions, on `axis` of tensors, from the end. `given` are the layers whose dimensions
    are zero by definition, and `taken` those that get none.
    """

    writers: list[str]
    readers: list[str]
    between: list[str]
    after: str | None
    axis: int
    width: int
    given: list[str]
    taken: list[str]

    def places(self, dims: Sequence[int], *, fewer: bool) -> Places:
        """Where to set dimensions to zero for comparison."""
        shown = self.given if self.after else self.writers
        return Places(self.given, self.taken, self.axis, dims, self.width, fewer=fewer, shown=shown)


def find_site(
    model: nn.Module,
    layer: str,
    *,
    reader: Names | None = None,
    after: str | None = None,
    sample: Sample | None = None,
) -> Site:
    """The layers around one, as found in the model or as named.

    Raises: InputError when they cannot be told or proved, or do not fit each other.
    """
    readers = None if reader is None else [reader] if isinstance(reader, str) else list(reader)
    try:
        found = around(model, layer, after)
    except InputError:
        if sample is None:
            raise
        if readers is not None:
            return _told(model, layer, readers, after)
        found = _within(model, layer, after)
    if readers is not None and {*readers} != {*found.readers}:
        raise InputError(
            f"reader: wanted {', '.join(found.readers)}, which read what {layer} gives, got "
            f"{', '.join(readers)}; leave reader out, or name another layer"
        )
    if found.unproved is not None and sample is None:
        raise InputError(
            f"sample: wanted a batch to check the result on, since {found.unproved}, got none; "
            "give what the model is called with"
        )
    return _as_found(model, found, after)


def _within(model: nn.Module, layer: str, after: str | None) -> Around:
    """What stands around a layer within the smallest part of a model that holds it all."""
    names = layer.split(".")
    for end in range(len(names) - 1, 0, -1):
        part = ".".join(names[:end])
        if after is not None and not after.startswith(f"{part}."):
            continue
        inner = None if after is None else after.removeprefix(f"{part}.")
        try:
            found = around(find(model, part), layer.removeprefix(f"{part}."), inner)
        except InputError:
            continue
        lists = {
            name: [f"{part}.{one}" for one in getattr(found, name)]
            for name in ("writers", "readers", "between")
        }
        return replace(found, **lists, unproved=f"only {part} could be followed")
    return around(model, layer, after)  # which says why not


def _as_found(model: nn.Module, found: Around, after: str | None) -> Site:
    if after in found.writers:
        after = None
    for name in found.between:
        channels.check_plain(model, name)
    norms = [name for name in found.between if type(find(model, name)) in NORMS]
    proved = found.unproved is None
    width = _width(model, found.writers, found.readers, flat=found.flat)
    return Site(
        found.writers,
        found.readers,
        found.between,
        after,
        found.axis,
        width,
        given=[*found.writers, *norms] if after is None else [after],
        taken=found.readers if proved else [],
    )


def _told(model: nn.Module, layer: str, readers: list[str], after: str | None) -> Site:
    """As the caller says: a sample has to bear it out."""
    writers = [layer] if after is None else []
    first = layer if writers else readers[0]
    _, kind = channels.layer(model, first, reads=not writers)
    others = {channels.layer(model, name, reads=True)[1].axis for name in readers} - {kind.axis}
    width = _width(model, writers, readers, flat=bool(others))
    if after is not None:
        find(model, layer)
        find(model, after)
    return Site(writers, readers, [], after, kind.axis, width, [after or layer], [])


def _width(model: nn.Module, writers: list[str], readers: list[str], *, flat: bool) -> int:
    """The number of dimensions, which all layers have to share, or a multiple if flattened."""
    sizes: dict[str, int] = {}
    for name in writers:
        module, kind = channels.layer(model, name)
        sizes[name] = kind.written(module)
    for name in readers:
        module, kind = channels.layer(model, name, reads=True)
        size = kind.read(module)
        first = next(iter(sizes.values()), size)
        sizes[name] = first if flat and size % first == 0 else size
    first, width = next(iter(sizes.items()))
    for name, size in sizes.items():
        if size != width:
            does, did = (
                "read" if name in readers else "write",
                "writes" if first in writers else "reads",
            )
            raise InputError(
                f"{name} must {does} as many dimensions as {first} {did}, {width}, got {size}; "
                "name two layers that follow each other"
            )
    return width
