"""The GPU's kernels give what the twins give: on a GPU, and elsewhere by Triton's interpreter.

python -m pytest tests/anchor/test_gpu.py
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from colorcore import kernels
from colorcore.anchor import Draws
from colorcore.anchor.separation import operators
from colorcore.anchor.separation.angular import angular_separation
from colorcore.kernels import reference

gpu_separation = pytest.importorskip("colorcore.anchor.separation.gpu", exc_type=ImportError)
gpu_draws = pytest.importorskip("colorcore.anchor.batches.gpu_draws", exc_type=ImportError)

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
FEW, BLOCKS, NARROW, WIDE = (3, 9, 5), (70, 2), (70, 17), (2, 21, 130)


@pytest.fixture(autouse=True)
def _through_the_kernels(monkeypatch):
    """Latents on the CPU go there too, as those on a GPU do."""
    monkeypatch.setattr(operators, "_kernel", lambda latents, power: gpu_separation)


def latents(shape: tuple[int, ...]) -> torch.Tensor:
    """Random ones, with duplicates, opposite poles and a zero vector."""
    z = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    z[..., 1, :], z[..., 3, :], z[..., 4, :] = z[..., 2, :], -z[..., 2, :], 0
    return z


def uniform(shape: tuple[int, ...]) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(1))


def separated(z: torch.Tensor, upstream: torch.Tensor, *law, **options):
    """Losses, and the gradient that an upstream one makes, on the device."""
    z = z.clone().to(DEVICE).requires_grad_()
    losses = angular_separation(z, *law, **options)
    losses.backward(upstream.to(DEVICE))
    assert z.grad is not None
    return losses.detach().cpu(), z.grad.cpu()


def twins(z: torch.Tensor, upstream: torch.Tensor, power: float, shift: bool):
    """The same in float64 by plain NumPy."""
    given, law = z.double().numpy(), {"power": power, "shift": shift}
    losses = reference.angular_separation(given, **law)
    grad = reference.angular_separation_grad(given, upstream.double().numpy(), **law)
    return torch.from_numpy(losses), torch.from_numpy(grad)


def assert_close(got, wanted):
    """To what power 100 makes of a cosine's rounding."""
    for a, b in zip(got, wanted, strict=True):
        scale = max(b.abs().max().item(), 1.0) if b.numel() else 1.0
        torch.testing.assert_close(a.double(), b, rtol=2e-5, atol=2e-5 * scale)


@pytest.mark.parametrize("shape", [FEW, BLOCKS, NARROW, WIDE])
@pytest.mark.parametrize(("power", "shift"), [(100.0, True), (1.0, True), (3.0, False)])
def test_values_and_gradients_are_the_twins(shape, power, shift):
    z, upstream = latents(shape), uniform(shape[:-1])
    assert_close(separated(z, upstream, power, shift), twins(z, upstream, power, shift))


@pytest.mark.parametrize("power", [2.5, 100.25])
def test_fractional_powers_are_the_twins(power):
    z, upstream = latents(FEW), uniform(FEW[:-1])
    assert_close(separated(z, upstream, power, True), twins(z, upstream, power, True))


@pytest.mark.parametrize("shape", [FEW, NARROW, WIDE])
def test_the_gradient_of_a_mean_is_found_in_the_forward_pass(shape, monkeypatch):
    z, mask = latents(shape), uniform(shape[:-1]) > 0.2
    upstream = uniform(shape[:-1]).where(~mask, torch.tensor(0.25))  # alike where one takes part
    pulled = []
    through_pairs = gpu_separation._through_pairs

    def watched(*given, **options):
        pulled.append(through_pairs(*given, **options))
        return pulled[-1]

    monkeypatch.setattr(gpu_separation, "_through_pairs", watched)
    losses, grad = separated(z, upstream, 7.0, mask=mask.to(DEVICE))
    for item in np.ndindex(*shape[:-2]):
        shown = mask[item]
        wanted = twins(z[item][shown], upstream[item][shown], 7.0, True)
        assert_close((losses[item][shown], grad[item][shown]), wanted)
    (_, forward), (_, backward) = pulled
    assert forward.any()
    assert not backward.any()


@pytest.mark.parametrize("shape", [FEW, NARROW, WIDE])
def test_masked_samples_take_no_part_whatever_stands_there(shape):
    z, upstream, mask = latents(shape), uniform(shape[:-1]), uniform(shape[:-1]) > 0.3
    z[~mask] = torch.nan
    losses, grad = separated(z, upstream, 4.0, mask=mask.to(DEVICE))
    for item in np.ndindex(*shape[:-2]):
        shown = mask[item]
        wanted = twins(z[item][shown], upstream[item][shown], 4.0, True)
        assert_close((losses[item][shown], grad[item][shown]), wanted)
        assert losses[item][~shown].eq(0).all()
        assert grad[item][~shown].eq(0).all()


