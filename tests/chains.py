"""Two linear layers with something between, and what surgery on them says that it refuses."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from colorcore.errors import InputError


def chain(*middle):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 4), *middle, nn.Linear(4, 4))


def refused(operate, model, layer="0", **options):
    with pytest.raises(InputError) as caught:
        operate(model, [0], layer=layer, **options)
    return str(caught.value)
