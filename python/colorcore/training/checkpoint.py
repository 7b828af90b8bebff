"""Model weights on disk: safetensors with their seeds and where they come from. Never a pickle."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from colorcore.anchor.ensemble.networks import EnsembleLinear
from colorcore.errors import InputError
from colorcore.outputs import replacing
from colorcore.training.model import Autoencoder

METADATA_KEY = "colorcore"  # one key only: the format does not keep the order of several


def save(
    path: Path,
    weights: dict[str, Tensor],
    *,
    seeds: Sequence[int],
    provenance: dict[str, Any],
) -> None:
    """Write named weights, the seeds of their runs and their provenance.

    Raises: InputError when the place cannot be written to.
    """
    tensors = {name: value.contiguous() for name, value in weights.items()}
    tensors["seeds"] = torch.tensor(list(seeds), dtype=torch.int64)
    metadata = {METADATA_KEY: json.dumps(provenance, sort_keys=True)}
    with replacing(path) as stand_in:
        try:
            save_file(tensors, stand_in, metadata=metadata)
        except SafetensorError as error:
            raise OSError(str(error)) from error  # as other writers say that there is no space


def read(path: Path) -> tuple[dict[str, Tensor], list[int]]:
    """Named weights and the seeds of their runs.

    Raises: InputError when the file is missing, is cut short or holds something else.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such weights file; train the experiment first") from error
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"{path}: wanted a whole safetensors file, got one that cannot be read ({error}); "
            "delete it and build again"
        ) from error
    seeds = tensors.pop("seeds", None)
    if seeds is None:
        raise InputError(
            f"{path}: wanted weights and their seeds, got {sorted(tensors)}; "
            "give a file that colorcore wrote"
        )
    return tensors, seeds.tolist()


def assemble(weights: dict[str, Tensor]) -> Autoencoder:
    """The model, ready to evaluate, whose `state_dict` these weights are.

    Raises: InputError when layers are missing.
    """
    coder = {side: _layers(weights, side) for side in ("encoder", "decoder")}
    return Autoencoder(coder["encoder"], coder["decoder"]).eval().requires_grad_(False)


def _layers(weights: dict[str, Tensor], side: str) -> list[EnsembleLinear]:
    depth = max(1, len({name.split(".")[1] for name in weights if name.startswith(f"{side}.")}))
    names = [(f"{side}.{i}.weight", f"{side}.{i}.bias") for i in range(depth)]
    try:
        return [EnsembleLinear(weights[weight], weights[bias]) for weight, bias in names]
    except KeyError as error:
        raise InputError(
            f"weights: wanted a layer {error}, got {sorted(weights)}; "
            "delete the weights file and build again"
        ) from error


def load(paths: Sequence[Path]) -> tuple[Autoencoder, list[int]]:
    """One model with the runs of several weights files, in the order of their seeds.

    Raises: InputError when a file cannot be used, or a seed stands in two files.
    """
    joined, seeds = _join(paths, axis=0)
    return assemble(joined), seeds


def load_snapshots(paths: Sequence[Path]) -> tuple[Autoencoder, list[int]]:
    """One model with the snapshots of all runs: every run's first moment, then every second one.

    Runs are in the order of their seeds.

    Raises: InputError when a file cannot be used, or a seed stands in two files.
    """
    joined, seeds = _join(paths, axis=1)  # the first axis is that of moments
    return assemble({name: value.flatten(0, 1) for name, value in joined.items()}), seeds


def _join(paths: Sequence[Path], *, axis: int) -> tuple[dict[str, Tensor], list[int]]:
    """The weights of several files, joined along the axis of runs, in the order of their seeds."""
    parts = [read(path) for path in paths]
    seeds = [seed for _, some in parts for seed in some]
    twice = sorted(seed for seed, count in Counter(seeds).items() if count > 1)
    if twice:
        raise InputError(
            f"{', '.join(map(str, paths))}: wanted each seed once, got {twice} more than once; "
            "give each weights file once"
        )
    order = torch.tensor(sorted(range(len(seeds)), key=seeds.__getitem__))
    joined = {
        name: torch.cat([weights[name] for weights, _ in parts], dim=axis).index_select(axis, order)
        for name in parts[0][0]
    }
    return joined, [seeds[i] for i in order.tolist()]


def load_moments(paths: Sequence[Path], *, seed: int) -> Autoencoder:
    """The snapshots of one run as a model that has moments where others have runs.

    Raises: InputError when a file cannot be used or none has the seed.
    """
    for path in paths:
        weights, seeds = read(path)
        if seed in seeds:
            run = seeds.index(seed)
            return assemble({name: value[:, run] for name, value in weights.items()})
    raise InputError(
        f"{', '.join(map(str, paths))}: wanted snapshots of seed {seed}, found none; "
        "train that seed or change representative_seed"
    )
