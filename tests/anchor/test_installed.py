"""Interventions stay in a model, and in files, as what they were."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.installed import bake, load_intervention, save_intervention
from colorcore.anchor.interventions.kinds import (
    Projection,
    Repulsion,
    Steering,
    Suppression,
)
from colorcore.errors import InputError

KINDS = [
    Suppression([1.0, 2.0, -1.0], Falloff(60, 2, 0.5)),
    Repulsion([1.0, 2.0, -1.0], Falloff(60)),
    Projection([[1.0, 2.0, -1.0], [0.0, 1.0, 1.0]]),
    Steering([1.0, 2.0, -1.0], 0.1),
    Affine([[1.0, 2.0, 0.0], [0.0, 1.0, 0.5], [0.1, 0.0, 0.3]], [1.0, -1.0, 0.25]),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_baked_copy_does_what_the_model_does_under_the_intervention(model, x, kind):
    before = model(x)
    baked = bake(model, kind, layer="1")
    with intervene(model, kind, layer="1"):
        wanted = model(x)
    assert torch.equal(baked(x), wanted)
    assert torch.equal(model(x), before)


@pytest.mark.parametrize("kind", KINDS)
def test_a_baked_intervention_is_compiled_and_exported_with_the_model(model, x, kind, compiling):
    baked = bake(model, kind, layer="1")
    exported = torch.export.export(baked, (x,)).module()
    torch.testing.assert_close(exported(x), baked(x))
    compiled = torch.compile(baked, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x), baked(x))


@pytest.mark.parametrize("kind", KINDS)
def test_a_baked_intervention_goes_with_the_state_of_the_model(model, x, kind, tmp_path):
    baked = bake(model, kind, layer="1")
    save_file(baked.state_dict(), tmp_path / "baked.safetensors")
    torch.save(baked.state_dict(), tmp_path / "baked.pt")
    other = bake(nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)), kind, layer="1")
    for parameter in (*other.parameters(), *other.buffers()):
        parameter.data.fill_(0.5)
    other.load_state_dict(torch.load(tmp_path / "baked.pt", weights_only=True))
    assert torch.equal(other(x), baked(x))


def test_the_state_of_an_intervention_with_other_settings_is_not_loaded():
    state = Suppression([1.0, 0.0], Falloff(60)).state_dict()
    with pytest.raises(
        InputError, match=r"state_dict: wanted a Suppression with axis, angle, power, "
    ):
        Suppression([1.0, 0.0], Falloff(90)).load_state_dict(state)


def test_a_direction_follows_the_type_of_the_model(model):
    baked = bake(model, Suppression([1.0, 0.0, 0.0]), layer="1")
    assert baked.bfloat16()[1].intervention.direction.dtype == torch.bfloat16
    assert baked(torch.ones(1, 4, dtype=torch.bfloat16)).dtype == torch.bfloat16


def test_an_intervention_is_a_layer_like_any_other(x):
    suppression = Suppression([1.0, 0.0, 0.0, 0.0], Falloff(180, power=0))
    model = nn.Sequential(nn.Identity(), suppression)
    assert torch.equal(model(x), x * torch.tensor([0.0, 1, 1, 1]))
    assert "angle=180, power=0, strength=1" in repr(model)


def test_a_layer_of_several_names_is_intervened_on_under_each():
    shared = nn.Identity()
    baked = bake(nn.Sequential(shared, shared), Steering([1.0, 0.0], 1.0), layer="0")
    assert baked(torch.zeros(1, 2)).tolist() == [[2.0, 0.0]]
    assert baked[0] is baked[1]


def test_a_baked_intervention_acts_on_an_item_of_what_the_layer_gives():
    model = nn.Sequential(nn.LSTM(2, 3, batch_first=True))
    baked = bake(model, nn.Threshold(9.0, 0.0), layer="0")
    output, (hidden, _) = baked(torch.ones(1, 4, 2))
    assert output.abs().max() == 0
    assert hidden.abs().max() > 0


def test_weights_that_are_used_without_the_layer_are_not_used_in_silence():
    attention = nn.Sequential(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True))
    baked = bake(attention, Steering([1.0, 0, 0, 0], 1.0), layer="0.self_attn.out_proj")
    with pytest.raises(AttributeError) as caught:
        baked(torch.ones(1, 3, 4))
    assert str(caught.value) == (
        "layer 0.self_attn.out_proj: wanted only to be called, as an intervention is baked in, got "
        "its weight asked for; bake into a layer around it"
    )


def test_models_and_directions_that_keep_what_passed_are_baked(model, x):
    model.last = model(x)  # of which PyTorch makes no copies
    own = Suppression([1.0, 0.0, 0.0])
    own.last = model.last
    baked = bake(model, own, layer="1")
    assert torch.equal(baked(x), bake(model, Suppression([1.0, 0.0, 0.0]), layer="1")(x))


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_layers_of_a_traced_model_are_refused(model, x):
    part: Any = torch.jit.trace(model, x)
    traced = nn.Sequential(part)
    with pytest.raises(
        InputError, match=r"layer 0\.1: wanted a part of a model in Python, got one"
    ):
        bake(traced, Steering([1.0, 0, 0], 1.0), layer="0.1")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_an_intervention_comes_back_from_its_file(kind, dtype, tmp_path):
    path = tmp_path / "there" / "red.safetensors"
    made = copy.deepcopy(kind).to(dtype)
    save_intervention(path, made)
    found = load_intervention(path)
    latents = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(found(latents), made(latents))
    assert repr(found) == repr(made)
    assert {one.dtype for one in found.buffers()} == {dtype}


def test_settings_that_are_numbers_of_numpy_come_back(tmp_path):
    float_of_numpy: Any = np.float32(60)
    save_intervention(tmp_path / "a", Suppression([1.0, 0.0], Falloff(float_of_numpy)))
    assert load_intervention(tmp_path / "a").settings["angle"] == 60


def test_a_parameter_comes_back_as_one(tmp_path):
    save_intervention(tmp_path / "a", Suppression(nn.Parameter(torch.ones(2)), axis=1))
    found = load_intervention(tmp_path / "a")
    assert [parameter.tolist() for parameter in found.parameters()] == [[1.0, 1.0]]
    assert found.axis == 1


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="none: no such file; save interventions there first"):
        load_intervention(tmp_path / "none")


def foreign(**changes):
    """What stands in a file's metadata, with changes."""
    settings = {"axis": -1, "angle": 60.0, "power": 1.0, "strength": 1.0}
    return {"kind": "Suppression", "parameters": [], "settings": settings, **changes}


