"""Tensors and their settings in one file: safetensors, with JSON in its metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from colorcore.errors import InputError
from colorcore.outputs import replacing


def write(path: Path | str, what: str, tensors: Mapping[str, Tensor], settings: Any) -> None:
    """Write tensors that any reader of safetensors reads, and what they are.

    Raises: OSError when the place cannot be written to.
    """
    flat = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with replacing(Path(path)) as stand_in:
        try:
            save_file(flat, stand_in, metadata={_key(what): json.dumps(settings, default=float)})
        except SafetensorError as error:
            raise OSError(str(error)) from error  # as other writers say that there is no space


@contextmanager
def read(path: Path | str, what: str) -> Iterator[tuple[Any, dict[str, Tensor]]]:
    """The settings in a file and its tensors, on the CPU, to make something of within the context.

    Raises: InputError when there is no such file, or it does not hold what was written, whether
    that shows here or within the context.
    """
    try:
        with safe_open(path, framework="pt") as file:
            settings = json.loads((file.metadata() or {})[_key(what)])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        yield settings, tensors
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; save {what} there first") from error
    except (SafetensorError, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: wanted {what} that colorcore saved, got a file without whole ones "
            f"({type(error).__name__}: {error}); save them again"
        ) from error


def _key(what: str) -> str:
    return f"colorcore.{what}"
