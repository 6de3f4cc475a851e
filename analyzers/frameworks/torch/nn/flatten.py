"""Flattening and unflattening."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.weights import invalid
from analyzers.tensors.operations import reshape
from analyzers.tensors.tensor import Tensor


@nn_layer("flatten")
class Flatten(Module):
    """Dims ``start_dim … end_dim`` become one. Raises dimension-out-of-range."""

    def __init__(self, start_dim: Any = 1, end_dim: Any = -1) -> None:
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        return reshape.flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


def check_sizes(unflattened_size: Any) -> None:
    """TypeError unless a tuple or list of whole numbers."""
    if isinstance(unflattened_size, (int, float, str)) or unflattened_size is None:
        message = f"{{subject}} takes a tuple as unflattened_size, gets {unflattened_size!r}"
        raise invalid(message, "TypeError", argument="unflattened_size")
    for size in unflattened_size:
        if isinstance(size, (float, str)) or size is None:
            message = f"{{subject}} takes whole numbers in unflattened_size, gets {size!r}"
            raise invalid(message, "TypeError", argument="unflattened_size")


@nn_layer("flatten")
class Unflatten(Module):
    """Dim ``dim`` becomes several. Raises reshape-mismatch when the sizes do not multiply to it."""

    def __init__(self, dim: Any, unflattened_size: Any) -> None:
        check_sizes(unflattened_size)
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        return reshape.unflatten(input, self.dim, self.unflattened_size)
