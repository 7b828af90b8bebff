"""The fused step of training: the same as plain torch's, for any experiment, in the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.nn.functional import mse_loss

from colorcore.anchor.ensemble.networks import passes
from colorcore.anchor.ensemble.objective import objective
from colorcore.experiment.loading import load
from colorcore.experiment.settings import Term
from colorcore.training.batches import sampler
from colorcore.training.loop import train
from colorcore.training.model import fill, initialize, network, row
from colorcore.training.objective import build, terms
from colorcore.writeup import opening

EVERY_TERM = """
  every-separation: {term: angular-separation, power: 7.5, shift: true, labels: {red: 1.0}}
  every-unshifted: {term: angular-separation, power: 3, shift: false, layer: encoder}
  every-anchor: {term: angular-anchor, direction: [0, 3, 0, 4, 0], layer: encoder}
  every-tilt: {term: angular-anchor, labels: {red: 1.0}, tilt: 0.3}
  every-lean: {term: angular-anchor, labels: {red: 1.0}, tilt: 0.6, toward: nearest, layer: encoder}
  every-hide: {term: hide, labels: {red: 1.0}, reach: 0.75}
  every-point: {term: euclidean-anchor, direction: [2, 0, 0, 0, 0], labels: {red: 0.5}}
  every-half: {term: anti-anchor, direction: [1, 1, 0, 0, 0]}
  every-sphere: {term: anti-anchor, direction: [1, 1, 0, 0, 0], full_sphere: true, layer: encoder}
  every-repel: {term: repel-subspace, dims: [0, 2], layer: encoder}
  every-side: {term: repel-subspace, dims: [1, 3], side: negative, labels: {red: 2.0}}
  every-keep: {term: keep-subspace, dims: [1, 2]}
  every-unit: {term: unitarity, layer: encoder}
  every-aim: {term: aim, labels: {red: 1.0}}
  every-fallback: {term: fallback, direction: [-1, 0, 0, 0, 0], color: gray}
"""


@pytest.fixture(scope="module")
def full(small, tmp_path_factory):
    """The small experiment with every kind of term besides its own, and routed gradients."""
    import shutil

    folder = Path(shutil.copytree(small, small.parent / "full"))
    path = folder / "experiment.yaml"
    settings = path.read_text()
    settings = settings.replace("regularizers:", "regularizers:" + EVERY_TERM, 1)
    path.write_text(settings.replace("surgery:", "routing: {labels: [red]}\nsurgery:"))
    names = [line.split(":")[0].strip() for line in EVERY_TERM.strip().splitlines()]
    sheet = folder / "dopesheet.csv"
    head, first, *rest = sheet.read_text().splitlines()
    rows = [head + "," + ",".join(names), first + ",0.01" * len(names)]
    sheet.write_text("\n".join([*rows, *(row + "," * len(names) for row in rest)]) + "\n")
    return load(folder)


def step(experiment, dtype):
    """Values, terms and gradients of one step, fused and in plain modules and regularizers."""
    seeds, settings = [3, 4], experiment.model.model_dump()
    colors, labels = sampler(experiment, seeds=seeds).draw(5)
    labels[:, ::7] = True
    colors = colors.to(dtype)
    model = initialize(seeds, **settings).to(dtype)
    values = row(model).requires_grad_()
    outputs = passes(network(**settings), values, colors)
    fused = objective(terms(experiment), *outputs, wanted=colors, labels=labels)
    kept = [0, *(1 + i for i, term in enumerate(terms(experiment)) if term.kind != "hide")]
    fused = fused[kept]  # what hides has no plain module: it is held to its formula
    layers, found = model(colors), []
    error = mse_loss(layers.recon, colors, reduction="none").mean(dim=(1, 2))
    for regularizer in build(experiment):
        affinities = regularizer.affinities
        wide = None if affinities is None else affinities.to(dtype)
        object.__setattr__(regularizer, "affinities", wide)
        found.append(regularizer(getattr(layers, regularizer.layer), labels))
    plain = torch.stack([error, *found])
    weights = torch.linspace(0.5, 1, plain.numel(), dtype=dtype).view_as(plain)
    (ours,) = torch.autograd.grad(fused, values, weights)
    theirs = torch.autograd.grad(plain, list(model.parameters()), weights)
    assert all(torch.equal(a, b) for a, b in zip(outputs, layers, strict=True))
    return fused, plain, ours, torch.cat([g.flatten(1) for g in theirs], dim=1)


def test_every_term_that_settings_can_say_is_that_of_plain_torch(full):
    fused, plain, ours, theirs = step(full, torch.float64)
    torch.testing.assert_close(fused, plain, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_main_experiment_is_that_of_plain_torch(small, dtype):
    fused, plain, ours, theirs = step(load(small), dtype)
    close = 1e-10 if dtype == torch.float64 else 1e-5
    torch.testing.assert_close(fused, plain, rtol=close, atol=close)
    torch.testing.assert_close(ours, theirs, rtol=close, atol=close)


def test_rows_of_parameters_and_a_model_say_the_same():
    model, other = (initialize(seeds, hidden=4, depth=1, latent=2) for seeds in ([1, 2], [3, 4]))
    fill(other, row(model))
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)


def test_every_experiment_has_terms(full):
    assert [term.kind for term in terms(full)][:3] == ["separation", "separation", "angular-anchor"]
    paper = opening.read(Path("paper"))
    for experiment in map(paper.load, paper.names):
        of_latents = [isinstance(one, Term) for one in experiment.regularizers.values()]
        assert len(terms(experiment)) == sum(of_latents)


def digest(folder: str) -> str:
    """Of a run's weights, trained in a process of its own."""
    import hashlib

    model = train(load(Path(folder)), seeds=[2]).model
    return hashlib.sha256(row(model).numpy().tobytes()).hexdigest()


def digest_with(folder, **environment):
    code = f"from test_fused import digest; print(digest({str(folder)!r}))"
    path = {"PYTHONPATH": os.path.dirname(__file__)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment, **path},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_a_run_has_the_same_bits_on_every_path_and_with_any_library_of_products(full):
    wanted = digest(str(full.folder))
    for environment in (
        {"COLORCORE_SIMD": "avx512", "ATEN_CPU_CAPABILITY": "default"},
        {"COLORCORE_SIMD": "avx2", "MKL_CBWR": "COMPATIBLE"},
        {"COLORCORE_NUM_THREADS": "1", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512_SKX"},
    ):
        found = digest_with(full.folder, **environment)
        if "COLORCORE_SIMD must be" not in found:
            assert found == wanted, environment


def test_a_run_has_the_same_bits_alone_and_among_others_whatever_its_terms(full):
    alone, among = (row(train(full, seeds=seeds).model) for seeds in ([2], [1, 2, 3]))
    assert torch.equal(alone[0], among[1])
