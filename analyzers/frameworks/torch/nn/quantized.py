"""What quantisable models use before they are quantised: the shapes are those of plain layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.children import make
from analyzers.frameworks.torch.nn.linear import Identity
from analyzers.interpreter.overlays import layer
from analyzers.tensors.operations import concat_split
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.operations.linear_algebra import matmul
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@layer(
    "torch.nn.quantized.FloatFunctional",
    "torch.ao.nn.quantized.FloatFunctional",
    "torch.ao.nn.quantized.modules.FloatFunctional",
)
class FloatFunctional(Module):
    """Operators as a module; every result passes ``activation_post_process``."""

    def __init__(self, *, machine: Machine) -> None:
        self.activation_post_process = make(machine, Identity)

    def add(self, x: Any, y: Any, *, machine: Machine) -> Tensor:
        return machine.call(self.activation_post_process, (broadcast(x, y),), {})

    def add_scalar(self, x: Any, y: Any) -> Tensor:
        return broadcast(x, y)

    def mul(self, x: Any, y: Any, *, machine: Machine) -> Tensor:
        return machine.call(self.activation_post_process, (broadcast(x, y),), {})

    def mul_scalar(self, x: Any, y: Any) -> Tensor:
        return broadcast(x, y)

    def cat(self, x: Any, dim: Any = 0, *, machine: Machine) -> Tensor:
        return machine.call(self.activation_post_process, (concat_split.cat(x, dim),), {})

    def add_relu(self, x: Any, y: Any, *, machine: Machine) -> Tensor:
        return machine.call(self.activation_post_process, (F.relu(broadcast(x, y)),), {})

    def matmul(self, x: Tensor, y: Tensor, *, machine: Machine) -> Tensor:
        return machine.call(self.activation_post_process, (matmul(x, y),), {})


@layer("torch.ao.quantization.QuantStub", "torch.quantization.QuantStub")
class QuantStub(Module):
    """Where quantisation would begin: the input itself."""

    def __init__(self, qconfig: Any = None) -> None:
        if qconfig is not None:
            self.qconfig = qconfig

    def forward(self, x: Any) -> Any:
        return x


@layer("torch.ao.quantization.DeQuantStub", "torch.quantization.DeQuantStub")
class DeQuantStub(Module):
    """Where quantisation would end: the input itself."""

    def __init__(self, qconfig: Any = None) -> None:
        if qconfig is not None:
            self.qconfig = qconfig

    def forward(self, x: Any) -> Any:
        return x
