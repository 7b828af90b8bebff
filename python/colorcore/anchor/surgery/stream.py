"""Surgery on the residual stream of a transformer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from torch import nn

from colorcore.anchor import arguments
from colorcore.anchor.arguments import Dims
from colorcore.anchor.layers.copies import duplicate
from colorcore.anchor.layers.named import find
from colorcore.anchor.surgery import channels
from colorcore.anchor.surgery.measured import Places, Sample, check, first, quiet, run
from colorcore.anchor.surgery.probe import Stream, find_stream
from colorcore.anchor.surgery.slices import Slices
from colorcore.errors import InputError

Model = TypeVar("Model", bound=nn.Module)

REMEDY = "bake a Projection into each block, by colorcore.anchor.bake, or intervene"


def ablate_stream(
    model: Model, dims: Dims, *, layer: str, sample: Sample, frozen: bool = False
) -> Model:
    """A copy of a transformer in which some dimensions of the residual stream carry nothing.

    `layer` names a block, which gives the stream, or another layer that does. All layers that add
    to the stream lose the rows and biases of those dimensions, and embeddings and learned tokens
    the columns, so that the stream is zero there from end to end. So is what its norms give: they
    lose those weights and biases, since a norm that subtracts a mean makes something of a zero. The
    norms count the zeros among the others, and whatever reads them gets zeros.

    What adds to the stream is found by running the model on the `sample`, with every layer pushed
    in turn; then the result is compared with the model when all of these are set to zero as it
    runs. What weights cannot do is refused: `bake` does it at the end of each block. A head that is
    tied to the embeddings may stay so if it reads this stream. `frozen` holds the zeros through
    training.

    Shapes: `sample` is a tensor, a tuple of positional arguments or a dict of named ones.

    Raises: InputError when no stream is found, when weights are computed or serve something else
    as well, when a dimension is not in it, or when on the sample the stream is not zero in the end.

    Example:

        >>> import torch
        >>> from transformers import GPT2Config, GPT2Model
        >>> config = GPT2Config(n_embd=8, n_layer=2, n_head=2, vocab_size=9, n_positions=9)
        >>> model, tokens = GPT2Model(config), torch.arange(8)[None]
        >>> ablated = ablate_stream(model, [3], layer="h.0", sample=tokens)
        >>> ablated(tokens).last_hidden_state[..., 3].abs().max().item()
        0.0
    """
    stream = find_stream(model, layer, sample)
    gone = arguments.dims(dims, stream.width)
    if len(gone) == stream.width:
        raise InputError(
            f"dims must leave a dimension of the stream, got all {stream.width}; drop one from dims"
        )
    result = duplicate(model)
    for one in list(_slices(result, stream)):
        one.clear(gone, frozen=frozen and bool(gone))
    names = [*stream.layers, *stream.norms, *stream.blocks]
    axes = {name: channels.layer(model, name, tied=True)[1].axis for name in stream.layers}
    axis = [axes.get(name, -1) for name in names]
    places = Places(names, stream.norms, -1, gone, stream.width, axis, remedy=REMEDY)
    check(model, result, sample, places)
    _check_zero(result, stream, sample, gone)
    return result


def _slices(model: nn.Module, stream: Stream) -> Iterator[Slices]:
    """All that writes the stream or weighs what is read of it."""
    for name in stream.layers:
        module, kind = channels.layer(model, name, tied=True)
        yield Slices(module, "weight", kind.writes, stream.width)
        if getattr(module, "bias", None) is not None:
            yield Slices(module, "bias", -1, stream.width)
    for name in stream.tokens:
        parent, _, last = name.rpartition(".")
        yield Slices(model.get_submodule(parent), last, -1, stream.width)
    for name in stream.norms:
        channels.check_plain(model, name)
        module = find(model, name)
        for weight, _ in list(module.named_parameters()):
            yield Slices(module, weight, -1, stream.width)


def _check_zero(model: nn.Module, stream: Stream, sample: Sample, dims: list[int]) -> None:
    """Refuse a model whose stream is not zero where it should be."""
    trial, left = quiet(model), dict[str, float]()

    def note(name: str) -> Callable[..., None]:
        def hook(_layer: nn.Module, args: tuple[Any, ...], y: Any) -> None:
            values = (first(y), *args[: name in stream.norms])
            sizes = [one[..., dims].abs().max().item() for one in values]
            left[name] = max(left.get(name, 0.0), *sizes)

        return hook

    for name in (*stream.blocks, *stream.norms):
        find(trial, name).register_forward_hook(note(name))
    run(trial, sample)
    for name, most in left.items():
        if most:
            raise InputError(
                f"layer {name}: wanted a stream of zeros in dims, got up to {most:.2g}; something "
                f"else writes it: {REMEDY}"
            )
