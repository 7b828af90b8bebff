"""The images of the example on digits: scikit-learn's, which come with it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

CLASSES = range(10)
PIXELS = 64  # of an 8 × 8 image


class Samples(NamedTuple):
    """Shapes: `images` (samples, 64), ink in [0, 1]; `digits` (samples,), 0…9."""

    images: Tensor
    digits: Tensor


def load() -> tuple[Samples, Samples]:
    """Two thirds of the images to train on and a third to judge by, each digit in proportion."""
    bunch: Any = load_digits()
    images = torch.tensor(bunch.data / 16, dtype=torch.float32)
    digits = torch.tensor(bunch.target)
    seen, unseen = train_test_split(
        np.arange(len(digits)), test_size=1 / 3, stratify=digits, random_state=0
    )
    return Samples(images[seen], digits[seen]), Samples(images[unseen], digits[unseen])
