"""A small model to hook into, what it makes of an input when steered, and a compiler for it."""

from __future__ import annotations

from collections.abc import Callable

import jaxtyping
import pytest
import torch
from torch import Tensor, nn

from colorcore.anchor.interventions.kinds import Steering


@pytest.fixture
def model() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))


@pytest.fixture
def compiling():
    """Without checks of shapes, which are no code that the compiler can follow."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)
    torch._dynamo.reset()


@pytest.fixture
def x() -> Tensor:
    return torch.linspace(-1, 1, 20).reshape(5, 4)


@pytest.fixture(scope="session")
def ahead() -> Steering:
    return Steering([1.0, 0.0, 0.0], 100.0)


@pytest.fixture
def steered(ahead) -> Callable[[nn.Sequential, Tensor], Tensor]:
    """What a model makes of x, steered ahead behind its second layer."""
    return lambda model, x: model[2](ahead(model[1](model[0](x))))
