"""Interventions that stay: put into a model for good, or kept in a file of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from colorcore.anchor import files
from colorcore.anchor.interventions.acting import checked
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.kinds import (
    Intervention,
    Projection,
    Repulsion,
    Steering,
    Suppression,
)
from colorcore.anchor.layers.copies import duplicate
from colorcore.anchor.layers.items import Index, put, take
from colorcore.anchor.layers.named import find
from colorcore.errors import InputError

Model = TypeVar("Model", bound=nn.Module)

KIND = "interventions"

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Affine, Projection, Repulsion, Steering, Suppression)
}


class Intervened(nn.Module):
    """A layer, and an intervention on what it gives.

    Example:

        >>> Intervened(nn.Identity(), Suppression([1, 0]), name="0")(torch.tensor([[3.0, 4.0]]))
        tensor([[1.2000, 4.0000]])
    """

    def __init__(
        self, layer: nn.Module, intervention: nn.Module, *, name: str, index: Index = None
    ) -> None:
        super().__init__()
        self.layer, self.intervention = layer, intervention
        self.name, self.index = name, index

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        output = self.layer(*args, **kwargs)
        latents = take(output, self.index, name=self.name)
        return put(output, self.index, checked(self.intervention(latents), latents, self.name))

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError as error:
            layer = vars(self).get("name")  # none while it is being copied
            raise AttributeError(
                f"layer {layer}: wanted only to be called, as an intervention is baked in, got its "
                f"{name} asked for; bake into a layer around it"
            ) from error


def bake(model: Model, intervention: nn.Module, *, layer: str, index: Index = None) -> Model:
    """A copy in which an intervention acts on what a layer gives, for good.

    The intervention is a module of the copy: it goes with it to a device or type, into its
    `state_dict`, and through `torch.compile` and `torch.export`. The layer `name` is `name.layer`
    in the copy, under each of the names that it has, and the intervention `name.intervention`.
    Whatever uses the layer's weights without calling it fails there. `index` is as in `intervene`.

    Raises: InputError when there is no such layer, or it is part of a traced model.

    Example:

        >>> model = nn.Sequential(nn.Identity(), nn.Identity())
        >>> baked = bake(model, Suppression([1, 0], Falloff(power=0)), layer="0")
        >>> baked(torch.tensor([[3.0, 4.0]]))
        tensor([[0., 4.]])
        >>> list(baked.state_dict())
        ['0.intervention.direction', '0.intervention._extra_state']
    """
    baked = duplicate(model)
    target = find(baked, layer)
    own = Intervened(target, duplicate(intervention), name=layer, index=index)
    own.train(target.training)
    for name, one in list(baked.named_modules(remove_duplicate=False)):
        if one is not target:
            continue
        parent = baked.get_submodule(name.rpartition(".")[0])
        if isinstance(parent, torch.jit.ScriptModule):
            raise InputError(
                f"layer {layer}: wanted a part of a model in Python, got one of a traced or "
                "scripted model; bake into the model that it was made from"
            )
        setattr(parent, name.rpartition(".")[2], own)
    return baked


def save_intervention(path: Path | str, intervention: Intervention) -> None:
    """Write an intervention to a file: safetensors, with its settings in the metadata.

    Raises: InputError for an intervention of another kind than colorcore's, or when the place
    cannot be written to.
    """
    kind = type(intervention).__name__
    if KINDS.get(kind) is not type(intervention):
        raise InputError(
            f"intervention: wanted one of {', '.join(KINDS)}, got {kind}; save its state_dict"
        )
    settings = {
        "kind": kind,
        "parameters": [name for name, _ in intervention.named_parameters()],
        "settings": intervention.settings,
    }
    files.write(path, KIND, intervention.values, settings)


def load_intervention(path: Path | str) -> Intervention:
    """The intervention in a file, as it was saved: on the CPU, its numbers of the same type.

    Raises: InputError when there is no such file, it cannot be read, or holds something else.

    Example:

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_intervention(f"{folder}/red.safetensors", Suppression([1, 0], Falloff(60)))
        ...     load_intervention(f"{folder}/red.safetensors")
        Suppression(axis=-1, angle=60, power=1, strength=1)
    """
    with files.read(path, KIND) as (metadata, tensors):
        values = {
            name: nn.Parameter(one) if name in metadata["parameters"] else one
            for name, one in tensors.items()
        }
        return _assemble(metadata["kind"], values, metadata["settings"])


def _assemble(kind: str, values: dict[str, Tensor], settings: dict[str, Any]) -> Intervention:
    if kind in ("Suppression", "Repulsion"):
        falloff = {key: settings[key] for key in settings if key != "axis"}
        return KINDS[kind](**values, falloff=Falloff(**falloff), axis=settings["axis"])
    return KINDS[kind](**values, **settings)
