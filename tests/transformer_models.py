"""Small transformers as Hugging Face has them: a model, a block by its name, what it is given."""

from __future__ import annotations

from typing import Any

import torch
import transformers

Case = tuple[Any, str, dict[str, Any]]

SIZES: dict[str, Any] = {
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "vocab_size": 11,
}
TOKENS = torch.tensor([[1, 4, 2, 8, 5, 7], [3, 1, 4, 1, 5, 9]])


def gpt2() -> Case:
    config = transformers.GPT2Config(
        n_embd=8, n_layer=2, n_head=2, vocab_size=11, n_positions=16, bos_token_id=0, eos_token_id=0
    )
    return transformers.GPT2LMHeadModel(config), "transformer.h.0", {"input_ids": TOKENS}


def llama() -> Case:
    config = transformers.LlamaConfig(**SIZES, intermediate_size=12, num_key_value_heads=1)
    return transformers.LlamaForCausalLM(config), "model.layers.0", {"input_ids": TOKENS}


def neox() -> Case:
    config = transformers.GPTNeoXConfig(**SIZES, intermediate_size=12)
    return transformers.GPTNeoXForCausalLM(config), "gpt_neox.layers.1", {"input_ids": TOKENS}


def bert() -> Case:
    config = transformers.BertConfig(**SIZES, intermediate_size=12)
    return transformers.BertModel(config), "encoder.layer.0", {"input_ids": TOKENS}


def vit() -> Case:
    sizes = {name: SIZES[name] for name in list(SIZES)[:3]}
    config = transformers.ViTConfig(**sizes, intermediate_size=12, image_size=8, patch_size=4)
    model = transformers.ViTForImageClassification(config)
    return model, "vit.layers.0", {"pixel_values": torch.randn(2, 3, 8, 8)}


def bloom() -> Case:
    """A norm begins the stream."""
    config = transformers.BloomConfig(hidden_size=8, n_layer=2, n_head=2, vocab_size=11)
    return transformers.BloomModel(config), "h.0", {"input_ids": TOKENS}


def olmo2() -> Case:
    """What is added goes through norms, and norms of queries have the stream's width."""
    config = transformers.Olmo2Config(**SIZES, intermediate_size=12, pad_token_id=0, eos_token_id=0)
    return transformers.Olmo2Model(config), "layers.0", {"input_ids": TOKENS}


def t5() -> Case:
    """One embedding under three names, of which a model calls two."""
    config = transformers.T5Config(
        vocab_size=11, d_model=8, d_kv=4, d_ff=12, num_layers=2, num_heads=2
    )
    sample = {"input_ids": TOKENS, "decoder_input_ids": TOKENS}
    return transformers.T5Model(config), "decoder.block.0", sample
