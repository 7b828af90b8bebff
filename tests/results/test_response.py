"""What models make of colours, before and after surgery."""

from __future__ import annotations

import numpy as np
import torch

from colorcore.colors.named import NAMES, named_colors
from colorcore.experiment.loading import load
from colorcore.results import response
from colorcore.training import checkpoint


def test_errors_are_those_of_the_saved_weights(results):
    model, _ = checkpoint.load(results.weights_paths(2))
    colors = torch.from_numpy(named_colors()).float().expand(4, -1, -1)
    recon = model(colors).recon.double()
    want = (recon - colors).square().mean(dim=-1).numpy()
    got = results.runs()[[f"baseline {name}" for name in NAMES]]
    np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-6)


def test_ablated_and_pruned_outputs_agree(results):
    runs = results.runs()
    assert runs["surgery_gap"].max() < 1e-6
    for name in NAMES:
        np.testing.assert_allclose(runs[f"ablated {name}"], runs[f"pruned {name}"], atol=1e-6)


def test_an_experiment_says_where_its_dimensions_are_removed(results, small):
    model, _ = checkpoint.load(results.weights_paths(2))
    experiment, colors = load(small), named_colors()
    surgery = experiment.surgery.model_copy(update={"layer": "bottleneck"})
    behind = experiment.model_copy(update={"surgery": surgery})
    whole = response.respond(model, colors).latents
    stretched = response.variants(model, experiment, experiment.deletion)["ablated"]
    kept = response.variants(model, behind, experiment.deletion)["ablated"]
    lengths = np.linalg.norm(response.respond(stretched, colors).latents, axis=-1)
    np.testing.assert_allclose(lengths, 1)
    np.testing.assert_allclose(
        response.respond(kept, colors).latents[..., 1:], whole[..., 1:], atol=1e-12
    )


def test_a_deletion_takes_the_axes_of_its_own_concepts_and_no_others(both):
    model, _ = checkpoint.load(both.results.weights_paths(1))
    for name, removed in (("red", [0]), ("blue", [3]), ("red-and-blue", [0, 3])):
        changed = response.variants(model, both.experiment, both.experiment.deletions[name])
        latents = response.respond(changed["ablated"], named_colors()).latents
        assert np.flatnonzero((latents == 0).all(axis=(0, 1))).tolist() == removed
        pruned = response.respond(changed["pruned"], named_colors()).latents
        assert pruned.shape[-1] == 6 - len(removed)
        np.testing.assert_allclose(pruned, np.delete(latents, removed, axis=-1), atol=1e-12)
