"""What acts on a layer acts on that layer alone, in its thread and context, or says why not."""

from __future__ import annotations

import copy
import pickle
import threading
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import CheckpointError, checkpoint

from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.layers.captures import capture
from colorcore.anchor.layers.hooks import hook
from colorcore.errors import InputError


def has_hooks(model):
    return any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


# Layers that do not run


@pytest.mark.parametrize("run", [lambda model, x: None, lambda model, x: model[0](x)])
def test_a_layer_that_does_not_run_is_an_error_at_the_end_of_the_context(model, x, run, ahead):
    wanted = "layer 1: wanted to run within the context, got no call of it; run the model within t"
    with pytest.raises(InputError, match=wanted), capture(model, ["1"]):
        run(model, x)
    with pytest.raises(InputError, match=wanted), intervene(model, ahead, layer="1"):
        run(model, x)
    assert not has_hooks(model)


def test_a_layer_that_runs_while_the_switch_is_off_is_no_error(model, x, ahead):
    with intervene(model, ahead, layer="1") as switch:
        switch.on = False
        assert torch.equal(model(x), model[2](model[1](model[0](x))))


def test_an_error_within_is_not_hidden_by_one_about_layers(model):
    with pytest.raises(ZeroDivisionError), capture(model, ["1"]):
        raise ZeroDivisionError
    assert not has_hooks(model)


def test_a_generator_that_is_closed_within_leaves_no_hook(model):
    def generate():
        with capture(model, ["1"]) as layers:
            yield layers

    generator = generate()
    next(generator)
    assert has_hooks(model)
    generator.close()
    assert not has_hooks(model)


def test_attention_that_never_calls_its_projection_is_named_in_its_stead():
    model = nn.Sequential(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True))
    tokens = torch.ones(1, 3, 4)
    with (
        pytest.raises(InputError, match=r"its weights and never calls it: name 0\.self_attn$"),
        capture(model, ["0.self_attn.out_proj"]),
    ):
        model(tokens)
    with capture(model, ["0.self_attn"]) as layers:
        model(tokens)
    assert layers["0.self_attn"].shape == (1, 3, 4)


def test_layers_of_a_transformer_run_also_where_it_has_a_fast_path():
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2).eval()
    tokens = torch.linspace(0, 1, 12).reshape(1, 3, 4)
    with torch.no_grad(), capture(encoder, ["layers.1.linear1"]) as layers:
        encoder(tokens)
    assert layers["layers.1.linear1"].shape == (1, 3, 8)


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_a_traced_model_that_does_not_call_its_layers_says_so(model, x):
    traced: Any = torch.jit.trace(model, x)
    with (
        pytest.raises(
            InputError, match="got no call of it; traced and scripted models do not call"
        ),
        capture(traced, ["1"]),
    ):
        traced(x)


def test_an_exported_model_that_does_not_call_its_layers_says_so(model, x):
    exported = torch.export.export(model, (x,)).module()
    with (
        pytest.raises(InputError, match="got no call of it; exported models may not call it: use"),
        capture(exported, ["0"]),
    ):
        exported(x)


# Copies and threads


def test_what_a_copy_gives_is_not_captured(model, x):
    with capture(model, ["0"]) as layers:
        model(x)
        copied = copy.deepcopy(model)
        copied(torch.cat([x, x]))
        assert layers["0"].shape == (5, 3)
    assert torch.equal(pickle.loads(pickle.dumps(copied))(x), model(x))


def test_an_intervention_acts_in_a_copy_as_long_as_in_the_model(model, x, ahead, steered):
    plain, wanted = model(x), steered(model, x)
    with intervene(model, ahead, layer="1") as switch:
        copied = copy.deepcopy(model)
        assert torch.equal(copied(x), wanted)
        switch.on = False
        assert torch.equal(copied(x), plain)
        switch.on = True
    assert torch.equal(copied(x), plain)
    assert torch.equal(copy.deepcopy(copied)(x), plain)
    assert torch.equal(pickle.loads(pickle.dumps(copied))(x), plain)


def test_a_model_is_not_pickled_within_the_context(model, x, ahead):
    for context in (capture(model, ["1"]), intervene(model, ahead, layer="1")):
        with context:
            model(x)
            with pytest.raises(InputError, match="model: wanted one to pickle outside of capture"):
                pickle.dumps(model)


