"""Functions called with what a layer gives as a model runs, or an error that says why not."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch._C import _autograd

from colorcore.anchor.layers.eager import eagerly
from colorcore.anchor.layers.items import Index, put, take
from colorcore.anchor.layers.named import find
from colorcore.errors import InputError


class Local:
    """What is registered with a module, and acts in the thread and context that made it alone.

    In a copy of the module it acts as long, or not at all.
    """

    def __init__(self, *, acts_in_copies: bool = False) -> None:
        self.thread = threading.get_ident()
        self.acts_in_copies = acts_in_copies
        self.is_over = False

    def is_own(self) -> bool:
        """Whether this thread made it, or computes gradients for a thread that may have."""
        if threading.get_ident() == self.thread:
            return True
        # On a GPU a thread of autograd's own runs checkpointed layers again.
        return in_backward() and isinstance(threading.current_thread(), threading._DummyThread)

    def __deepcopy__(self, memo: object) -> object:
        return self if self.acts_in_copies and not self.is_over else nothing

    def __reduce__(self) -> tuple[Callable[[], Callable[..., None]], tuple[()]]:
        if self.is_over:  # which a copy has kept
            return _nothing, ()
        raise InputError(
            "model: wanted one to pickle outside of capture and intervene, got one within; leave "
            "the context first, or save its state_dict"
        )


def nothing(*_: object) -> None:
    """Does nothing, where a copied module has what the original has to act."""


def _nothing() -> Callable[..., None]:
    return nothing


class Hook(Local):
    """A function called with the tensor that a layer gives, in whose place it may put another."""

    def __init__(
        self,
        name: str,
        act: Callable[[Tensor], Tensor | None],
        index: Index,
        *,
        acts_in_copies: bool,
    ) -> None:
        super().__init__(acts_in_copies=acts_in_copies)
        self.name, self.act, self.index = name, act, index
        self.has_run = self.has_run_elsewhere = False
        self.has_gradients = torch.is_grad_enabled()

    def __call__(self, layer: nn.Module, _args: object, output: object) -> object:
        if self.is_over:
            return None
        self._refuse_stand_ins(layer, output)
        if not self.is_own():
            self.has_run_elsewhere = True
            return None
        self.has_run = True
        self._refuse_reentrant_checkpoints()
        item = self.act(take(output, self.index, name=self.name))
        return None if item is None else put(output, self.index, item)

    def _refuse_stand_ins(self, layer: nn.Module, output: object) -> None:
        """Of the model or of tensors, with which programs are made that outlast the context."""
        found = None
        if torch.compiler.is_compiling():
            found = "one that is being compiled or exported in the context; compile it before, or "
        elif isinstance(output, fx.Proxy) or _is_tracing():
            found = "one that is being traced in the context; trace it before, or "
        elif getattr(layer, "_is_replica", False):
            found = (
                "a replica that DataParallel made for a device; use DistributedDataParallel, or "
            )
        if found is not None:
            self.has_run = True
            raise InputError(
                f"layer {self.name}: wanted a model that runs as it is, got {found}a model that "
                "`bake` gives"
            )

    def _refuse_reentrant_checkpoints(self) -> None:
        if self.has_gradients and not torch.is_grad_enabled() and _is_checkpointed_reentrantly():
            raise InputError(
                f"layer {self.name}: wanted a layer whose gradients flow, got one in a reentrant "
                "checkpoint, which drops them; call checkpoint with use_reentrant=False"
            )


@contextmanager
def hook(
    model: nn.Module,
    name: str,
    act: Callable[[Tensor], Tensor | None],
    *,
    index: Index = None,
    acts_in_copies: bool = False,
) -> Iterator[None]:
    """Have a function called with what a layer gives, in whose place it may put something else.

    That holds within the context, in the thread that entered it; and what `torch.compile` has
    compiled runs as it is written meanwhile, in the whole process. Copies of the model that are
    made within the context are free of it; or, if it acts in copies, free after the context.

    Raises: InputError when there is no such layer; in the forward pass, if it gives no tensor or
    the model is traced; and at the end of the context, if the layer has not run within it.

    Example:

        >>> model = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
        >>> with hook(model, "1", torch.zeros_like):
        ...     model(torch.ones(1, 3))
        tensor([[0., 0.]])
    """
    with eagerly():
        layer, called = find(model, name), Hook(name, act, index, acts_in_copies=acts_in_copies)
        handle = layer.register_forward_hook(called)
        try:
            yield
        finally:
            handle.remove()
            called.is_over = True
    if not called.has_run:
        raise InputError(
            f"layer {name}: wanted to run within the context, got no call of it; "
            f"{_reason(model, name, called)}"
        )


def _reason(model: nn.Module, name: str, called: Hook) -> str:
    """Why a layer was not called, as far as can be seen, and what to do."""
    if called.has_run_elsewhere:
        return "it ran in another thread: enter the context in the thread that runs the model"
    parts = name.split(".")
    around = [model.get_submodule(".".join(parts[:depth])) for depth in range(len(parts))]
    if any(isinstance(one, torch.jit.ScriptModule) for one in around):
        return "traced and scripted models do not call it: use the model that this one is made from"
    if any(isinstance(one, fx.GraphModule) for one in around):
        return "exported models may not call it: use the model that this one is made from"
    if isinstance(around[-1], nn.MultiheadAttention):
        around_it = ".".join(parts[:-1]) or "a layer around it"
        return f"attention uses its weights and never calls it: name {around_it}"
    return (
        "run the model within the context and not a copy, and name a layer that it calls: one may "
        "be skipped, or its weights used without it"
    )


def in_backward() -> bool:
    """Whether gradients are being computed, so that what runs is run again for them."""
    return torch._C._current_graph_task_id() != -1


def _is_tracing() -> bool:
    if torch.jit.is_tracing():  # pyright: ignore[reportPrivateImportUsage]
        return True
    proxies: Any = sys.modules.get("torch.fx.experimental.proxy_tensor")  # else it is not in use
    return proxies is not None and proxies.get_proxy_mode() is not None


def _is_checkpointed_reentrantly() -> bool:
    checkpoints: Any = sys.modules.get("torch.utils.checkpoint")
    frame: FrameType | None = sys._getframe()
    while checkpoints is not None and frame is not None:
        if frame.f_code is checkpoints.CheckpointFunction.forward.__code__:
            return True
        frame = frame.f_back
    return False


def is_checkpointed() -> bool:
    """Whether what runs is run again when its gradients are computed, or is run so now."""
    hooks = _autograd._top_saved_tensors_default_hooks(True)
    places = ("_checkpoint_hook.", "_recomputation_hook.")
    return hooks is not None and hooks[0].__qualname__.startswith(places)
