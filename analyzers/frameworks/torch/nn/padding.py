"""Padding layers. ``padding`` is a tuple in ``F.pad``'s order: last axis first, front and behind."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.tuples import pair, quadruple, sextuple
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.layout import takes_map
from analyzers.tensors.tensor import Tensor


def check_rank(input: Tensor, *ranks: int) -> None:
    """ValueError unless the input has one of these numbers of dimensions."""
    if input.rank not in ranks:
        expected = " or ".join(f"{rank}D" for rank in ranks)
        message = f"{{subject}} expects {expected} input, gets {input.rank}D"
        raise OperationError("rank-mismatch", message, exception="ValueError", expected=ranks, actual=input.rank)


@nn_layer("padding")
class _CircularPadNd(Module):
    """Pads with the other end."""

    padding: tuple[Any, ...]

    def _check_input_dim(self, input: Tensor) -> None:
        raise PythonError("NotImplementedError", f"{self.class_.name} does not say which ranks it takes")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        return F.pad(input, self.padding, "circular")


@nn_layer("padding")
class CircularPad1d(_CircularPadNd):
    """N×C×L → N×C×(L + left + right)."""

    input_layouts = takes_map(1)

    def __init__(self, padding: Any) -> None:
        self.padding = pair(padding)

    def _check_input_dim(self, input: Tensor) -> None:
        check_rank(input, 2, 3)


@nn_layer("padding")
class CircularPad2d(_CircularPadNd):
    """N×C×H×W → N×C×(H + top + bottom)×(W + left + right)."""

    input_layouts = takes_map(2)

    def __init__(self, padding: Any) -> None:
        self.padding = quadruple(padding)

    def _check_input_dim(self, input: Tensor) -> None:
        check_rank(input, 3, 4)


@nn_layer("padding")
class CircularPad3d(_CircularPadNd):
    """N×C×D×H×W, each spatial axis grows by its two paddings."""

    input_layouts = takes_map(3)

    def __init__(self, padding: Any) -> None:
        self.padding = sextuple(padding)

    def _check_input_dim(self, input: Tensor) -> None:
        check_rank(input, 4, 5)


@nn_layer("padding")
class _ConstantPadNd(Module):
    """Pads with one value; negative paddings crop."""

    padding: tuple[Any, ...]

    def __init__(self, value: Any) -> None:
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)


@nn_layer("padding")
class ConstantPad1d(_ConstantPadNd):
    """…×L → …×(L + left + right)."""

    input_layouts = takes_map(1)

    def __init__(self, padding: Any, value: Any) -> None:
        _ConstantPadNd.__init__(self, value)
        self.padding = pair(padding)


@nn_layer("padding")
class ConstantPad2d(_ConstantPadNd):
    """…×H×W → …×(H + top + bottom)×(W + left + right)."""

    input_layouts = takes_map(2)

    def __init__(self, padding: Any, value: Any) -> None:
        _ConstantPadNd.__init__(self, value)
        self.padding = quadruple(padding)


@nn_layer("padding")
class ConstantPad3d(_ConstantPadNd):
    """…×D×H×W, each spatial axis grows by its two paddings."""

    input_layouts = takes_map(3)

    def __init__(self, padding: Any, value: Any) -> None:
        _ConstantPadNd.__init__(self, value)
        self.padding = sextuple(padding)


@nn_layer("padding")
class _ReflectionPadNd(Module):
    """Pads with the mirrored inside (without the edge itself); must be smaller than the axis."""

    padding: tuple[Any, ...]

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "reflect")


@nn_layer("padding")
class ReflectionPad1d(_ReflectionPadNd):
    """N×C×L → N×C×(L + left + right)."""

    input_layouts = takes_map(1)

    def __init__(self, padding: Any) -> None:
        self.padding = pair(padding)


@nn_layer("padding")
class ReflectionPad2d(_ReflectionPadNd):
    """N×C×H×W → N×C×(H + top + bottom)×(W + left + right)."""

    input_layouts = takes_map(2)

    def __init__(self, padding: Any) -> None:
        self.padding = quadruple(padding)


@nn_layer("padding")
class ReflectionPad3d(_ReflectionPadNd):
    """N×C×D×H×W, each spatial axis grows by its two paddings."""

    input_layouts = takes_map(3)

    def __init__(self, padding: Any) -> None:
        self.padding = sextuple(padding)


@nn_layer("padding")
class _ReplicationPadNd(Module):
    """Pads with the edge value."""

    padding: tuple[Any, ...]

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "replicate")


@nn_layer("padding")
class ReplicationPad1d(_ReplicationPadNd):
    """N×C×L → N×C×(L + left + right)."""

    input_layouts = takes_map(1)

    def __init__(self, padding: Any) -> None:
        self.padding = pair(padding)


@nn_layer("padding")
class ReplicationPad2d(_ReplicationPadNd):
    """N×C×H×W → N×C×(H + top + bottom)×(W + left + right)."""

    input_layouts = takes_map(2)

    def __init__(self, padding: Any) -> None:
        self.padding = quadruple(padding)


@nn_layer("padding")
class ReplicationPad3d(_ReplicationPadNd):
    """N×C×D×H×W, each spatial axis grows by its two paddings."""

    input_layouts = takes_map(3)

    def __init__(self, padding: Any) -> None:
        self.padding = sextuple(padding)


@nn_layer("padding")
class ZeroPad1d(ConstantPad1d):
    """…×L → …×(L + left + right)."""

    input_layouts = takes_map(1)

    def __init__(self, padding: Any) -> None:
        ConstantPad1d.__init__(self, padding, 0.0)


@nn_layer("padding")
class ZeroPad2d(ConstantPad2d):
    """…×H×W → …×(H + top + bottom)×(W + left + right)."""

    input_layouts = takes_map(2)

    def __init__(self, padding: Any) -> None:
        ConstantPad2d.__init__(self, padding, 0.0)


@nn_layer("padding")
class ZeroPad3d(ConstantPad3d):
    """…×D×H×W, each spatial axis grows by its two paddings."""

    input_layouts = takes_map(3)

    def __init__(self, padding: Any) -> None:
        ConstantPad3d.__init__(self, padding, 0.0)