@pytest.mark.parametrize(
    ("tensors", "metadata"),
    [
        ({"direction": torch.ones(2)}, None),
        ({"direction": torch.ones(2)}, "no JSON"),
        ({"direction": torch.ones(2)}, []),
        ({"direction": torch.ones(2)}, foreign(kind="Magic")),
        ({"direction": torch.ones(2)}, foreign(settings={"axis": -1, "angle": 999.0})),
        ({"direction": torch.ones(2)}, foreign(settings={"angle": 60.0})),
        ({"direction": torch.ones(2)}, foreign(settings={"axis": -1, "amount": 60.0})),
        ({"direction": torch.ones(2)}, foreign(kind="Steering", settings={"axis": -1})),
        ({"weight": torch.ones(2)}, foreign()),
        ({"direction": torch.ones(2), "more": torch.ones(2)}, foreign()),
        ({"direction": torch.ones(2, dtype=torch.bool)}, foreign()),
        ({}, foreign()),
    ],
)  # fmt: skip
def test_a_file_of_something_else_is_told_in_one_line(tensors, metadata, tmp_path):
    path = tmp_path / "other.safetensors"
    text = metadata if isinstance(metadata, str) else json.dumps(metadata)
    save_file(
        tensors, path, metadata=None if metadata is None else {"colorcore.interventions": text}
    )
    with pytest.raises(InputError, match="wanted interventions that colorcore saved") as error:
        load_intervention(path)
    assert "\n" not in str(error.value)


def test_a_damaged_file_is_told(tmp_path):
    path = tmp_path / "red.safetensors"
    save_intervention(path, KINDS[0])
    whole = path.read_bytes()
    for part in (b"", whole[:20], whole[:-3]):
        path.write_bytes(part)
        with pytest.raises(
            InputError, match="wanted interventions that colorcore saved, got a file"
        ):
            load_intervention(path)


def test_an_intervention_of_another_kind_is_not_saved(tmp_path):
    class Own(Suppression):
        pass

    with pytest.raises(InputError, match="intervention: wanted one of Affine, Projection, Repuls"):
        save_intervention(tmp_path / "a", Own([1.0]))
