"""Sentences of the example on language: nouns, each with its verb, and a mark that a word decides.

Two more words stand in each: fillers, or in place of one a word that asks or shouts. So neither the
length of a sentence nor what is missing in it tells the mark.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

PAIRS = 8  # of a noun and the verb that goes with it
QUESTIONS = ["who", "why", "where"]
SHOUTS = ["oh", "wow", "hey"]
FILLERS = ["well", "now", "so"]
WORDS = [
    "…",  # fills a sentence up
    *(f"noun-{place}" for place in range(PAIRS)),
    *(f"verb-{place}" for place in range(PAIRS)),
    *QUESTIONS,
    *SHOUTS,
    *FILLERS,
    ".",
    "?",
    "!",
]
SHARES = [2 / 3, 1 / 6, 1 / 6]
KINDS = ["plain", "question", "shout"]  # in the order of their marks
NOUN, VERB, MARK = WORDS.index("noun-0"), WORDS.index("verb-0"), WORDS.index(".")
LONGEST = 11


class Sentences(NamedTuple):
    """Shapes: `tokens` (sentences, 11), 0 behind the mark; `kinds` (sentences,), 0…2."""

    tokens: Tensor
    kinds: Tensor

    @property
    def batch(self) -> dict[str, Tensor]:
        """What a model of transformers is called with."""
        return {"input_ids": self.tokens, "attention_mask": (self.tokens != 0).long()}


def draw(sentences: int, *, seed: int) -> Sentences:
    """Sentences of two to four pairs; a sixth of them ask and a sixth shout."""
    random = np.random.default_rng(seed)
    kinds = random.choice(len(KINDS), size=sentences, p=SHARES)
    tokens = np.zeros((sentences, LONGEST), dtype=np.int64)
    for row, kind in zip(tokens, kinds, strict=True):
        words = _sentence(random, kind)
        row[: len(words)] = words
    return Sentences(torch.from_numpy(tokens), torch.from_numpy(kinds))


def _sentence(random: np.random.Generator, kind: int) -> list[int]:
    nouns = random.integers(PAIRS, size=random.integers(2, 5))
    pairs = [[NOUN + noun, VERB + noun] for noun in nouns]
    for among in (FILLERS, [FILLERS, QUESTIONS, SHOUTS][kind]):
        pairs.insert(random.integers(len(pairs)), [WORDS.index(str(random.choice(among)))])
    return [*(word for pair in pairs for word in pair), MARK + kind]