def in_a_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_what_another_thread_runs_is_neither_captured_nor_acted_on(model, x, ahead, steered):
    plain, found = model(x), []
    with capture(model, ["0"]) as layers, intervene(model, ahead, layer="1"):
        wanted = model(x)
        in_a_thread(lambda: found.append(model(torch.cat([x, x]))))
    assert torch.equal(found[0][:5], plain)
    assert layers["0"].shape == (5, 3)
    assert torch.equal(wanted, steered(model, x))  # outside of the context by now


def test_two_threads_capture_each_its_own(model, x):
    found, barrier = {}, threading.Barrier(2, timeout=60)

    def run(rows):
        for _ in range(20):
            with capture(model, ["1"]) as layers:
                barrier.wait()
                model(x[:rows])
                barrier.wait()
                found.setdefault(rows, []).append(len(layers["1"]))

    other = threading.Thread(target=run, args=(2,), daemon=True)
    other.start()
    run(3)
    other.join()
    assert found == {2: [2] * 20, 3: [3] * 20}


def test_a_layer_that_runs_in_another_thread_alone_is_an_error(model, x):
    with (
        pytest.raises(InputError, match="got no call of it; it ran in another thread: enter the"),
        capture(model, ["1"]),
    ):
        in_a_thread(lambda: model(x))


# Checkpoints


class Checkpointed(nn.Module):
    def __init__(self, *, use_reentrant=False):
        super().__init__()
        torch.manual_seed(0)
        self.block = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
        self.use_reentrant = use_reentrant

    def forward(self, x):
        return checkpoint(self.block, x, use_reentrant=self.use_reentrant)


@pytest.mark.parametrize("within", [True, False])
def test_a_capture_in_a_checkpoint_keeps_what_the_layer_gave_first(x, within):
    model = Checkpointed()
    with capture(model, ["block.1"]) as layers:
        loss = model(x).sum() + layers["block.1"].square().sum()
        first = layers["block.1"]
        if within:
            loss.backward()
            assert layers["block.1"] is first
    if not within:
        loss.backward()
    plain = Checkpointed().block
    (plain(x).sum() + plain[1](plain[0](x)).square().sum()).backward()
    for found, wanted in zip(model.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(found.grad, wanted.grad)


def test_a_layer_in_a_reentrant_checkpoint_is_refused_where_gradients_are_wanted(x, ahead):
    model, x = Checkpointed(use_reentrant=True), x.requires_grad_()
    for context in (
        capture(model, ["block.1"]),
        intervene(model, ahead, layer="block.1"),
    ):
        with context, pytest.raises(InputError, match="call checkpoint with use_reentrant=False"):
            model(x)
    with torch.no_grad(), capture(model, ["block.1"]) as layers:
        model(x)
    assert layers["block.1"].shape == (5, 3)


def double(latents):
    """Saves nothing for the backward pass, so that torch could not tell that it is gone."""
    return 2 * latents


@pytest.mark.parametrize("frozen", [True, False])
def test_an_intervention_in_a_checkpoint_acts_also_when_it_runs_again(x, frozen):
    model = Checkpointed()
    model.block[0].requires_grad_(not frozen)
    with intervene(model, double, layer="block.0"):
        model(x).sum().backward()
    plain = Checkpointed().block
    plain[2](plain[1](2 * plain[0](x))).sum().backward()
    torch.testing.assert_close(model.block[2].weight.grad, plain[2].weight.grad)


@pytest.mark.parametrize("frozen", [True, False])
def test_a_backward_pass_that_runs_a_layer_again_without_the_intervention_is_refused(x, frozen):
    model = Checkpointed()
    model.block[0].requires_grad_(not frozen)
    with intervene(model, double, layer="block.0"):
        after = model(x).sum()
    with pytest.raises((InputError, CheckpointError)):
        after.backward()


def test_a_backward_pass_with_the_switch_set_otherwise_is_refused(x):
    model = Checkpointed()
    with intervene(model, double, layer="block.0") as switch:
        loss = model(x).sum()
        switch.on = False
        with pytest.raises(InputError, match="wanted a backward pass in the context of the interv"):
            loss.backward()


def test_an_intervention_acts_on_a_model_that_torch_func_transforms(model, x, ahead, steered):
    with intervene(model, ahead, layer="1"):
        mapped = torch.func.vmap(model)(x)
    torch.testing.assert_close(mapped, steered(model, x))


def test_a_hook_may_leave_what_a_layer_gives(model, x):
    seen = []
    with hook(model, "1", lambda latents: seen.append(latents)):
        output = model(x)
    assert torch.equal(seen[0], model[1](model[0](x)))
    assert torch.equal(output, model[2](seen[0]))
