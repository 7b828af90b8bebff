"""The command line of colorcore, whose training is in plain torch: a peer of `benches/train.py`.

A matrix product a layer and a matrix of pairs take the place of fused networks and objective.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from torch import Tensor

from colorcore.__main__ import main
from colorcore.anchor.ensemble import networks
from colorcore.anchor.ensemble import objective as fused
from colorcore.anchor.separation.formula import formula
from colorcore.training import objective, routing


def weighted(
    terms: Any, *layers: Tensor, wanted: Tensor, labels: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor]:
    """The weighted sum over all runs, and what it sums."""
    encoder, bottleneck, recon = layers
    found = fused.formula(terms, encoder, bottleneck, recon, wanted, labels)
    return (found * weights).sum(), found.detach()


if __name__ == "__main__":
    with (
        patch.object(fused, "angular_separation", formula),
        patch.object(routing, "passes", networks.formula),
        patch.object(objective, "weighted", weighted),
    ):
        main()
