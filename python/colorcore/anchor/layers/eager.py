"""Compiled code run as it is written, so that the hooks in it are called."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from colorcore.errors import InputError


class _Contexts:
    """How many contexts are open, in all threads: the compiler's stance is the process's."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.stance: torch._dynamo.set_stance | None = None

    def enter(self) -> None:
        with self.lock:
            # Where nothing has loaded the compiler, nothing is compiled; to load it takes seconds.
            if self.stance is None and "torch._dynamo" in sys.modules:
                self.stance = torch._dynamo.set_stance("force_eager")
                self.stance.__enter__()
            self.count += 1

    def leave(self) -> None:
        with self.lock:
            self.count -= 1
            if not self.count and self.stance is not None:
                self.stance.__exit__(None, None, None)
                self.stance = None


_contexts = _Contexts()


@contextmanager
def eagerly() -> Iterator[None]:
    """Have `torch.compile` leave all code as it is, in the whole process, within the context.

    What was compiled before a layer got a hook does not look whether it has one, unless
    `torch._dynamo.config.skip_nnmodule_hook_guards` was false at the time.

    Raises: InputError when it is entered within compiled code.

    Example:

        >>> compiled = torch.compile(torch.nn.Identity())
        >>> with eagerly():
        ...     compiled(torch.ones(2))
        tensor([1., 1.])
    """
    if torch.compiler.is_compiling():
        raise _within_compiled()
    try:
        _contexts.enter()
    except RuntimeError as error:  # as set_stance has it
        raise _within_compiled() from error
    try:
        yield
    finally:
        _contexts.leave()


def _within_compiled() -> InputError:
    return InputError(
        "capture and intervene: wanted to begin outside of what torch.compile compiles, got a "
        "context within it; compile the model alone, and call it within the context"
    )
