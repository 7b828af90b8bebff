"""Affine maps of latents, and interventions of many runs that differ from run to run."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.interventions.falloff import Falloff
from colorcore.anchor.interventions.installed import bake, load_intervention, save_intervention
from colorcore.anchor.interventions.kinds import Projection, Repulsion, Steering, Suppression
from colorcore.errors import InputError

DIRECTIONS = torch.tensor([[1.0, 2.0, -1.0], [0.0, 1.0, 1.0]])
MATRICES = torch.arange(18.0).reshape(2, 3, 3) / 7

KINDS = {
    "affine": lambda runs: Affine(MATRICES[runs], DIRECTIONS[runs]),
    "projection": lambda runs: Projection(MATRICES[:, :2][runs]),
    "repulsion": lambda runs: Repulsion(DIRECTIONS[runs], Falloff(60)),
    "steering": lambda runs: Steering(DIRECTIONS[runs], 0.5),
    "suppression": lambda runs: Suppression(DIRECTIONS[runs], Falloff(90, 1)),
}
ALL = slice(None)

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def drawn(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_a_map_is_a_product_with_the_matrix_and_a_shift():
    latents = drawn(5, 3)
    wanted = latents.double() @ MATRICES[0].double().T + DIRECTIONS[0]
    assert torch.equal(Affine(MATRICES[0], DIRECTIONS[0])(latents), wanted.float())


def test_the_map_that_changes_nothing_changes_no_bit():
    latents = torch.tensor([[1e-30, 3e30, -0.1]])
    assert torch.equal(Affine(torch.eye(3), torch.zeros(3))(latents), latents)


@each_kind
def test_each_run_is_acted_on_as_it_is_alone(kind):
    latents = drawn(2, 4, 5, 3)
    acted = kind(ALL)(latents)
    for run in range(2):
        assert torch.equal(acted[run], kind(run)(latents[run]))


@each_kind
def test_runs_are_the_first_of_the_axes_that_are_not_the_latent_one(kind):
    latents = drawn(2, 4, 5, 3)
    moved = copy.deepcopy(kind(ALL))
    moved.axis = 1
    assert torch.equal(moved(latents.movedim(-1, 1)).movedim(1, -1), kind(ALL)(latents))


@each_kind
@pytest.mark.parametrize("shape", [(2, 3), (3, 4, 3), (3,)])
def test_latents_without_an_axis_of_these_runs_are_refused(kind, shape):
    with pytest.raises(InputError, match="latents must have a first axis of the 2 runs that "):
        kind(ALL)(torch.ones(shape))


@each_kind
def test_half_precision_comes_back_and_autocast_takes_nothing_away(kind):
    latents = drawn(2, 4, 3).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = kind(ALL)(latents)
    assert torch.equal(found, kind(ALL)(latents.float()).bfloat16())


@each_kind
@pytest.mark.parametrize("runs", [ALL, 0], ids=["many", "one"])
def test_what_differs_from_run_to_run_is_baked_and_saved_like_anything_else(kind, runs, tmp_path):
    model, x = nn.Sequential(nn.Linear(3, 3), nn.Tanh()), drawn(2, 5, 3)
    made = kind(runs)
    save_intervention(tmp_path / "own", made)
    found = load_intervention(tmp_path / "own")
    assert repr(found) == repr(made)
    baked = bake(model, made, layer="0")
    with intervene(model, found, layer="0"):
        assert torch.equal(baked(x), model(x))
    other = bake(model, kind(runs), layer="0")
    for one in other.buffers():
        one.fill_(1.0)
    other.load_state_dict(baked.state_dict())
    assert torch.equal(other(x), baked(x))


@pytest.mark.parametrize(("name", "runs"), [("affine", 0), ("affine", ALL), ("suppression", ALL)])
def test_what_differs_from_run_to_run_is_compiled_and_exported(name, runs, compiling):
    model, x = nn.Sequential(nn.Identity()), drawn(2, 5, 3)
    baked = bake(model, KINDS[name](runs), layer="0")
    compiled = torch.compile(baked, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x), baked(x))
    exported = torch.export.export(baked, (x,)).module()
    torch.testing.assert_close(exported(x), baked(x))


def test_some_of_the_numbers_may_be_learned_and_come_back_as_such(tmp_path):
    made = Affine(torch.eye(2), nn.Parameter(torch.ones(2)))
    made(torch.zeros(3, 2)).sum().backward()
    assert made.shift.grad is not None
    assert made.shift.grad.tolist() == [3.0, 3.0]
    save_intervention(tmp_path / "a", made)
    found = load_intervention(tmp_path / "a")
    assert [name for name, _ in found.named_parameters()] == ["shift"]
    assert [name for name, _ in found.named_buffers()] == ["matrix"]


@pytest.mark.parametrize("kind", [Suppression, Repulsion])
def test_a_run_without_a_direction_is_refused(kind):
    with pytest.raises(InputError, match="direction must have a length above 0, got 0"):
        kind([[1.0, 0.0], [0.0, 0.0]])(torch.ones(2, 4, 2))


@pytest.mark.parametrize(
    ("matrix", "shift", "wanted"),
    [
        (torch.ones(2, 3), torch.ones(2), r"matrix must be square, one or one a run, got sha"),
        (torch.ones(2), torch.ones(2), r"matrix must be square, one or one a run, got sha"),
        (torch.eye(2), torch.ones(3), r"shift must have the \(2,\) of the matrix' rows, got shape"),
        (torch.ones(3, 2, 2), torch.ones(2), r"shift must have the \(3, 2\) of the matrix' rows"),
        (torch.eye(2), [0, torch.nan], "shift must be finite numbers, got others; fit it on such"),
        (torch.eye(2) / 0, [0, 0], "matrix must be finite numbers, got others"),
        ([[True]], [0], "matrix must be real numbers, one a coordinate, got bool"),
    ],
)  # fmt: skip
def test_numbers_that_make_no_map_are_refused(matrix, shift, wanted):
    with pytest.raises(InputError, match=wanted):
        Affine(matrix, shift)


def test_latents_of_another_width_are_refused():
    with pytest.raises(InputError, match="matrix must have the latents' 4 coordinates, got shape"):
        Affine(torch.eye(3), torch.zeros(3))(torch.ones(2, 4))
