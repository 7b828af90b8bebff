"""Where a training of the example on mixing stands, in a file, so that it can go on from there."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from colorcore.errors import InputError
from colorcore.outputs import replacing

EVERY = 165  # steps


class Checkpoint:
    """A file of weights and moments, of one run alone: `run` says of which, in words.

    Raises: InputError when what is there is of another run.
    """

    def __init__(self, path: Path, run: str) -> None:
        self.path, self.run = path, run

    def keep(self, model: nn.Module, optimizer: torch.optim.Adam, *, step: int) -> None:
        """Write where training stands before a step."""
        tensors = {f"model.{name}": one for name, one in model.state_dict().items()}
        for name, parameter in model.named_parameters():
            moments = optimizer.state[parameter]
            tensors |= {f"{kind}.{name}": one for kind, one in moments.items()}
        whole = {name: one.contiguous() for name, one in tensors.items()}
        with replacing(self.path) as stand_in:
            save_file(whole, stand_in, {"run": self.run, "step": str(step)})

    def resume(self, model: nn.Module, optimizer: torch.optim.Adam) -> int:
        """Take up what is there; the step that comes next, 0 when nothing is."""
        if not self.path.exists():
            return 0
        found, step = self._read()
        model.load_state_dict(_part(found, "model"))
        kinds = {name.partition(".")[0] for name in found} - {"model"}
        for name, parameter in model.named_parameters():
            moments = {kind: found[f"{kind}.{name}"] for kind in kinds}
            optimizer.state[parameter] = {
                kind: one.to(parameter.device) if one.ndim else one  # a count stays on the CPU
                for kind, one in moments.items()
            }
        return step

    def _read(self) -> tuple[dict[str, Tensor], int]:
        with safe_open(str(self.path), framework="pt") as file:
            metadata = file.metadata()
            if metadata["run"] != self.run:
                raise InputError(
                    f"{self.path}: wanted a run of {self.run}, got one of {metadata['run']}; "
                    "delete it and begin anew"
                )
            names = list(file.keys())
            return {name: file.get_tensor(name) for name in names}, int(metadata["step"])


def _part(tensors: dict[str, Tensor], part: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(f"{part}."): one
        for name, one in tensors.items()
        if name.startswith(f"{part}.")
    }
