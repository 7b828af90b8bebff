"""Training: what it computes, and that a run depends on its seed alone."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch

from colorcore.errors import InputError
from colorcore.experiment.loading import load
from colorcore.kernels import draw_batch
from colorcore.training.batches import sampler
from colorcore.training.loop import shard_seeds, train
from colorcore.training.model import initialize
from colorcore.training.optimizer import Adam


@pytest.fixture(scope="module")
def experiment(small):
    return load(small)


def weights(training):
    return torch.cat([p.detach().flatten(1) for p in training.model.parameters()], dim=1)


def test_batches_are_colors_of_the_cube_with_their_labels(experiment):
    batch = sampler(experiment, seeds=[3, 4]).draw(7)
    assert batch.colors.shape == (2, 64, 3)
    assert batch.labels.shape == (2, 64, 1)
    levels = np.linspace(0, 1, 10).astype(np.float32)
    assert np.isin(batch.colors.numpy(), levels).all()


def test_pure_red_is_labelled_at_its_rate_and_colors_without_red_never(experiment):
    draw = sampler(experiment, seeds=range(50))
    batches = [draw.draw(step) for step in range(400)]
    colors = torch.cat([b.colors for b in batches])
    labelled = torch.cat([b.labels for b in batches])[..., 0]
    red = (colors == torch.tensor([1.0, 0, 0])).all(dim=-1)
    share, count = labelled[red].double().mean().item(), int(red.sum())
    assert abs(share - 0.08) < 5 * (0.08 * 0.92 / count) ** 0.5
    assert not labelled[colors[..., 0] == 0].any()


def test_one_step_is_what_plain_torch_computes(experiment):
    """The same objective written out by hand, for one run, with torch's own Adam."""
    seed = 2
    training = train(experiment, seeds=[1, seed])
    model = initialize([seed], hidden=16, depth=2, latent=5)
    parameters = [p.detach()[0].clone().requires_grad_() for p in model.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.1)
    cube = np.stack(np.meshgrid(*[np.linspace(0, 1, 10)] * 3, indexing="ij"), -1).reshape(-1, 3)
    r, g, b = cube.T
    chances = (0.08 * (r * (1 - g / 2 - b / 2)) ** 8)[:, None]
    red = torch.tensor([1.0, 0, 0, 0, 0])
    for step, row in enumerate(experiment.schedule.table.to_dict("records")):
        picked, labels = draw_batch(cube, chances, seeds=[seed], step=step, batch_size=64)
        colors, a = torch.tensor(cube[picked[0]]).float(), torch.tensor(labels[0, :, 0]).float()
        w = parameters
        x = torch.nn.functional.gelu(colors @ w[0].T + w[1])
        x = torch.nn.functional.gelu(x @ w[2].T + w[3])
        z = torch.nn.functional.normalize(x @ w[4].T + w[5], dim=-1)
        x = torch.nn.functional.gelu(z @ w[6].T + w[7])
        x = torch.nn.functional.gelu(x @ w[8].T + w[9])
        recon = torch.nn.functional.mse_loss(x @ w[10].T + w[11], colors)
        cosines = z @ z.T
        pairs = torch.where((cosines - 1).abs() <= 1e-5 + 1e-8, 0, ((cosines + 1) / 2) ** 100)
        loss = (
            recon
            + row["reg-separate"] * pairs.sum(dim=1).mean()
            + row["reg-anchor"] * ((1 - z @ red) * a).sum() / (a.sum() + 1e-8)
            + row["reg-anti-subspace"] * z[:, 0].square().mean()
        )
        optimizer.param_groups[0]["lr"] = row["lr"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        logged = training.history.query(f"step == {step} and seed == {seed}")
        np.testing.assert_allclose(logged["loss"], loss.item(), rtol=2e-3)
        np.testing.assert_allclose(logged["recon"], recon.item(), rtol=2e-3)
    plain = torch.cat([p.detach().flatten() for p in parameters])
    torch.testing.assert_close(weights(training)[1], plain, rtol=0, atol=2e-3)


def test_adam_agrees_with_torchs_own():
    generator = torch.Generator().manual_seed(0)
    ours = torch.randn(3, 37, generator=generator)
    theirs = torch.nn.Parameter(ours.clone())
    adam = Adam(ours, betas=(0.9, 0.999), eps=1e-8)
    peer = torch.optim.Adam([theirs], betas=(0.9, 0.999), eps=1e-8)
    for step in range(50):
        theirs.grad = torch.randn(theirs.shape, generator=generator)
        peer.param_groups[0]["lr"] = 0.01 * (step + 1)
        peer.step()
        adam.step(theirs.grad, 0.01 * (step + 1))
    torch.testing.assert_close(ours, theirs.detach(), rtol=1e-5, atol=1e-6)


def test_a_run_is_the_same_alone_and_among_others_bit_for_bit(experiment):
    together = weights(train(experiment, seeds=range(5)))
    assert torch.equal(together[2:3], weights(train(experiment, seeds=[2])))
    assert torch.equal(together[1:4], weights(train(experiment, seeds=[1, 2, 3])))


def test_a_run_is_the_same_with_one_thread_and_two_bit_for_bit(experiment):
    found = []
    threads = torch.get_num_threads()
    for count in (1, 2):
        torch.set_num_threads(count)
        found.append(weights(train(experiment, seeds=[7])))
        assert torch.get_num_threads() == count  # the caller keeps its threads
    torch.set_num_threads(threads)
    assert torch.equal(*found)


def test_snapshots_are_taken_before_their_steps(experiment):
    training = train(experiment, seeds=[0, 1])
    first = training.snapshots["encoder.0.weight"]
    assert first.shape == (3, 2, 16, 3)
    start = initialize([0, 1], hidden=16, depth=2, latent=5).state_dict()
    assert torch.equal(first[0], start["encoder.0.weight"])
    assert torch.equal(first[-1], training.model.state_dict()["encoder.0.weight"])


def test_history_has_a_row_a_step_and_seed_with_the_schedule(experiment):
    history = train(experiment, seeds=[5, 6]).history
    assert len(history) == 31 * 2
    assert history["seed"].unique().tolist() == [5, 6]
    row = history.iloc[-1]
    assert row["lr"] == np.float32(0.05)
    assert row["weight reg-anchor"] == 0
    np.testing.assert_allclose(row["loss"], row["recon"], rtol=1e-6)


def test_a_run_that_diverges_is_named(small, tmp_path):
    folder = shutil.copytree(small, tmp_path / "wild")
    sheet = folder / "dopesheet.csv"
    sheet.write_text(sheet.read_text().replace("0.01,,,", "1e30,,,"))
    with pytest.raises(InputError, match=r"seed \d: wanted finite losses, got (nan|inf) at step"):
        train(load(folder), seeds=[0, 1])


def test_a_run_that_diverges_is_told_before_the_last_step(small, tmp_path):
    folder = shutil.copytree(small, tmp_path / "wild")
    sheet = folder / "dopesheet.csv"
    sheet.write_text(sheet.read_text().replace("0.01,,,", "1e30,,,").replace("\n30,,", "\n1000,,"))
    settings = folder / "experiment.yaml"
    settings.write_text(settings.read_text().replace("10, 31]", "10, 1001]"))
    seen = []

    def watch(steps: range):
        for step in steps:
            seen.append(step)
            yield step

    with pytest.raises(InputError, match=r"got (nan|inf) at step \d\d?; lower the learning rate"):
        train(load(folder), seeds=[0, 1], progress=watch)
    assert max(seen) <= 100


def test_shards_split_seeds_evenly_and_leave_none_out():
    shares = [list(shard_seeds(10, shard=i, shards=3)) for i in range(3)]
    assert list(shard_seeds(10, shard=1, shards=3, first=50)) == [50 + seed for seed in shares[1]]
    assert [seed for share in shares for seed in share] == list(range(10))
    assert [len(share) for share in shares] == [3, 3, 4]
    with pytest.raises(InputError, match="got shard 3 of 3 for 10 seeds"):
        shard_seeds(10, shard=3, shards=3)
