"""Hooks reach what was compiled before, and no program is made of a model that has them."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import fx, nn
from torch.fx.experimental.proxy_tensor import make_fx

from colorcore.anchor.interventions.acting import intervene
from colorcore.anchor.layers.captures import capture
from colorcore.errors import InputError


@pytest.fixture
def compiling():
    yield
    torch._dynamo.reset()


# The compiler looks for gradients of what a part is given, and torch warns of that.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@pytest.mark.parametrize("kind", ["compiled", "in place", "a part", "a function"])
def test_layers_of_what_was_compiled_and_run_before_are_reached(
    model, x, kind, compiling, ahead, steered
):
    run = model
    if kind == "compiled":
        run = torch.compile(model, backend="eager")
    if kind == "in place":
        model.compile(backend="eager")
    if kind == "a part":
        model[1].compile(backend="eager")
    if kind == "a function":
        run = torch.compile(lambda x: model(x), backend="eager")
    plain = run(x)
    wanted = steered(model, x)
    for _ in range(2):
        with capture(model, ["1"]) as layers, intervene(model, ahead, layer="1") as switch:
            torch.testing.assert_close(run(x), wanted)
            switch.on = False
            torch.testing.assert_close(run(x), plain)
        torch.testing.assert_close(layers["1"], model[1](model[0](x)))
        torch.testing.assert_close(run(x), plain)
    assert torch._dynamo.eval_frame._stance.stance == "default"


def test_contexts_of_two_threads_end_in_any_order_and_compilation_goes_on(
    model, x, compiling, ahead, steered
):
    run, wanted = torch.compile(model, backend="eager"), steered(model, x)
    inside, leave = threading.Event(), threading.Event()

    def other():
        with capture(model, ["0"]):
            model(x)
            inside.set()
            leave.wait()

    thread = threading.Thread(target=other, daemon=True)
    with intervene(model, ahead, layer="1"):
        thread.start()
        assert inside.wait(60)
        torch.testing.assert_close(run(x), wanted)
    assert torch._dynamo.eval_frame._stance.stance == "force_eager"
    leave.set()
    thread.join()
    assert torch._dynamo.eval_frame._stance.stance == "default"


def test_a_context_within_compiled_code_is_refused(model, x, compiling):
    def penalty(x):
        with capture(model, ["1"]) as layers:
            model(x)
        return layers["1"]

    with pytest.raises(
        InputError, match=r"wanted to begin outside of what torch\.compile compiles"
    ):
        torch.compile(penalty, backend="eager")(x)


# What keeps for good what holds in the context


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
@pytest.mark.parametrize(
    "trace",
    [torch.jit.trace, lambda model, x: make_fx(model)(x)],
)
def test_tracing_within_the_context_is_refused(model, x, trace, ahead):
    for context in (capture(model, ["1"]), intervene(model, ahead, layer="1")):
        with (
            context,
            pytest.raises(
                InputError, match="layer 1: wanted a model that runs as it is, got one t"
            ),
        ):
            trace(model, x)


def test_exporting_within_the_context_is_refused(model, x, ahead):
    with (
        intervene(model, ahead, layer="1"),
        pytest.raises(
            InputError, match="layer 1: wanted a model that runs as it is, got one that is being c"
        ),
    ):
        torch.export.export(model, (x,))


def test_following_symbols_through_the_model_within_the_context_is_refused(model, ahead):
    class Through(fx.Tracer):
        def is_leaf_module(self, m, module_qualified_name):
            return False

    class Doubling(nn.Module):
        def forward(self, x):
            return 2 * x

    doubling = nn.Sequential(Doubling())
    with (
        intervene(doubling, ahead, layer="0"),
        pytest.raises(
            InputError, match="layer 0: wanted a model that runs as it is, got one that is being t"
        ),
    ):
        Through().trace(doubling)


def test_a_replica_of_data_parallel_is_refused(model, x, ahead):
    replica = model[1]._replicate_for_data_parallel()
    for context in (capture(model, ["1"]), intervene(model, ahead, layer="1")):
        with context, pytest.raises(InputError, match="got a replica that DataParallel made"):
            replica(x)