@pytest.mark.parametrize("shape", [(0, 5), (2, 0, 5), (1, 3), (0, 2, 5), (1, 200)])
def test_batches_of_nothing_and_of_one_crowd_nothing(shape):
    losses, grad = separated(torch.ones(shape), torch.ones(shape[:-1]))
    assert losses.shape == shape[:-1]
    assert grad.shape == shape
    assert not losses.any()
    assert not grad.any()


@pytest.mark.parametrize("shape", [FEW, WIDE])
def test_what_is_no_number_shows(shape):
    z = latents(shape)
    z[0, 5, 1] = torch.nan
    losses, _ = separated(z, torch.ones(shape[:-1]))
    assert losses[0].isnan().all()
    assert losses[1].isfinite().all()


def test_an_item_has_the_same_bits_alone_and_among_others():
    z, upstream = latents(FEW), torch.ones(FEW[:-1])
    losses, grad = separated(z, upstream)
    alone = separated(z[1:2], upstream[1:2])
    assert torch.equal(alone[0][0], losses[1])
    assert torch.equal(alone[1][0], grad[1])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(dtype):
    z, upstream = latents(FEW).to(dtype), uniform(FEW[:-1])
    losses, grad = separated(z, upstream)
    wanted = twins(z.float(), upstream, 100.0, True)
    assert (losses.dtype, grad.dtype) == (torch.float32, dtype)
    assert_close((losses, grad), (wanted[0], wanted[1].to(dtype).double()))


@pytest.mark.parametrize(("points", "concepts", "batch"), [(1000, 1, 64), (7, 3, 5), (10, 0, 3)])
def test_draws_are_the_twins_to_the_bit(points, concepts, batch):
    chances = np.random.default_rng(0).random((points, concepts))
    seeds, step = [0, 2**62 + 1, 5], 2**40
    address = {"step": step, "batch_size": batch}
    indices, labels = gpu_draws.draw_batch(
        torch.from_numpy(chances).to(DEVICE), seeds=torch.tensor(seeds, device=DEVICE), **address
    )
    where = np.array(seeds, dtype=np.uint64)
    wanted = reference.draw_batch(np.zeros((points, 3)), chances, seeds=where, **address)
    assert indices.tolist() == wanted[0].tolist()
    assert labels.tolist() == wanted[1].tolist()


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_draws_of_many_runs_are_those_of_the_cpu(kind):
    chances = uniform((50, 2)).to(kind)
    given = {"seeds": [0, 2**62 + 1], "batch_size": 7}
    indices, labels = Draws(chances.to(DEVICE), **given)(2**40)
    wanted = kernels.draw_batch(np.empty((50, 0)), chances.numpy(), step=2**40, **given)
    assert indices.device.type == DEVICE
    assert indices.tolist() == wanted[0].tolist()
    assert labels.tolist() == wanted[1].tolist()


@pytest.mark.skipif(DEVICE == "cpu", reason="needs a GPU")
def test_a_gpu_uses_these_kernels_and_the_formula_for_the_rest(monkeypatch):
    monkeypatch.undo()
    z = latents(FEW).to(DEVICE)
    assert operators._kernel(z, 100.0) is gpu_separation
    assert operators._kernel(z.double(), 100.0) is None
    wanted = angular_separation(z.double().cpu())
    torch.testing.assert_close(angular_separation(z.double()).cpu(), wanted)
    small = z[:1, :4].double().requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x: angular_separation(x, 4.0, True), small)


@pytest.mark.skipif(DEVICE == "cpu", reason="needs a GPU")
def test_a_compiled_function_gives_the_same_without_a_break():
    compiled = torch.compile(
        lambda z: angular_separation(z * 2, 7.0), fullgraph=True, backend="aot_eager"
    )
    first, second = (latents(FEW).to(DEVICE).requires_grad_() for _ in range(2))
    angular_separation(first * 2, 7.0).mean().backward()
    compiled(second).mean().backward()
    torch.testing.assert_close(second.grad, first.grad)


@pytest.mark.skipif(DEVICE == "cpu", reason="needs a GPU")
@pytest.mark.parametrize("shape", [FEW, WIDE])
def test_products_are_exact_where_a_program_allows_less(shape):
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        z, upstream = latents(shape), uniform(shape[:-1])
        assert_close(separated(z, upstream), twins(z, upstream, 100.0, True))
    finally:
        torch.set_float32_matmul_precision(before)


@pytest.mark.skipif(DEVICE == "cpu", reason="needs a GPU")
def test_a_gpu_holds_no_matrix_of_pairs():
    z = torch.randn(30_000, 5, device=DEVICE, requires_grad=True)
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    angular_separation(z).mean().backward()
    growth = torch.cuda.max_memory_allocated() - before
    assert growth < 30 * z.numel() * z.element_size()  # a matrix of pairs takes 6000 times as much
