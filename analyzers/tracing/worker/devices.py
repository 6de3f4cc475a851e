"""Where tensors are: whatever device the program names, it gets the one that is traced on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from analyzers.tracing.worker.failures import first_sentence

MOVES = frozenset("cuda xpu npu mps cpu ipu hpu".split())
"""Methods of a tensor that take it somewhere."""


class OneDevice(TorchFunctionMode):
    """Every tensor is made and kept on one device."""

    def __init__(self, device: str) -> None:
        super().__init__()
        self.device = torch.device(device)

    def __torch_function__(self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name in MOVES and args and isinstance(args[0], torch.Tensor):
            return args[0]
        if kwargs.get("device") is not None:
            kwargs = {**kwargs, "device": self.device}
        if name == "to":
            args = tuple([self.device if _is_device(value) else value for value in args])
        return func(*args, **kwargs)


def _is_device(value: Any) -> bool:
    if isinstance(value, torch.device):
        return True
    return isinstance(value, str) and value.split(":")[0] in MOVES | {"meta"}


@contextlib.contextmanager
def everything_on(device: str) -> Iterator[None]:
    """New tensors are made on ``device``, and no move leads away from it."""
    with torch.device(device), OneDevice(device):
        yield


def missing_device(name: str) -> str | None:
    """Why nothing can be made on a device, None where it can."""
    try:
        torch.zeros(1, device=name)
    except Exception as error:
        return f"this interpreter's torch has no device {name}: {first_sentence(error)}"
    return None


def answer_for_accelerators() -> None:
    """What programs ask of CUDA as they start is answered where there is none."""
    if torch.cuda.is_available():
        return
    nothing = dict.fromkeys(("set_device", "synchronize", "init", "_lazy_init", "reset_peak_memory_stats"), None)
    answers = {**nothing, "current_device": 0, "get_device_name": "CPU", "get_device_capability": (0, 0)}
    for name, answer in answers.items():
        if hasattr(torch.cuda, name):
            setattr(torch.cuda, name, _always(answer))


def answer_for_processes() -> None:
    """A group of processes has one member, and what spreads a model over several leaves it as it is."""
    distributed = getattr(torch, "distributed", None)
    if distributed is None or not distributed.is_available():
        return
    answers = {"init_process_group": None, "barrier": None, "get_rank": 0, "get_world_size": 1, "new_group": None}
    answers.update(destroy_process_group=None, is_initialized=False, broadcast=None, all_reduce=None)
    for name, answer in answers.items():
        setattr(distributed, name, _always(answer))
    torch.nn.parallel.DistributedDataParallel = Alone  # type: ignore[misc]
    torch.nn.parallel.distributed.DistributedDataParallel = Alone  # type: ignore[misc]


class Alone(torch.nn.Module):
    """``DistributedDataParallel`` of a single process."""

    def __init__(self, module: torch.nn.Module, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.module = module

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)


def _always(answer: Any) -> Any:
    def answered(*args: Any, **kwargs: Any) -> Any:
        return answer

    return answered
