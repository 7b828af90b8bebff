"""Optimal ablation puts the constant with the least loss in the place of what is ablated."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from colorcore.anchor.ensemble.networks import EnsembleLinear
from colorcore.anchor.erasers.constants import optimal_ablation
from colorcore.anchor.erasers.descent import least
from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.interventions.affine import Affine
from colorcore.anchor.interventions.installed import bake
from colorcore.errors import InputError


def drawn(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def linear(seed=0):
    """A linear decoder of four latents, behind a layer that gives them as they are."""
    decoder = nn.Linear(4, 3).double()
    decoder.weight.data, decoder.bias.data = drawn(3, 4, seed=seed), drawn(3, seed=seed + 1)
    return nn.Sequential(nn.Identity(), decoder).eval()


def squares(target):
    return lambda output: (output - target).square().sum(dim=-1)


@pytest.mark.parametrize("dims", [[1], [0, 2], [3, 1, 0]])
def test_of_a_quadratic_loss_the_constants_are_those_of_least_squares(dims):
    model, latents, target = linear(), drawn(50, 4, seed=3), drawn(50, 3, seed=4)
    eraser = optimal_ablation(model, latents, squares(target), layer="0", dims=dims)
    weight = dict(model.named_parameters())["1.weight"]
    without = latents.clone()
    without[:, dims] = 0
    missing = (target - model(without)).mean(dim=0)
    wanted = torch.linalg.lstsq(weight[:, dims], missing[:, None]).solution[:, 0]
    found = eraser(latents)
    torch.testing.assert_close(found[:, dims], wanted.expand(50, -1), rtol=0, atol=1e-7)
    kept = [dim for dim in range(4) if dim not in dims]
    assert torch.equal(found[:, kept], latents[:, kept])


def test_along_a_direction_the_rest_stays_and_the_weights_of_samples_count():
    latents, target = drawn(50, 4, seed=3), drawn(50, seed=4)
    weights = torch.arange(50) % 4
    direction = torch.tensor([1.0, 2.0, 0.0, -2.0]).double()
    model = nn.Sequential(nn.Identity()).eval()
    unit = direction / 3

    def loss(output):
        return (output @ unit - target).square()

    eraser = optimal_ablation(
        model, latents, loss, layer="0", directions=direction, weights=weights
    )
    wanted = weights.double() @ target / weights.sum()
    moved = eraser(latents)
    torch.testing.assert_close(moved @ unit, wanted.expand(50), rtol=0, atol=1e-7)
    torch.testing.assert_close(
        moved - torch.outer(moved @ unit, unit), latents - torch.outer(latents @ unit, unit)
    )


def test_of_an_absolute_loss_the_constant_is_the_median_and_not_the_mean():
    latents = torch.tensor([[0.0], [1.0], [2.0], [3.0], [100.0]], dtype=torch.float64)
    model = nn.Sequential(nn.Identity()).eval()

    def loss(output):  # smooth, and the distance but near zero
        return (1e-6 + (output[:, 0] - latents[:, 0]).square()).sqrt()

    eraser = optimal_ablation(model, latents, loss, layer="0", dims=0)
    torch.testing.assert_close(eraser.shift, torch.tensor([2.0]).double(), rtol=0, atol=1e-3)


def test_a_lower_valley_is_found_where_samples_lie_in_it():
    latents = torch.linspace(-2, 3, 41, dtype=torch.float64)[:, None]
    model = nn.Sequential(nn.Identity()).eval()

    def loss(output):  # 0 at 2, 1/2 at −1
        x = output[:, 0]
        return torch.minimum((x - 2).square() * 10, (x + 1).square() * 10 + 0.5)

    eraser = optimal_ablation(model, latents, loss, layer="0", dims=0)
    torch.testing.assert_close(eraser.shift, torch.tensor([2.0]).double(), rtol=0, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_each_run_of_many_has_the_constant_that_it_has_alone(dtype):
    weight, bias = drawn(3, 2, 4).to(dtype), drawn(3, 2, seed=1).to(dtype)
    latents, target = drawn(3, 20, 4, seed=2).to(dtype), drawn(3, 20, 2, seed=3).to(dtype)
    directions = drawn(3, 1, 4, seed=4)

    def fit(runs):
        model = nn.Sequential(nn.Identity(), EnsembleLinear(weight[runs], bias[runs])).eval()
        return optimal_ablation(
            model, latents[runs], squares(target[runs]), layer="0",
            directions=directions[runs], runs=True,
        )  # fmt: skip

    together = fit(slice(None))
    assert together.matrix.shape == (3, 4, 4)
    for run in range(3):
        alone = fit(slice(run, run + 1))
        torch.testing.assert_close(
            together.shift[run],
            alone.shift[0],
            rtol=0,
            atol=1e-3 if dtype == torch.float32 else 1e-7,
        )


def test_no_other_constant_does_better_in_a_model_that_bends():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 3))
    model.double().eval()
    batch = drawn(40, 3)
    loss = squares(batch)
    eraser = optimal_ablation(model, batch, loss, layer="1", dims=[0, 3])
    least_loss = loss(bake(model, eraser, layer="1")(batch)).mean()
    for shift in (0.0, *drawn(2, 4, seed=1)[0], *torch.eye(4).double() * 1e-3):
        away = Affine(eraser.matrix, eraser.shift + shift * torch.tensor([1.0, 0, 0, 1]))
        with intervene(model, away, layer="1"):
            assert loss(model(batch)).mean() >= least_loss - 1e-12
    assert all(one.grad is None for one in model.parameters())


def test_channels_first_are_ablated_at_their_axis():
    model = nn.Sequential(nn.Identity()).eval()
    maps = drawn(2, 3, 4, 4)
    eraser = optimal_ablation(
        model, maps, lambda out: (out - 1).square().sum(dim=(1, 2, 3)), layer="0", dims=1, axis=1
    )
    wanted = maps.clone()
    wanted[:, 1] = 1
    torch.testing.assert_close(eraser(maps), wanted)


@pytest.mark.parametrize("batch", [(drawn(5, 2),), {"input": drawn(5, 2)}])
def test_a_model_is_called_with_arguments_by_place_or_by_name(batch):
    model = nn.Identity()

    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = model

        def forward(self, input: Any) -> Any:
            return self.inner(input)

    eraser = optimal_ablation(
        Around().eval(), batch, lambda out: (out - 3).square().sum(dim=-1), layer="inner", dims=0
    )
    torch.testing.assert_close(eraser.shift, torch.tensor([3.0, 0.0]).double())


def refused(wanted, *, loss=squares(0.0), model=None, latents=None, **changes):  # noqa: B008
    model = nn.Sequential(nn.Identity()).eval() if model is None else model
    latents = drawn(5, 2) if latents is None else latents
    with pytest.raises(InputError, match=wanted):
        optimal_ablation(model, latents, loss, **{"layer": "0", "dims": 0, **changes})


def test_what_cannot_be_ablated_so_is_refused():
    refused(
        "model: wanted one as it evaluates, got one in training", model=nn.Sequential(nn.Tanh())
    )
    refused("dims or directions must be given, got neither", dims=None)
    refused("dims or directions must be given, got both", directions=[1, 0])
    refused(r"dims must lie in 0…1, the dimensions there are, got \[2\]", dims=2)
    refused("dims must name a dimension, got none", dims=[])
    refused("directions must have the latents' 2 coordinates", dims=None, directions=[1, 0, 0])
    refused("loss must depend on what layer 0 gives", loss=lambda out: out.detach().sum(dim=-1))
    refused("loss must depend on what layer 0 gives", loss=lambda out: nn.Parameter(torch.ones(5)))
    refused("loss must have a least value, got one that falls on", loss=lambda out: out.sum(dim=-1))
    refused("loss must be finite where latents have", loss=lambda out: out.sum(dim=-1) + math.nan)
    refused("loss must give a tensor with a real number a sample, got float", loss=lambda out: 1.0)
    wanted = r"loss must give a number a sample in each of 5 runs, got shape \(\); give"
    refused(wanted, runs=True, latents=drawn(5, 3, 2), loss=lambda out: out.sum())
    wanted = "loss must be finite and have a slope where it is least of the first"
    refused(wanted, loss=lambda out: (out[:, 0] - out.detach()[:, 0]).abs().sqrt())
    refused(r"layer 0: wanted latents \(runs, …, samples, latent\), got shape \(5, 2\)", runs=True)
    refused("layer 0: wanted finite latents, got NaN or ∞", latents=drawn(5, 2) / 0)
    refused("weights must have the shape of the samples' terms", weights=[1, 2])
    refused("weights must be above 0 for some sample", weights=torch.zeros(5))


def test_the_least_of_a_curved_valley_is_found_in_every_run_from_afar():
    def rosenbrock(x):
        x = x.detach().requires_grad_()
        value = (1 - x[:, 0]).square() + 100 * (x[:, 1] - x[:, 0].square()).square()
        return value.detach(), torch.autograd.grad(value.sum(), x)[0]

    starts = torch.tensor([[[-1.2, 1.0], [3.0, -4.0], [1.0, 1.0]]], dtype=torch.float64)
    found = least(rosenbrock, starts, error=1e-16)
    torch.testing.assert_close(found, torch.ones(3, 2).double(), rtol=0, atol=1e-6)
