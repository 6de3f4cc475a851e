"""Wrappers that spread a module over devices: they compute what the module computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch.module import Module
from analyzers.interpreter.overlays import layer

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@layer("torch.nn.DataParallel", "torch.nn.parallel.DataParallel", "torch.nn.parallel.data_parallel.DataParallel")
class DataParallel(Module):
    """Calls ``module``."""

    def __init__(self, module: Any, device_ids: Any = None, output_device: Any = None, dim: Any = 0) -> None:
        self.module = module
        self.dim = dim

    def forward(self, *inputs: Any, machine: Machine, **kwargs: Any) -> Any:
        return machine.call(self.module, inputs, kwargs)


@layer(
    "torch.nn.parallel.DistributedDataParallel",
    "torch.nn.parallel.distributed.DistributedDataParallel",
)
class DistributedDataParallel(Module):
    """Calls ``module``."""

    def __init__(self, module: Any, *args: Any, **kwargs: Any) -> None:
        self.module = module

    def forward(self, *inputs: Any, machine: Machine, **kwargs: Any) -> Any:
        return machine.call(self.module, inputs, kwargs)
