"""Terms as modules: what they compute, keep, learn and refuse, alone and in files."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_model, save_file, save_model
from torch import nn

from colorcore.anchor import (
    AngularAnchor,
    AntiAnchor,
    EuclideanAnchor,
    KeepSubspace,
    Regularizer,
    RepelSubspace,
    Separation,
    TiltedAnchor,
    Unitarity,
    load_terms,
    save_terms,
)
from colorcore.anchor.separation.angular import angular_separation
from colorcore.anchor.terms import per_sample as terms
from colorcore.anchor.terms.tilted import tilted_anchor
from colorcore.errors import InputError

DIRECTION = [1.0, 2.0, -1.0]
MODULES = {
    "angular-anchor": (
        AngularAnchor(DIRECTION),
        lambda z, **o: terms.angular_anchor(z, DIRECTION, **o),
    ),
    "anti-anchor": (AntiAnchor(DIRECTION), lambda z, **o: terms.anti_anchor(z, DIRECTION, **o)),
    "full-anti-anchor": (
        AntiAnchor(DIRECTION, full_sphere=True),
        lambda z, **o: terms.anti_anchor(z, DIRECTION, full_sphere=True, **o),
    ),
    "euclidean-anchor": (
        EuclideanAnchor(DIRECTION),
        lambda z, **o: terms.euclidean_anchor(z, DIRECTION, **o),
    ),
    "keep": (KeepSubspace([0, 2]), lambda z, **o: terms.keep_subspace(z, [0, 2], **o)),
    "repel": (RepelSubspace(range(2)), lambda z, **o: terms.repel_subspace(z, [0, 1], **o)),
    "repel-side": (
        RepelSubspace([2], side="negative"),
        lambda z, **o: terms.repel_subspace(z, [2], side="negative", **o),
    ),
    "tilted-anchor": (
        TiltedAnchor(DIRECTION, tilt=0.5, dims=[1], toward="mean"),
        lambda z, **o: tilted_anchor(z, DIRECTION, tilt=0.5, dims=[1], **o),
    ),
    "unitarity": (Unitarity(), terms.unitarity),
}
LATENTS = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", MODULES)
def test_a_module_computes_what_its_function_does(name):
    module, function = MODULES[name]
    torch.testing.assert_close(module(LATENTS), function(LATENTS))
    options = {"axis": 0, "mask": [1, 0, 1, 1]}
    torch.testing.assert_close(module(LATENTS.T, **options), function(LATENTS.T, **options))


def test_the_separation_is_a_module_too():
    assert torch.equal(Separation(10, False)(LATENTS), angular_separation(LATENTS, 10, False))


def test_directions_follow_the_module_and_stand_in_its_state():
    module = AngularAnchor(np.array([3, 4])).to(torch.float64)
    assert module.direction.dtype == torch.float64
    assert not list(module.parameters())
    other = AngularAnchor([1, 0]).double()
    other.load_state_dict(module.state_dict())
    assert other.direction.tolist() == [3, 4]


def test_a_state_of_a_term_set_up_otherwise_is_refused():
    state = AntiAnchor([1, 0], full_sphere=True).state_dict()
    with pytest.raises(InputError) as caught:
        AntiAnchor([1, 0]).load_state_dict(state)
    assert str(caught.value) == (
        "a term's state must be of {'term': 'AntiAnchor', 'full_sphere': False}, got that of "
        "{'term': 'AntiAnchor', 'full_sphere': True}; make the term as it was when the state was "
        "kept"
    )


def test_states_of_terms_are_tensors_as_safetensors_takes_them(tmp_path):
    model, other = (AntiAnchor(axis, full_sphere=True) for axis in ([1, 0], [0, 1]))
    save_model(model, str(tmp_path / "model.safetensors"))
    load_model(other, tmp_path / "model.safetensors")
    assert other.direction.tolist() == [1, 0]


def test_a_parameter_is_learned_and_a_buffer_is_a_copy():
    direction = nn.Parameter(torch.tensor([1.0, 1.0]))
    learned = AngularAnchor(direction)
    assert list(learned.parameters()) == [direction]
    learned(torch.tensor([[1.0, 0.0]])).sum().backward()
    assert direction.grad is not None
    assert direction.grad.tolist() == pytest.approx([-(8**-0.5), 8**-0.5])
    given = torch.tensor([1.0, 0.0])
    fixed = AngularAnchor(given)
    given[0] = 0
    assert fixed.direction.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AngularAnchor([0.0, 0.0]), "direction must have a length above 0, got 0.0"),
        (
            lambda: AngularAnchor(torch.ones(1, 1)),
            "direction must be a direction, finite numbers with",
        ),
        (lambda: EuclideanAnchor([]), "point must be a point, finite numbers with shape"),
        (lambda: EuclideanAnchor([np.nan]), "point must be a point, finite numbers with shape"),
        (lambda: AngularAnchor([True]), "direction must be real numbers, one a coordinate, got b"),
        (
            lambda: AngularAnchor(torch.ones(2, requires_grad=True)),
            "direction must be a Parameter to be learned, got a tensor that requires a gradient",
        ),
        (lambda: RepelSubspace(slice(2)), "dims must be numbered where no width is known, got s"),
        (lambda: RepelSubspace([0, 0]), "dims must name each dimension once"),
    ],
)
def test_what_makes_no_term_is_refused(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value).startswith(message)


def regularizers() -> list[Regularizer]:
    learned = AngularAnchor(nn.Parameter(torch.tensor([1.0, 2.0, 0.0])))
    return [
        Regularizer("a", "mlp", learned, [1.0, 0.5], positions="sequence", temperature=0.1),
        Regularizer("b", "mlp", AntiAnchor([0, 1, 0], full_sphere=True), [0.5, 1.0], axis=1),
        Regularizer("c", "out", RepelSubspace([0, 2], side="negative"), None, positions="token"),
        Regularizer("d", "out", EuclideanAnchor(np.array([0.1, 0.2, 0.3])), None),
        Regularizer("e", "out", Separation(12.0), None),
        Regularizer("f", "out", KeepSubspace([1]), None),
        Regularizer("g", "out", Unitarity(), [1.0]),
        Regularizer("h", "out", TiltedAnchor([1, 0, 0], tilt=0.3, dims=0, toward="nearest"), [1.0]),
    ]


def test_regularizers_come_back_from_a_file_as_they_were(tmp_path):
    path = tmp_path / "terms.safetensors"
    save_terms(path, regularizers())
    for got, want in zip(load_terms(path), regularizers(), strict=True):
        assert str(got) == str(want)
        assert (got.temperature, got.axis) == (want.temperature, want.axis)
        assert [n for n, _ in got.named_parameters()] == [n for n, _ in want.named_parameters()]
        for one, other in zip(got.state_dict().items(), want.state_dict().items(), strict=True):
            assert one[0] == other[0]
            assert torch.equal(one[1], other[1]) if torch.is_tensor(one[1]) else one == other


def test_a_file_of_regularizers_is_safetensors_with_json(tmp_path):
    path = tmp_path / "terms.safetensors"
    save_terms(path, regularizers()[1:2])
    with safe_open(path, framework="pt") as file:
        assert set(file.keys()) == {"0.affinities", "0.per_sample.direction"}
        (one,) = json.loads(file.metadata()["colorcore.terms"])
    assert one["term"] == "AntiAnchor"
    assert one["settings"] == {"full_sphere": True}


def test_a_function_is_not_saved(tmp_path):
    with pytest.raises(InputError) as caught:
        save_terms(
            tmp_path / "terms.safetensors", [Regularizer("own", "mlp", terms.unitarity, None)]
        )
    assert str(caught.value) == (
        "own must have one of AngularAnchor, AntiAnchor, EuclideanAnchor, KeepSubspace, "
        "RepelSubspace, Separation, TiltedAnchor, Unitarity for its term to be saved, got "
        "function; a function cannot be"
    )
    assert not list(tmp_path.iterdir())


def test_a_file_that_holds_no_regularizers_is_refused(tmp_path):
    other, text = (tmp_path / name for name in ("other", "text"))
    save_file({"x": torch.ones(1)}, other)
    text.write_text("words")
    for path in (other, text):
        with pytest.raises(InputError, match=r"wanted terms that colorcore saved, got a file"):
            load_terms(path)
    with pytest.raises(InputError, match=r"missing: no such file; save terms there first"):
        load_terms(tmp_path / "missing")


def test_a_file_whose_tensors_are_missing_is_refused(tmp_path):
    path = tmp_path / "terms.safetensors"
    save_terms(path, regularizers()[1:2])
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    save_file({"0.affinities": torch.ones(2)}, path, metadata=metadata)
    with pytest.raises(InputError, match=r"KeyError: 'per_sample\.direction'"):
        load_terms(path)
