"""The residual stream of a transformer loses dimensions from end to end."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
import transformers
from torch import nn

from colorcore.anchor.layers.named import Unit
from colorcore.anchor.surgery.operations import ablate, prune
from colorcore.anchor.surgery.probe import find_stream
from colorcore.anchor.surgery.stream import ablate_stream
from colorcore.errors import InputError
from transformer_models import SIZES, TOKENS, Case, bert, bloom, gpt2, llama, neox, olmo2, t5, vit


@pytest.fixture(params=[gpt2, llama, neox, bert, vit])
def case(request):
    return not_trivial(*request.param())


def not_trivial(model: Any, layer: str, sample: dict[str, Any]) -> Case:
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():  # biases, weights of norms and tokens are not trivial
            parameter.add_(0.2 * torch.randn_like(parameter))
    return model.eval(), layer, sample


def test_the_stream_is_zero_from_end_to_end(case):
    model, layer, sample = case
    ablated = ablate_stream(model, [3, 5], layer=layer, sample=sample)
    states = ablated(**sample, output_hidden_states=True).hidden_states
    assert len(states) == 3
    for one in states:
        assert one[..., [3, 5]].abs().max() == 0
        assert one[..., 0].abs().max() > 0
    assert [*ablated.state_dict()] == [*model.state_dict()]


def test_it_is_the_model_with_every_sum_projected_as_it_runs(case):
    model, layer, sample = case
    reference, gone = copy.deepcopy(model), torch.tensor([3, 5])

    def cut(_layer, _args, output):
        first = output[0] if isinstance(output, tuple) else output
        first.index_fill_(-1, gone, 0)  # where it is, so that all that share it see it

    module: Any
    for module in reference.modules():  # embeddings, blocks and their halves, norms
        name = type(module).__name__
        if any(part in name for part in ("Norm", "Attention", "MLP", "Embeddings", "Output")):
            if "SelfAttention" not in name:
                module.register_forward_hook(cut)
            if name == "BertOutput" or "SelfOutput" in name:
                module.dense.register_forward_hook(cut)
        elif name == "Embedding" or name.endswith(("Block", "Layer")):
            module.register_forward_hook(cut)
    wanted = reference(**sample)[0]
    torch.testing.assert_close(
        ablate_stream(model, gone, layer=layer, sample=sample)(**sample)[0], wanted
    )
    assert not torch.allclose(model(**sample)[0], wanted)


@pytest.mark.parametrize("make", [bloom, olmo2, t5])
def test_norms_may_begin_the_stream_or_add_to_it(make):
    model, layer, sample = not_trivial(*make())
    ablated = ablate_stream(model, [3, 5], layer=layer, sample=sample)
    cls = type(ablated.get_submodule(layer))
    seen: list[torch.Tensor] = []
    for one in ablated.modules():
        if isinstance(one, cls):
            one.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
            one.register_forward_hook(
                lambda _, args, y: seen.append(y[0] if type(y) is tuple else y)
            )
    last = ablated(**sample).last_hidden_state
    assert len(seen) >= 4
    for one in (*seen, last):
        assert one[..., [3, 5]].abs().max() == 0
        assert one[..., 0].abs().max() > 0
    assert [*ablated.state_dict()] == [*model.state_dict()]


def test_queries_of_the_streams_width_are_none_of_it():
    model, layer, sample = not_trivial(*olmo2())
    ablated = ablate_stream(model, [3, 5], layer=layer, sample=sample)
    attention, before = (one.layers[0].self_attn for one in (ablated, model))
    for name in ("q_norm", "k_norm", "q_proj", "k_proj"):
        assert torch.equal(getattr(attention, name).weight, getattr(before, name).weight)


def test_what_writes_and_what_norms_are_found_by_pushing():
    torch.manual_seed(0)
    model, layer, sample = vit()
    found = find_stream(model, layer, sample)
    blocks = [f"vit.layers.{place}" for place in (0, 1)]
    assert found.blocks == blocks
    assert found.tokens == ["vit.embeddings.cls_token", "vit.embeddings.position_embeddings"]
    assert found.layers == [
        "vit.embeddings.patch_embeddings.projection",
        *(f"{block}.{name}" for block in blocks for name in ("attention.o_proj", "mlp.fc2")),
    ]
    assert found.norms == [
        *(f"{b}.{name}" for b in blocks for name in ("layernorm_before", "layernorm_after")),
        "vit.layernorm",
    ]


def test_a_frozen_stream_stays_zero_through_training(case):
    model, layer, sample = case
    frozen = ablate_stream(model, 3, layer=layer, sample=sample, frozen=True)
    optimizer = torch.optim.AdamW(frozen.parameters(), lr=0.05)
    for _ in range(3):
        optimizer.zero_grad()
        frozen(**sample)[0].square().mean().backward()
        optimizer.step()
    states = copy.deepcopy(frozen)(**sample, output_hidden_states=True).hidden_states
    assert max(one[..., 3].abs().max().item() for one in states) == 0


def test_an_embedding_that_also_serves_another_space_is_refused():
    torch.manual_seed(0)
    config = transformers.BertConfig(**SIZES, intermediate_size=12)
    model = transformers.BertForMaskedLM(config)  # whose head reads latents of its own
    sample = {"input_ids": TOKENS}
    with pytest.raises(
        InputError, match=r"output\['logits'\]: wanted what the model gives with .*bake"
    ):
        ablate_stream(model, [3], layer="bert.encoder.layer.0", sample=sample)
    head = model.cls.predictions.decoder
    head.weight = nn.Parameter(head.weight.detach().clone())
    assert ablate_stream(model, [3], layer="bert.encoder.layer.0", sample=sample)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(4), nn.Linear(4, 6), nn.Linear(6, 4)
        self.spare = nn.Linear(6, 4)

    def forward(self, x):
        y = self.up(self.norm(x)).relu()
        return x + (self.down(y) if x.sum() < 1e9 else self.spare(y))


class Halves(nn.Module):
    """A stream put together of two narrower ones."""

    def __init__(self, block):
        super().__init__()
        self.left, self.right, self.block = nn.Linear(3, 2), nn.Linear(3, 2), block

    def forward(self, x):
        return self.block(torch.cat([self.left(x), self.right(x)], dim=-1))


def test_what_the_sample_does_not_reach_is_refused():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), Block())
    with pytest.raises(InputError) as caught:
        ablate_stream(model, [1], layer="1", sample=torch.randn(2, 3))
    assert str(caught.value) == (
        "sample: wanted one on which 1.spare is used, to tell whether it writes the stream, got "
        "none; give a sample that goes everywhere in the model"
    )


def test_a_stream_that_something_unknown_writes_is_refused():
    torch.manual_seed(0)
    block = Block()
    block.add_module("spare", nn.Identity())
    remedy = r"bake a Projection into each block, by colorcore\.anchor\.bake, or intervene$"
    with pytest.raises(InputError, match=remedy):
        ablate_stream(Halves(block), [1], layer="block", sample=torch.randn(2, 3))


def test_the_end_of_a_stream_without_a_norm_is_found_at_the_block():
    torch.manual_seed(0)
    block, x = Block(), torch.randn(2, 3)
    block.add_module("spare", nn.Identity())
    model = nn.Sequential(nn.Linear(3, 4), block)
    assert find_stream(model, "1", x).layers == ["0", "1.down"]
    assert ablate_stream(model, [1], layer="1", sample=x)(x)[:, 1].abs().max() == 0


class Turn(nn.Module):
    """A block that moves a stream of unit length by half of the way to what it makes of it."""

    def __init__(self):
        super().__init__()
        self.up, self.down = nn.Linear(4, 6, bias=False), nn.Linear(6, 4, bias=False)
        self.queries, self.target, self.unit = Unit(), Unit(), Unit()

    def forward(self, x):
        y = self.queries(self.up(x)).relu()
        return self.unit(torch.lerp(x, self.target(self.down(y)), 0.5))


def test_a_stream_on_the_unit_sphere_has_norms_without_weights():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(5, 4), Unit(), Turn(), Turn())
    tokens = torch.arange(5)
    found = find_stream(model, "2", tokens)
    assert found.layers == ["0", "2.down", "3.down"]
    assert found.norms == ["1", "2.target", "2.unit", "3.target", "3.unit"]
    ablated = ablate_stream(model, [1], layer="2", sample=tokens)
    last = ablated(tokens)
    assert last[:, 1].abs().max() == 0
    torch.testing.assert_close(last.norm(dim=-1), torch.ones(5))


def test_dimensions_of_the_stream_are_checked():
    torch.manual_seed(0)
    model, layer, sample = llama()
    with pytest.raises(InputError, match="dims must leave a dimension of the stream, got all 8"):
        ablate_stream(model, range(8), layer=layer, sample=sample)
    with pytest.raises(InputError, match="dims must lie in 0…7"):
        ablate_stream(model, [8], layer=layer, sample=sample)


@pytest.mark.parametrize("layer", ["gate_proj", "up_proj", "act_fn"])
def test_hidden_units_of_a_gated_layer_are_cut_out_whole(layer):
    torch.manual_seed(0)
    model, block, sample = llama()
    ablated, pruned = (
        one(model, [2, 7], layer=f"{block}.mlp.{layer}", sample=sample) for one in (ablate, prune)
    )
    mlp = pruned.model.layers[0].mlp
    assert (mlp.gate_proj.out_features, mlp.up_proj.out_features) == (10, 10)
    torch.testing.assert_close(pruned(**sample).logits, ablated(**sample).logits)


def test_hidden_units_of_a_layer_with_its_weight_turned_are_cut_out():
    torch.manual_seed(0)
    model, block, sample = gpt2()
    model.eval()  # which drops nothing out
    ablated, pruned = (
        one(model, [2, 7], layer=f"{block}.mlp.c_fc", sample=sample) for one in (ablate, prune)
    )
    assert pruned.transformer.h[0].mlp.c_fc.nf == pruned.transformer.h[0].mlp.c_proj.nx == 30
    torch.testing.assert_close(pruned(**sample).logits, ablated(**sample).logits)


@pytest.mark.parametrize("make", [gpt2, llama, bert, vit])
def test_one_writer_of_a_stream_does_not_stand_for_it(make):
    torch.manual_seed(0)
    model, block, sample = make()
    inner = {
        gpt2: ("attn.c_proj", "mlp.c_fc"),
        llama: ("self_attn.o_proj", "mlp.up_proj"),
        bert: ("attention.output.dense", "intermediate.dense"),
        vit: ("attention.o_proj", "mlp.fc1"),
    }[make]
    writer, reader = (f"{block}.{name}" for name in inner)
    for operate in (ablate, prune):
        with pytest.raises(InputError):
            operate(model, [3], layer=writer, reader=reader, sample=sample)
        with pytest.raises(InputError):
            operate(model, [3], layer=writer, reader=reader)
