"""torch.nn.functional: the inverses of maximum pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzers.frameworks.torch.functional.arguments import known, tensor
from analyzers.interpreter.overlays import function
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, same, text
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import pooling
from analyzers.tensors.operations.arguments import size as size_of
from analyzers.tensors.operations.dtypes import category
from analyzers.tensors.operations.spatial import below, per_axis, require_spatial_rank
from analyzers.tensors.tensor import Tensor


def _unpool(
    rank: int, input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Tensor:
    x, positions = tensor(input), tensor(indices)
    kernel = per_axis(kernel_size, rank, "kernel_size")
    steps = kernel if known(stride) is None else per_axis(stride, rank, "stride")
    amounts = per_axis(padding, rank, "padding")
    dims = require_spatial_rank(x, rank)
    default = [(x.shape[dim] - 1) * s + k - 2 * p for dim, k, s, p in zip(dims, kernel, steps, amounts, strict=True)]
    sizes = default if known(output_size) is None else _unpooled(output_size, default, steps)
    result = pooling.unpool(x, positions, sizes, kernel, steps, amounts, dims)
    if len(positions.shape) != x.rank or any(
        same(a, b) is False for a, b in zip(positions.shape, x.shape, strict=True)
    ):
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} has indices of {shape_text(positions.shape)} for an input of {shape_text(x.shape)}",
            result=result,
            argument="indices",
        )
    if category(positions.dtype) == 2:
        message = f"{{subject}} takes positions (int64) as indices, gets {positions.dtype}"
        raise OperationError("invalid-argument", message, result=result, argument="indices")
    if any(below(n, 0) for n in sizes):
        message = f"{{subject}} would give {shape_text(sizes)}"
        raise OperationError("empty-output", message, result=result, exception="ValueError")
    return result


def _unpooled(output_size: Any, default: Sequence[Dim], stride: Sequence[Dim]) -> list[Dim]:
    """The given sizes (their batch and channels dropped), each less than a stride off the default."""
    rank = len(default)
    given = list(output_size)
    if len(given) == rank + 2:
        given = given[2:]
    if len(given) != rank:
        raise PythonError("ValueError", f"output_size should have {rank} or {rank + 2} elements")
    sizes = [size_of(value) for value in given]
    for wanted, usual, s in zip(sizes, default, stride, strict=True):
        if below(wanted - usual + s, 1) or below(usual + s - wanted, 1):
            raise OperationError(
                "invalid-argument",
                f"{{subject}} has output_size {text(wanted)}, expects {text(usual)} ± {text(s - 1)}",
                exception="ValueError",
                argument="output_size",
                expected=usual,
                actual=wanted,
            )
    return sizes


@function("torch.nn.functional.max_unpool1d")
def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    return _unpool(1, input, indices, kernel_size, stride, padding, output_size)


@function("torch.nn.functional.max_unpool2d")
def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    return _unpool(2, input, indices, kernel_size, stride, padding, output_size)


@function("torch.nn.functional.max_unpool3d")
def max_unpool3d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    return _unpool(3, input, indices, kernel_size, stride, padding, output_size)
