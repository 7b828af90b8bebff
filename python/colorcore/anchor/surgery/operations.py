"""Surgery on a trained model: latent dimensions zeroed in place, or cut out."""

from __future__ import annotations

from typing import TypeVar

from torch import nn

from colorcore.anchor import arguments
from colorcore.anchor.arguments import Dims
from colorcore.anchor.layers.copies import duplicate
from colorcore.anchor.layers.named import find
from colorcore.anchor.surgery import slices
from colorcore.anchor.surgery.masks import Mask, Select
from colorcore.anchor.surgery.measured import Sample, check
from colorcore.anchor.surgery.site import Names, Site, find_site
from colorcore.errors import InputError

Model = TypeVar("Model", bound=nn.Module)


def ablate(
    model: Model,
    dims: Dims,
    *,
    layer: str,
    reader: Names | None = None,
    after: str | None = None,
    sample: Sample | None = None,
    frozen: bool = False,
) -> Model:
    """A copy in which some dimensions of a layer carry nothing.

    Zeroes the rows and biases that write them and the columns that read them; shapes and names
    stay. The layer is linear, a convolution or an embedding, or stands behind one with nothing but
    activations, pooling or a normalisation of each dimension around it; all layers that read it
    are cut off, and the factors of a product, as in a gated layer, are operated on together.

    With a `sample`, the result is run on it beside the model with those dimensions set to zero, and
    refused if they differ by more than rounding. A model that torch.fx cannot follow needs one:
    name the layer that writes the dimensions and all that read them, as `reader`.

    A normalisation in between stretches what is left of a vector to full length. With the name of
    the normalisation as `after`, the dimensions are zeroed behind it instead of where they are
    written, and what is left keeps its size: nothing, for a vector along a removed axis. What that
    layer gives is masked by a forward hook: the names in the state dict stay as they are. Any layer
    can be named both as `layer` and `after`; its dimensions are then those that it gives, on the
    axis that what reads it takes.

    `frozen` holds what was zeroed at zero through any training that follows, by a parametrization
    of each weight; `torch.nn.utils.parametrize.remove_parametrizations` makes them plain again.

    Shapes: `sample` is a tensor, a tuple of positional arguments or a dict of named ones.

    Raises: InputError when there is no such layer, when the layers around it cannot be told or have
    weights that are shared or computed, when what they read does not all go through `after`, when
    the sample shows another result or nothing, when a dimension is not in the layer, or none would
    be left.

    Source: Experiment 2.10.1.

    Example:

        >>> import torch
        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 3))
        >>> ablated = ablate(model, [0], layer="1", sample=torch.rand(5, 3))
        >>> ablated[0](torch.ones(1, 3))[0, 0].item(), ablated[2].weight[:, 0].tolist()
        (0.0, [0.0, 0.0, 0.0])
    """
    site = find_site(model, layer, reader=reader, after=after, sample=sample)
    _, gone = _split(site, dims)
    _check_numbers(model)
    result = duplicate(model)
    for one in [*slices.written(result, site), *slices.read(result, site)]:
        one.clear(gone, frozen=frozen and bool(gone))
    if site.after is not None and gone:
        find(result, site.after).register_forward_hook(Mask(gone, axis=site.axis))
    if sample is not None:
        check(model, result, sample, site.places(gone, fewer=False))
    return result


def prune(
    model: Model,
    dims: Dims,
    *,
    layer: str,
    reader: Names | None = None,
    after: str | None = None,
    sample: Sample | None = None,
) -> Model:
    """A copy without some dimensions of a layer, which is narrower by their number.

    Gives the outputs of `ablate` to within float rounding, and takes the same layers. With `after`,
    the dimensions are still written, since a normalisation measures a vector by them, and are
    dropped behind that layer, by a forward hook. The state dict keeps the names of the model's; it
    loads into a fresh model pruned alike, or, without `after`, through `adapt`.

    Raises: InputError as `ablate` does.

    Example:

        >>> import torch
        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 3))
        >>> pruned, ablated = prune(model, [0], layer="1"), ablate(model, [0], layer="1")
        >>> pruned
        Sequential(
          (0): Linear(in_features=3, out_features=1, bias=True)
          (1): Tanh()
          (2): Linear(in_features=1, out_features=3, bias=True)
        )
        >>> x = torch.rand(5, 3)
        >>> torch.allclose(pruned(x), ablated(x), atol=1e-6)
        True
    """
    site = find_site(model, layer, reader=reader, after=after, sample=sample)
    keep, gone = _split(site, dims)
    result = duplicate(model)
    slices.narrow(result, site, keep)
    if site.after is not None and gone:
        find(result, site.after).register_forward_hook(Select(keep, axis=site.axis))
    if sample is not None:
        check(model, result, sample, site.places(gone, fewer=True))
    return result


def _split(site: Site, dims: Dims) -> tuple[list[int], list[int]]:
    """The dimensions that stay, and those that go."""
    gone = arguments.dims(dims, site.width)
    keep = [dim for dim in range(site.width) if dim not in gone]
    if not keep:
        raise InputError(
            f"dims must leave a dimension of the layer, got all {site.width}; drop one from dims"
        )
    return keep, gone


def _check_numbers(model: nn.Module) -> None:
    """Refuse a model without numbers: zeros would be lost when they are loaded."""
    meta = next((name for name, one in model.named_parameters() if one.is_meta), None)
    if meta is not None:
        raise InputError(
            f"model: wanted one whose weights are there, got {meta} on meta; load them first"
        )
